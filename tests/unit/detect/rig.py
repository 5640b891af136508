"""A schema from a few lines of SQL, looked at the way the product does: rebuilt, read back, owned, attacked, judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from assistant.attack.run import attack
from assistant.collect.catalog import read_catalog
from assistant.detect.run import detect
from assistant.domain.catalog import PlatformKind
from assistant.domain.facts import Place
from assistant.domain.replay import Replay
from assistant.ownership.infer import infer
from assistant.sql.head import read_head
from assistant.sql.split import split


if TYPE_CHECKING:
    from assistant.domain.findings import Finding
    from assistant.shadow.database import Shadow


class Bench:
    """One database that SQL is applied to, step by step."""

    def __init__(self, shadow: Shadow) -> None:
        self.shadow = shadow
        self.places: dict[str, Place] = {}

    def apply(self, sql: str, file: str = "schema.sql") -> None:
        """Run statements one by one as the owner (as the server's superuser where only that one may) and note their lines."""
        with self.shadow.connect("owner") as connection:
            for fragment in split(sql):
                if "foreign" in fragment.text.lower():
                    self._as_superuser(fragment.text)
                else:
                    connection.execute(fragment.text)
                head = read_head(fragment.text)
                if head is not None:
                    for subject in (head.subject, *head.also):
                        self.places[str(subject)] = Place(file=file, line=fragment.line, symbol=subject.name)
                    if head.action in {"enable-rls", "disable-rls"}:
                        self.places[f"rls {head.subject.name}"] = Place(file=file, line=fragment.line)

    def _as_superuser(self, text: str) -> None:
        with self.shadow.server.superuser_connection() as maintenance:
            user = maintenance.info.user
        with psycopg.connect(**self.shadow.server.parameters(user, self.shadow.name), autocommit=True) as connection:
            connection.execute(text)

    def findings(self, *, attacked: bool = True) -> tuple[Finding, ...]:
        with self.shadow.connect("admin") as connection:
            catalog = read_catalog(connection, PlatformKind.SUPABASE)
        ownership = infer(catalog)
        matrix = attack(self.shadow, catalog, ownership, workers=1) if attacked else None
        replay = Replay(files=1, statements=0, applied=0, provenance=self.places)
        return detect(catalog, ownership, matrix, replay)
