"""Files of the server's own disk that the request names: somebody else's upload, or, where it says the whole path, the settings of the server.

A path that begins in another folder of the code's is left alone (translations, articles): what stands there is the code's business.
"""

from __future__ import annotations

import re

from assistant.collect.code.drafts import Draft
from assistant.collect.code.recognise.chains import Seen, argument, package_of, template_of
from assistant.collect.code.values import Chain, Constant, Known, Value, text_of
from assistant.domain.code import Origin, OriginKind


PACKAGES: tuple[str, ...] = ("fs", "fs-extra", "graceful-fs")
_METHODS = {
    "readFile": "select",
    "readFileSync": "select",
    "createReadStream": "select",
    "unlink": "delete",
    "unlinkSync": "delete",
    "rm": "delete",
    "rmSync": "delete",
}
_JOINS = frozenset({"join", "resolve", "normalize", "basename"})
_HOLE = re.compile(r"\$\d+")
_DEEPEST = 6
_PATHS = frozenset({"path", "path/posix", "upath"})
_KEPT = re.compile(r"(?:^|\.)(?:files?|uploads?)(?:\.\w+)*\.(?:path|filepath|tempFilePath)$")
"""Where a form reader has put an upload: the server named it."""
_STORES = re.compile(
    r"(?<![a-z])(?:user|customer|client)?[-_]?"
    r"(?:uploads?|attachments?|invoices?|exports?|storage|private|receipts?|resumes?|cvs?|documents|recordings?|backups?|contracts|statements)(?![a-z])",
    re.IGNORECASE,
)
"""Folders of what people left there, and not of what the code brings along."""
_OUTSIDE = frozenset({OriginKind.REQUEST, OriginKind.CONSTANT, OriginKind.ENVIRONMENT, OriginKind.UNKNOWN})


def query(chain: Chain, seen: Seen) -> Draft | None:
    """A file that is read or removed by a path of the request; None for anything else."""
    del seen
    last = chain.last
    if last is None or last.arguments is None or package_of(chain.source).partition("/")[0] not in PACKAGES:
        return None
    verb = _METHODS.get(last.name or chain.name)
    path = argument(last, 0)
    if verb is None or not _is_chosen(path):
        return None
    return Draft(
        engine="disk",
        client="provider",
        verb=verb,
        table="files",
        columns=() if verb == "delete" else None,
        filters=(("file", "eq", path),) if path is not None else (),
        single=True,
    )


def _is_chosen(path: Value | None) -> bool:
    """The outside says where the path begins, or which of the files that people left in a folder it is."""
    parts = _parts(path, 0)
    if not parts:
        return False
    if _is_asked(parts[0]):
        return True
    known = [one for one in parts if isinstance(one, Known)]
    asked = any(_is_asked(Known(one.origins - _written(one))) for one in known)
    kinds = {origin.kind for one in known for origin in one.origins}
    return asked and kinds <= _OUTSIDE and bool(_STORES.search(" ".join(map(_said, parts))))


def _is_asked(part: Value | None) -> bool:
    return (
        isinstance(part, Known)
        and bool(part.origins)
        and all(one.kind is OriginKind.REQUEST and not _KEPT.search(one.path) for one in part.origins)
    )


def _written(part: Known) -> frozenset[Origin]:
    return frozenset(one for one in part.origins if one.kind is OriginKind.CONSTANT)


def _said(part: Value) -> str:
    """What stands in the code, or names the variable of the environment that says it."""
    if isinstance(part, Known):
        named = {OriginKind.ENVIRONMENT, OriginKind.CONSTANT}
        return " ".join(sorted(one.path for one in part.origins if one.kind in named))
    return text_of(part) or ""


def _parts(path: Value | None, depth: int) -> list[Value]:
    """The pieces that a path is put together from, in their order: ``path.join(ROOT, "uploads", `${id}.pdf`)``."""
    if path is None or not isinstance(path, Chain) or depth > _DEEPEST:
        return [] if path is None else [path]
    written = template_of(path)
    if written is not None:
        texts = _HOLE.split(written[0])
        out: list[Value] = [Constant(texts[0])] if texts[0] else []
        for n, value in enumerate(written[1]):
            out += _parts(value, depth + 1)
            out += [Constant(texts[n + 1])] if n + 1 < len(texts) and texts[n + 1] else []
        return out
    last = path.last
    if last is None or (last.name or path.name) not in _JOINS or package_of(path.source) not in _PATHS:
        return [path]
    return [part for each in last.arguments or () for part in _parts(each, depth + 1)]
