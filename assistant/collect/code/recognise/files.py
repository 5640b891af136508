"""Stored files by key: S3 and its kin, Vercel Blob, R2, Google Cloud Storage, UploadThing, Cloudinary."""

from __future__ import annotations

from assistant.collect.code.drafts import Draft
from assistant.collect.code.recognise.chains import (
    NOBODYS,
    Seen,
    argument,
    at_path,
    items_of,
    literal,
    options,
    package_of,
)
from assistant.collect.code.values import UNKNOWN, Chain, Step, Value, text_of


_COMMANDS = {
    "GetObjectCommand": "select",
    "HeadObjectCommand": "select",
    "ListObjectsV2Command": "select",
    "ListObjectsCommand": "select",
    "PutObjectCommand": "upload",
    "CreateMultipartUploadCommand": "upload",
    "UploadPartCommand": "upload",
    "CompleteMultipartUploadCommand": "upload",
    "CopyObjectCommand": "update",
    "DeleteObjectCommand": "delete",
    "DeleteObjectsCommand": "delete",
}
_METHODS = {
    "getObject": "select",
    "get_object": "select",
    "headObject": "select",
    "listObjects": "select",
    "listObjectsV2": "select",
    "list_objects_v2": "select",
    "download_fileobj": "select",
    "putObject": "upload",
    "put_object": "upload",
    "upload": "upload",
    "upload_fileobj": "upload",
    "upload_file": "upload",
    "copyObject": "update",
    "deleteObject": "delete",
    "delete_object": "delete",
    "deleteObjects": "delete",
    "getSignedUrl": "sign",
    "getSignedUrlPromise": "sign",
    "createPresignedPost": "sign",
    "generate_presigned_url": "sign",
    "generate_presigned_post": "sign",
    "presignedGetObject": "sign",
    "presignedPutObject": "sign",
}
_BLOB = {
    "put": "upload",
    "del": "delete",
    "head": "select",
    "list": "select",
    "copy": "update",
    "getDownloadUrl": "sign",
    "get": "select",
    "generateClientTokenFromReadWriteToken": "sign",
}
_GOOGLE = {
    "download": "select",
    "createReadStream": "select",
    "getSignedUrl": "sign",
    "generate_signed_url": "sign",
    "download_as_bytes": "select",
    "save": "upload",
    "delete": "delete",
    "getFiles": "select",
    "upload": "upload",
    "createWriteStream": "upload",
}
_UPLOADS = {
    "deleteFiles": "delete",
    "getFileUrls": "sign",
    "getSignedURL": "sign",
    "generateSignedURL": "sign",
    "renameFiles": "update",
    "listFiles": "select",
}


def query(chain: Chain, seen: Seen) -> Draft | None:
    """A stored file that is read, written, removed or signed; None for anything else."""
    last = chain.last
    if last is None or last.arguments is None:
        return None
    package = package_of(chain.source)
    name = last.name or chain.name
    del seen
    if package.startswith("@aws-sdk/s3-") and name in {"getSignedUrl", "createPresignedPost"}:
        return _signed(last)
    if package.startswith("@aws-sdk/lib-storage") and last.new:
        return _keyed("upload", at_path(argument(last, 0), "params"))
    if name == "send" and isinstance(argument(last, 0), Chain):
        command = argument(last, 0)
        assert isinstance(command, Chain)
        made = command.last
        word = command.name if made is None or not made.name else made.name
        return _keyed(_COMMANDS[word], argument(made, 0)) if word in _COMMANDS else None
    if package in {"aws-sdk", "boto3", "minio", "aioboto3"} and name in _METHODS:
        return _keyed("sign" if "igned" in name else _METHODS[name], options(last) or argument(last, 0), last)
    if package == "@vercel/blob" and name in _BLOB and len(chain.steps) == 1:
        return _draft(_BLOB[name], "blob", argument(last, 0))
    if package.startswith(("@google-cloud/storage", "firebase-admin/storage", "google.cloud")) and name in _GOOGLE:
        return _google(chain, last, name)
    if package == "uploadthing/server" and name in _UPLOADS:
        return _draft(_UPLOADS[name], "uploadthing", argument(last, 0))
    if (
        chain.source in NOBODYS
        and name in {"getObject", "putObject", "deleteObject", "getSignedUrlPromise"}
        and at_path(argument(last, 0), "Key") is not None
    ):
        return _keyed(_METHODS[name], argument(last, 0))
    return None


def _signed(last: Step) -> Draft | None:
    command = argument(last, 1)
    if isinstance(command, Chain) and command.last is not None:
        return _keyed("sign", argument(command.last, 0))
    return _keyed("sign", command)


def _keyed(verb: str, asked: Value | None, last: Step | None = None) -> Draft:
    nested = at_path(asked, "Params")
    asked = nested if nested is not None else asked
    key = next(
        (found for name in ("Key", "Prefix", "Delete", "CopySource") if (found := at_path(asked, name)) is not None),
        None,
    )
    if key is None and last is not None and len(last.arguments or ()) > 1:
        key = argument(last, 1)
    return _draft(verb, text_of(at_path(asked, "Bucket")) or "bucket", key if key is not None else asked)


def _draft(verb: str, bucket: str, key: Value | None) -> Draft:
    paths = items_of(key)
    return Draft(
        engine="storage",
        client="provider",
        verb=verb,
        table=bucket,
        columns=() if verb in {"upload", "delete", "update"} else None,
        filters=tuple(("path", "eq", each) for each in paths),
        written=(("path", paths[0] if paths else UNKNOWN),) if verb == "upload" else (),
        single=verb in {"select", "sign"},
    )


def _google(chain: Chain, last: Step, name: str) -> Draft:
    bucket = next((literal(step) for step in chain.steps if step.name == "bucket" and literal(step)), "bucket")
    holder = next((step for step in chain.steps[::-1] if step.name in {"file", "blob"} and step.arguments), last)
    return _draft(_GOOGLE[name], bucket, argument(holder, 0))
