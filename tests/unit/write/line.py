"""The line from a repository to written files without the engine, for tests: read, replay, attack, fix, prove, write, read again."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from assistant.attack.run import attack
from assistant.collect.catalog import read_catalog
from assistant.collect.repository import read_repository
from assistant.detect.run import detect
from assistant.ownership.infer import infer
from assistant.propose.run import propose
from assistant.prove.run import prove
from assistant.shadow.open import open_shadow
from assistant.shadow.replay import replay
from assistant.write.migration import plan


NOW = datetime(2026, 11, 20, 3, 12, 0, tzinfo=UTC)
WORLDS = Path(__file__).parents[2] / "worlds"


@dataclass
class Line:
    repository: object
    shadow: object
    replayed: object
    catalog: object

    @cached_property
    def ownership(self):
        return infer(self.catalog)

    @cached_property
    def matrix(self):
        return attack(self.shadow, self.catalog, self.ownership)

    @cached_property
    def findings(self):
        return detect(self.catalog, self.ownership, self.matrix, self.replayed)

    @cached_property
    def fixes(self):
        return propose(self.findings, self.catalog, self.ownership, self.matrix)

    @cached_property
    def proof(self):
        return prove(
            self.shadow,
            self.fixes,
            before=self.matrix,
            ownership=self.ownership,
            catalog=self.catalog,
            findings=self.findings,
        )

    def plan(self, now=NOW):
        return plan(self.repository, self.proof.fixes, self.proof, now=now)


@contextmanager
def line(root: Path, schema_file: Path | None = None):
    repository = read_repository(root, schema_file)
    with open_shadow(platform=repository.platform) as shadow:
        replayed = replay(shadow, repository.sources)
        with shadow.connect() as connection:
            catalog = read_catalog(connection, repository.platform, text_subject=repository.text_subject)
        yield Line(repository, shadow, replayed, catalog)


def copy_world(name: str, to: Path) -> Path:
    """A world as a git repository of its own."""
    root = to / "repo"
    shutil.copytree(WORLDS / name, root)
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    return root
