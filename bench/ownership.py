"""Compares the inferred ownership map with a sample of tables that a person read by hand.

Usage: PYTHONPATH=. python bench/ownership.py CLONES [--sample bench/ownership_sample.toml] [--quiet]
CLONES holds git folders as ``owner+name/repo``, ``owner+name`` or ``name``. Right is an answer the reader gives too ("asked" included,
where the reader would ask); asked is a question where the reader knows; dangerous is called public (or public under a condition) and is not.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import tempfile
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import git_folder

from assistant.collect.catalog import read_catalog
from assistant.collect.repository import read_repository
from assistant.ownership.infer import infer
from assistant.shadow.open import open_shadow
from assistant.shadow.replay import replay


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.domain.ownership import Ownership, OwnershipMap


KEPT = (".sql", ".toml", ".prisma", ".json", ".sh", ".ts", ".js", ".mjs", ".yml", ".yaml")
LEFT_OUT = ("node_modules/", ".venv/")
VERDICTS = ("right", "asked", "wrong", "dangerous")


def main() -> None:
    """Print one line a repository, one a table that is not right, and the totals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", type=Path)
    parser.add_argument("--sample", type=Path, default=Path(__file__).with_name("ownership_sample.toml"))
    parser.add_argument("--quiet", action="store_true", help="totals only")
    arguments = parser.parse_args()
    total: Counter[str] = Counter()
    first: Counter[str] = Counter()
    for repository in tomllib.loads(arguments.sample.read_text(encoding="utf-8"))["repository"]:
        git = git_folder(arguments.clones, repository["name"])
        if git is None:
            print(f"{repository['name']:44} no clone")
            continue
        found = compare(repository, inferred(git, repository["commit"]), quiet=arguments.quiet)
        total += found
        first += Counter(repository["first"])
    if total:
        print(f"{'all':44} {line(total)}")
        print(f"{'all, when first compared':44} {line(first)}")


def compare(repository: dict[str, Any], ownership: OwnershipMap, *, quiet: bool) -> Counter[str]:
    """Verdicts of one repository; a dangerous answer counts as wrong too."""
    entries = {str(name): entry for name, entry in ownership.entries.items()}
    verdicts: Counter[str] = Counter()
    remarks = []
    for table, label in repository["tables"].items():
        entry = entries.get(f"{repository['schema']}.{table}")
        verdict = judge(entry, label) if entry else "missing"
        verdicts[verdict] += 1
        verdicts["wrong"] += verdict == "dangerous"
        verdicts["both ask"] += verdict == "right" and entry is not None and said(entry) == "ask"
        if verdict != "right":
            remarks.append(
                f"    {verdict:9} {table}: {said(entry) if entry else 'not in the shadow'}, reader says {label}"
            )
    print(f"{repository['name']:44} {line(verdicts)}")
    if not quiet:
        print("\n".join(remarks) + "\n" * bool(remarks), end="")
    return verdicts


def judge(entry: Ownership, label: str) -> str:
    """One of ``VERDICTS``."""
    answers = [answer.strip() for answer in label.split("|")]
    given = said(entry)
    kinds = {answer.partition(" ")[0] for answer in answers}
    if normal(given) in map(normal, answers) or (entry.kind == "membership" and "membership" in kinds):
        return "right"
    if given == "ask":
        return "asked"
    opened = (entry.kind == "public" and "public" not in kinds) or (
        entry.kind == "conditional" and not kinds & {"public", "conditional"}
    )
    return "dangerous" if opened else "wrong"


def said(entry: Ownership) -> str:
    """An entry in the words of a label."""
    if entry.kind == "unknown":
        return "ask"
    if entry.kind in ("public", "service"):
        return entry.kind.value
    kind = entry.base or entry.kind
    rest = f"via {entry.parent.name}" if kind == "via" and entry.parent else ",".join(entry.columns)
    return rest if entry.kind == "via" else f"{entry.kind.value} {rest}"


def normal(answer: str) -> tuple[str, tuple[str, ...]]:
    """A label whose columns may come in any order."""
    kind, _, rest = answer.partition(" ")
    return kind, tuple(sorted(rest.split(",")))


def line(verdicts: Counter[str]) -> str:
    """Counts and the share that is right."""
    judged = verdicts["right"] + verdicts["asked"] + verdicts["wrong"]
    share = f"{100 * verdicts['right'] / judged:5.1f} %" if judged else "    -"
    missing = f", {verdicts['missing']} missing" if verdicts["missing"] else ""
    counts = ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in VERDICTS)
    both = (
        f" (of the right ones {verdicts['both ask']} are questions the reader would ask too)"
        if verdicts["both ask"]
        else ""
    )
    return f"{judged:4} tables {share} right: {counts}{missing}{both}"


def inferred(git: Path, commit: str) -> OwnershipMap:
    """The map of one commit, by the whole line from files to catalog."""
    with text_files(git, commit) as root:
        repository = read_repository(root)
        with open_shadow(platform=repository.platform) as shadow:
            replay(shadow, repository.sources)
            with shadow.connect() as connection:
                catalog = read_catalog(connection, repository.platform, text_subject=repository.text_subject)
    return infer(catalog)


@contextlib.contextmanager
def text_files(git: Path, commit: str) -> Iterator[Path]:
    """The files that can matter, as a repository of one commit; works on clones whose large files are absent."""
    listed = subprocess.run(
        ["git", "-C", str(git), "ls-tree", "-r", "-z", commit], capture_output=True, check=True, text=True
    ).stdout
    wanted = []
    for row in filter(None, listed.split("\0")):
        (_, kind, sha), path = row.partition("\t")[0].split(), row.partition("\t")[2]
        if kind == "blob" and path.endswith(KEPT) and not any(part in f"{path}/" for part in LEFT_OUT):
            wanted.append((sha, path))
    asked = "".join(f"{sha}\n" for sha, _ in wanted).encode()
    answer = subprocess.run(
        ["git", "-C", str(git), "cat-file", "--batch"], input=asked, capture_output=True, check=True
    ).stdout
    with tempfile.TemporaryDirectory(prefix="stanch-bench-") as name:
        root = Path(name)
        at = 0
        for _, path in wanted:
            end = answer.index(b"\n", at)
            header = answer[at:end].split()
            at = end + 1
            if header[-1] == b"missing":
                continue
            size = int(header[2])
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(answer[at : at + size])
            at += size + 1
        identity = ("-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "commit.gpgsign=false")
        for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "bench")):
            subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)
        yield root


if __name__ == "__main__":
    main()
