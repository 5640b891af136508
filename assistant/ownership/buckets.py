"""Storage buckets: whose folder an object lies in, as far as the operator's own policies name a folder at all.

Nothing else in the schema speaks of buckets, so a guess is never better than low, and a bucket without one is asked about.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.domain.names import Name
from assistant.domain.ownership import Confidence, OwnerKind, Ownership
from assistant.ownership.words import PUBLIC_BUCKET, singulars


if TYPE_CHECKING:
    from assistant.domain.catalog import Bucket
    from assistant.ownership.drafts import Draft


_OBJECTS: Final = Name("storage", "objects")
_SUBJECT: Final = r"auth\.(?:uid|jwt|user_id)\(\)"
_FOLDER: Final = re.compile(
    rf"foldername\(\w*\.?name\)\)*\[\d\].{{0,60}}{_SUBJECT}|{_SUBJECT}.{{0,60}}foldername\(", re.IGNORECASE | re.DOTALL
)
_OWNER: Final = re.compile(
    rf"{_SUBJECT}[\s\w:()]{0, 80}=\s*\(?owner|\bowner(?:_id)?\)?(?:::\w+)?\s*=\s*\(?[\s(]*(?:SELECT\s+)?{_SUBJECT}",
    re.IGNORECASE,
)
_ANY_FOLDER: Final = re.compile(r"foldername\(|split_part\(", re.IGNORECASE)


def settle_buckets(draft: Draft) -> None:
    """An entry for every bucket as ``storage.<id>``; ``columns`` is the column of ``storage.objects`` that names the owner."""
    objects = draft.survey.catalog.tables.get(_OBJECTS)
    for bucket in draft.survey.catalog.buckets:
        name = Name("storage", bucket.id)
        texts = [
            text
            for policy in (objects.policies if objects else ())
            for text in (policy.using or "", policy.check or "")
            if f"'{bucket.id}'" in text
        ]
        entry = _public(name, bucket) or _folder(draft, name, texts)
        if entry:
            draft.settle(entry)
        elif bucket.public:
            draft.ask(name, "public-bucket", "it is public: whoever knows or guesses a path reads the object")
        else:
            draft.ask(name, "bucket", "no policy says whose folder an object lies in")


def _public(name: Name, bucket: Bucket) -> Ownership | None:
    found = PUBLIC_BUCKET & set(singulars(bucket.id))
    if not (bucket.public and found):
        return None
    says = f"the bucket is public, as one for {min(found)} usually is"
    return Ownership(name=name, kind=OwnerKind.PUBLIC, why=says, evidence=(says,), confidence=Confidence.LOW)


def _folder(draft: Draft, name: Name, texts: list[str]) -> Ownership | None:
    if any(_FOLDER.search(text) for text in texts):
        return _owned(name, "name", "a policy compares an object's folder with the caller's id")
    if any(_OWNER.search(text) for text in texts):
        return _owned(name, "owner", "a policy compares an object's owner with the caller's id")
    groups = [known for known in (*draft.memberships, *draft.pointers) if known.tenant]
    if groups and any(_ANY_FOLDER.search(text) for text in texts):
        says = "a policy looks at an object's folder, which is not the caller's id: it may be the tenant's"
        return Ownership(
            name=name,
            kind=OwnerKind.TENANT,
            columns=("name",),
            tenant=groups[0].tenant,
            membership=None if groups[0].pointer else groups[0].table,
            evidence=(says,),
            confidence=Confidence.LOW,
        )
    return None


def _owned(name: Name, column: str, says: str) -> Ownership:
    return Ownership(name=name, kind=OwnerKind.USER, columns=(column,), evidence=(says,), confidence=Confidence.LOW)
