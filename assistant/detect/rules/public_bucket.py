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

_SHOWN: Final = re.compile(
    r"avatar|image|img|logo|photo|picture|icon|cover|banner|thumb|public|asset|static|media|cdn|website|blog|product|gallery|badge|font|og",
    re.IGNORECASE,
)
_PRIVATE: Final = re.compile(
    r"private|kyc|passport|identity|contract|invoice|receipt|document|medical|record|backup|export|statement|resume|cv\b|signature|secret|attachment|upload|file|message|chat",
    re.IGNORECASE,
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


def _shown(name: str) -> bool:
    return bool(_SHOWN.search(name)) and not _PRIVATE.search(name)


def _by_name(name: str) -> Judgement:
    if _PRIVATE.search(name):
        return Judgement(severity=Severity.HIGH, confidence=Confidence.MEDIUM)
    return Judgement(severity=Severity.LOW, confidence=Confidence.MEDIUM if _shown(name) else Confidence.LOW)
