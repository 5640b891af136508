"""Times stanch's attack against two published tools on the same database in the same run, and prints the ratios.

Usage: PYTHONPATH=. python bench/peers.py REPOSITORY PEERS
REPOSITORY holds SQL migrations; PEERS is a virtual environment with `pgrls` and `rlsautotest` installed. The database is a shadow that stanch
replayed, so that none of the tools pays for building it; stanch's time is seeding, attacking and judging.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from measure import run

from assistant.attack.run import attack
from assistant.collect.catalog import read_catalog
from assistant.collect.repository import read_repository
from assistant.ownership.infer import infer
from assistant.shadow.open import open_shadow
from assistant.shadow.replay import replay


def main() -> None:
    """Print seconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("peers", type=Path, help="a virtual environment")
    arguments = parser.parse_args()
    repository = read_repository(arguments.repository)
    with open_shadow(platform=repository.platform) as shadow:
        for layout in repository.layouts:
            replay(shadow, layout.sources)
        seconds = peers(arguments.peers / "bin", shadow.owner_dsn)
        began = time.perf_counter()
        with shadow.connect() as connection:
            catalog = read_catalog(connection, repository.platform)
        matrix = attack(shadow, catalog, infer(catalog))
        own = time.perf_counter() - began
    counts = matrix.counts()
    print(
        f"{'stanch: catalog, map, seed, attack':44} {own:8.2f} s   {sum(counts.values())} cells, {counts['leaks']} leaks"
    )
    for name, (spent, said) in seconds.items():
        print(f"{name:44} {spent:8.2f} s   {spent / own:6.1f} x   {said}")


def peers(binaries: Path, dsn: str) -> dict[str, tuple[float, str]]:
    """Each peer as its documentation runs it; seconds and the last line it printed."""
    static = run(binaries / "pgrls", "lint", "--database-url", dsn, "--schemas", "public")
    measured = {"pgrls lint": (static.seconds, _last(static.stdout or static.stderr))}
    solver_seconds, said = 0.0, []
    for mode in ("anon", "cross-tenant", "write"):
        ran = run(binaries / "pgrls", "verify", "--mode", mode, "--database-url", dsn, "--schemas", "public")
        solver_seconds += ran.seconds
        said.append(f"{mode}: {_last(ran.stdout or ran.stderr)}")
    measured["pgrls verify (anon, cross-tenant, write)"] = (solver_seconds, " | ".join(said))
    probing = run(binaries / "rlsautotest", "--schema", "public", "--db-url", dsn, "--report", "--no-fail")
    measured["rlsautotest --report"] = (probing.seconds, _last(probing.stdout or probing.stderr))
    return measured


def _last(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:100] if lines else "said nothing"


if __name__ == "__main__":
    main()
