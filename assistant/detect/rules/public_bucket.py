"""Storage buckets whose objects are served to everyone who has, or guesses, the address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.judge import Judgement, from_leaks, report
from assistant.detect.rule import Example, Rule
from assistant.detect.storage import bucket_cells, bucket_place, bucket_subject
from assistant.domain.matrix import Actor, Severity, Verb
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.findings import Finding

RULE = Rule(
    id="public-bucket",
    title="A storage bucket is public",
    why="Objects of a public bucket are served without row-level security to everyone with the address; addresses travel in pages, logs and e-mails.",
    remedy="Make the bucket private and hand out signed URLs; keep public only what is meant for everyone.",
    docs="https://supabase.com/docs/guides/storage/buckets/fundamentals#public-buckets",
)

EXAMPLES = (
    Example(
        setup="insert into storage.buckets (id, name, public) values ('contracts', 'contracts', false);",
        leak="update storage.buckets set public = true where id = 'contracts';",
        mend="update storage.buckets set public = false where id = 'contracts';",
        attacked=True,
    ),
)

_SHOWN: Final = frozenset(
    [
        "avatar",
        "image",
        "img",
        "logo",
        "photo",
        "picture",
        "icon",
        "cover",
        "banner",
        "thumb",
        "thumbnail",
        "public",
        "asset",
        "static",
        "media",
        "cdn",
        "website",
        "blog",
        "product",
        "gallery",
        "badge",
        "font",
        "og",
    ]
)
_PRIVATE: Final = frozenset(
    [
        "private",
        "kyc",
        "passport",
        "identity",
        "contract",
        "invoice",
        "receipt",
        "document",
        "doc",
        "medical",
        "record",
        "backup",
        "export",
        "statement",
        "resume",
        "cv",
        "signature",
        "secret",
        "attachment",
        "upload",
        "file",
        "message",
        "chat",
        "report",
    ]
)


def find(context: Context) -> Iterator[Finding]:
    """Public buckets: what is called like pictures of a website is a note, what is called like documents is not."""
    for bucket in context.catalog.buckets:
        if not bucket.public:
            continue
        leaks = [
            cell for cell in bucket_cells(context, bucket.id) if cell.verb is Verb.SELECT and cell.actor is Actor.GUEST
        ]
        judgement = from_leaks(leaks) if leaks and not _shown(bucket.id) else _by_name(bucket.id)
        yield report(
            RULE,
            bucket_subject(bucket.id),
            f"Everyone with the address can read the objects of the bucket {bucket.id}.",
            judgement,
            bucket_place(context, bucket.id),
            detail="A public bucket serves its objects without asking row-level security.",
        )


def _words(name: str) -> frozenset[str]:
    """The words of a bucket's name in the singular: ``profile_images`` is about images, not about files."""
    return frozenset(word.removesuffix("s") for word in re.split(r"[^a-z0-9]+", name.lower()))


def _shown(name: str) -> bool:
    return bool(_words(name) & _SHOWN) and not _words(name) & _PRIVATE


def _by_name(name: str) -> Judgement:
    if _words(name) & _PRIVATE:
        return Judgement(severity=Severity.HIGH, confidence=Confidence.MEDIUM)
    return Judgement(severity=Severity.LOW, confidence=Confidence.MEDIUM if _shown(name) else Confidence.LOW)
