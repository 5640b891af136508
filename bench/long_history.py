"""A bisect over a long history: a repository with many commits and migrations of which one opens a leak, and how long it takes to name it.

Usage: python bench/long_history.py STANCH [--commits 1000] [--migrations 300] [--keep FOLDER]
The history is made by `git fast-import`, the same bytes each time. Three of ten migrations make a table with its policies (the shapes of
generate.py), the others change what is there: columns, indexes, functions, policies written anew with the same meaning. Two thirds of the way
through, one policy becomes `true`. Every other commit changes a source file, every fortieth is a merge.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

import generate
from measure import run


WHO = b"engineer <engineer@long.example>"
LEAK = 'alter policy "read" on public.records_0002 using (true);\n'


def main() -> None:
    """Make the history, bisect it, say whether the commit was right and how long it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stanch", type=Path)
    parser.add_argument("--commits", type=int, default=1000)
    parser.add_argument("--migrations", type=int, default=300)
    parser.add_argument("--keep", metavar="FOLDER", type=Path, help="make it there and leave it")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stanch-long-") as folder:
        target = arguments.keep or Path(folder) / "repository"
        culprit = make_history(target, arguments.commits, arguments.migrations)
        first = git(target, "rev-list", "--max-parents=0", "HEAD")
        done = run(arguments.stanch, "bisect", target, "--good", first, "--bad", "HEAD", "--json")
        if done.json is None:
            print(done.stderr)
            return
        said = done.json
        verdict = "right" if said["commit"] == culprit else f"WRONG, it was {culprit[:12]}"
        print(
            f"{arguments.commits} commits, {arguments.migrations} migrations: {said['commit'][:12]} ({verdict}), "
            f"{said['tested']} tested, {said['seconds']:.1f} s of its own, {done.seconds:.1f} s in all"
        )


def make_history(target: Path, commits: int, migrations: int) -> str:
    """Write the repository; the hash of the commit that opens the leak."""
    target.mkdir(parents=True, exist_ok=True)
    git(target, "init", "--quiet", "--initial-branch=main")
    parts: list[bytes] = []
    written, leak, mark = 0, migrations * 2 // 3, 0
    for number in range(commits):
        files = {f"app/page_{number % 17}.tsx": f"export const page = {number}\n"}
        if number == 0:
            files["supabase/config.toml"] = 'project_id = "long"\n'
        while written * commits <= number * migrations and written < migrations:
            files[f"supabase/migrations/{20250101000000 + written}_step.sql"] = migration(written, leak)
            written += 1
        mark += 1
        parts.append(commit(mark, number, files, previous=mark - 1))
        if number % 40 == 39:
            mark += 2
            parts.append(
                commit(mark - 1, number, {f"app/side_{number}.tsx": "export {}\n"}, previous=mark - 3, branch="side")
            )
            parts.append(commit(mark, number, {}, previous=mark - 2, merged=mark - 1))
    subprocess.run(["git", "-C", str(target), "fast-import", "--quiet"], input=b"".join(parts), check=True)
    git(target, "reset", "--quiet", "--hard", "main")
    return git(
        target, "log", "--format=%H", "--diff-filter=A", "--", f"supabase/migrations/{20250101000000 + leak}_step.sql"
    )


def migration(number: int, leak: int) -> str:
    """The text of the migration of that number."""
    if number == 0:
        return generate.TENANCY
    if number == leak:
        return LEAK
    made = 1 + number * 3 // 10
    if number * 3 % 10 < 3:
        shape = made + (2 if made % 10 in {0, 1} else 0)  # the sound shapes alone
        return generate.table_named(made, shape)
    table = f"public.records_{2 + number % max(1, made - 2):04d}"
    match number % 4:
        case 0:
            return f"alter table if exists {table} add column if not exists note_{number} text;\n"
        case 1:
            return f"create index if not exists step_{number}_idx on public.organizations (name);\n"
        case 2:
            return (
                f"create or replace function private.step_{number}() returns integer language sql stable\n"
                f"set search_path = '' as $$ select {number} $$;\n"
            )
        case _:
            return f"comment on table public.organizations is 'step {number}';\n"


def commit(
    mark: int, number: int, files: dict[str, str], *, previous: int, merged: int = 0, branch: str = "main"
) -> bytes:
    """One commit as fast-import reads it."""
    lines = [f"commit refs/heads/{branch}\nmark :{mark}\n".encode()]
    lines += [b"%s %s %d +0000\n" % (word, WHO, 1735689600 + number * 3600) for word in (b"author", b"committer")]
    lines.append(counted(f"Step {number}\n"))
    if previous > 0:
        lines.append(f"from :{previous}\n".encode())
    if merged:
        lines.append(f"merge :{merged}\n".encode())
    for path, text in files.items():
        lines += [f"M 100644 inline {path}\n".encode(), counted(text)]
    return b"".join(lines)


def counted(text: str) -> bytes:
    """A text with its length before it."""
    data = text.encode()
    return b"data %d\n%s\n" % (len(data), data)


def git(folder: Path, *arguments: str) -> str:
    """One question to git."""
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    main()
