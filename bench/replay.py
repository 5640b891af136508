"""Times the replay alone, in statements a second: on a generated schema and on any repositories named.

Usage: PYTHONPATH=. python bench/replay.py [REPOSITORY ...] [--tables 1000]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from generate import write_repository

from assistant.collect.repository import read_repository
from assistant.shadow.open import open_shadow
from assistant.shadow.replay import replay


def main() -> None:
    """Print one line a repository."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", type=Path, nargs="*")
    parser.add_argument("--tables", type=int, default=1000)
    arguments = parser.parse_args()
    for repository in arguments.repositories:
        show(repository.name, repository)
    with tempfile.TemporaryDirectory(prefix="stanch-bench-") as name:
        show(f"generated, {arguments.tables} tables", write_repository(Path(name) / "generated", arguments.tables))


def show(name: str, root: Path) -> None:
    """Replay into a fresh shadow; the shadow's own start is not counted."""
    repository = read_repository(root)
    sources = tuple(source for layout in repository.layouts for source in layout.sources)
    with open_shadow(platform=repository.platform) as shadow:
        done = replay(shadow, sources)
    print(
        f"{name:36} {done.applied}/{done.statements} statements in {done.seconds:.2f} s: {done.statements / done.seconds:,.0f} a second"
    )


if __name__ == "__main__":
    main()
