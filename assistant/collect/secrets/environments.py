"""The same key or the same database in production and somewhere else: a preview that writes into production data.

Values are compared by fingerprint, databases without their password. Environment files that git ignores take part: that is where they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.collect.secrets.databases import PROJECT_URL
from assistant.collect.secrets.names import in_assignment, is_public
from assistant.collect.secrets.paths import environment_of, is_environment_file, is_example
from assistant.collect.secrets.reading import printable
from assistant.domain.facts import Place
from assistant.domain.secrets import EnvironmentValue, Shared, Standing, Weight


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assistant.collect.secrets.keys import Fingerprinter
    from assistant.collect.secrets.values import Candidate

PRODUCTION: Final = "production"
_MARK: Final = re.compile(rb"^\s*(?:VERCEL_ENV|VERCEL_TARGET_ENV|APP_ENV|DEPLOY_ENV)\s*=\s*[\"']?(\w+)", re.MULTILINE)
_MARKED: Final = {
    b"production": PRODUCTION,
    b"prod": PRODUCTION,
    b"preview": "preview",
    b"staging": "staging",
    b"stage": "staging",
    b"development": "development",
    b"dev": "development",
    b"test": "test",
}


def environment_in(path: str, text: bytes, standing: Standing) -> str:
    """Which environment a file is for: what the file says of itself, else its name; a private ``.env`` is the developer's."""
    if not is_environment_file(path) or is_example(path):
        return ""
    mark = _MARK.search(text)
    if mark and mark[1].lower() in _MARKED:
        return _MARKED[mark[1].lower()]
    named = environment_of(path)
    return named or ("development" if standing in {Standing.IGNORED, Standing.UNTRACKED} else "")


def values_of(
    path: str, text: bytes, environment: str, candidates: Sequence[Candidate], fingerprints: Fingerprinter
) -> Iterator[EnvironmentValue]:
    """Keys and databases of one environment file."""
    for candidate in candidates:
        line = text.count(b"\n", 0, candidate.at[0]) + 1
        where = Place(file=printable(path), line=line, symbol=candidate.variable or None)
        if candidate.target:
            yield _database(candidate.target, environment, where, fingerprints)
        elif candidate.weight is not Weight.LITTLE:
            yield EnvironmentValue(
                environment=environment,
                what="key",
                fingerprint=fingerprints.of("key", candidate.value.reveal()),
                shown=f"{candidate.kind} {candidate.shown}",
                where=where,
            )
    for n, content in enumerate(text.splitlines(), 1):
        assignment = in_assignment(content)
        if assignment is None or not (project := PROJECT_URL.match(assignment[1])):
            continue
        if is_public(assignment[0]) or "SUPABASE" in assignment[0]:
            where = Place(file=printable(path), line=n, symbol=assignment[0])
            yield _database(f"supabase project {project[1].decode()}", environment, where, fingerprints)


def _database(target: str, environment: str, where: Place, fingerprints: Fingerprinter) -> EnvironmentValue:
    return EnvironmentValue(
        environment=environment,
        what="database",
        fingerprint=fingerprints.of("database", target.encode()),
        shown=target,
        where=where,
    )


def compare(values: Iterable[EnvironmentValue]) -> tuple[Shared, ...]:
    """What production shares with another environment."""
    by_fingerprint: dict[tuple[str, str], list[EnvironmentValue]] = {}
    for value in values:
        by_fingerprint.setdefault((value.what, value.fingerprint), []).append(value)
    shared = []
    for (what, fingerprint), equal in by_fingerprint.items():
        environments = sorted({value.environment for value in equal})
        if PRODUCTION not in environments or len(environments) == 1:
            continue
        ordered = sorted(equal, key=lambda value: (value.environment != PRODUCTION, value.environment, value.where))
        places = tuple(dict.fromkeys(value.where for value in ordered))
        shared.append(
            Shared(
                what=what,
                fingerprint=fingerprint,
                shown=ordered[0].shown,
                environments=tuple(environments),
                places=places,
            )
        )
    return tuple(sorted(shared, key=lambda each: (each.what, each.places)))
