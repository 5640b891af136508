"""Proven fixes as files in the operator's own migration layout, with the undo beside them.

Leaks first, what is only faster in a file of its own, indexes where nothing blocks writers. Nothing is written here: the result is
a list of artifacts to look at, in an order in which a crash between two of them leaves nothing half-known to the migration tool.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from assistant.domain.errors import UsageError
from assistant.domain.fixes import Artifact, Fix, Statement
from assistant.propose.assembly import assemble
from assistant.write.layouts import Habit, habit_of
from assistant.write.sqltext import comment, digest, header, marks_in, section, statement_text


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from assistant.domain.fixes import NoFix, Proof
    from assistant.domain.replay import Layout
    from assistant.domain.repository import Repository
    from assistant.propose.assembly import Assembly

TIDY_ORDER: Final = 80
"""Fixes from here on expose nothing: they are written apart, so that a tired reader may leave them for the morning."""
_SECONDS: Final = 5
_BY_TOOL: Final = {"supabase": 0, "prisma": 0, "drizzle": 0, "supabase-schemas": 1, "numbered": 2}
_CONCURRENTLY: Final = re.compile(r"\ACREATE INDEX CONCURRENTLY\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The content of one migration."""

    name: str
    """End of the file name."""
    kind: str
    """What it is for, in words."""
    fixes: tuple[Fix, ...] = ()
    """Fixes in it."""
    assembly: Assembly | None = None
    """Their statements; None for an index file."""
    alone: tuple[Statement, ...] = ()
    """Statements that run without a transaction."""


def plan(repository: Repository, fixes: Iterable[Fix | NoFix], proof: Proof, *, now: datetime) -> tuple[Artifact, ...]:
    """The files that bring the fixes into the repository; none when they already lie there.

    Args:
        repository: where the schema came from.
        fixes: what the operator approved; what the rehearsal took out is left out here too.
        proof: the rehearsal, for the numbers in the header.
        now: when the migration is written, aware; its UTC time names the files.

    Raises:
        UsageError: the repository has no SQL that a migration could be added to.
    """
    from datetime import UTC

    approved = {fix.id for fix in fixes if isinstance(fix, Fix)}
    chosen = tuple(fix for fix in proof.fixes if fix.id in approved)
    if not chosen:
        return ()
    layout = _home(repository, chosen)
    habit = habit_of(layout, repository.root, now.astimezone(UTC))
    known = {mark for text in _texts(repository, habit) for mark in marks_in(text)}
    parts = [part for part in _parts(chosen, habit, proof) if _mark(part) not in known]
    artifacts: list[Artifact] = []
    tags: list[str] = []
    for n, part in enumerate(parts):
        later = next((habit.undo_path(m, one.name) for m, one in enumerate(parts) if m > n and one.assembly), None)
        artifacts += _files(habit, n, part, proof, first=later)
        tags.append(habit.tag(n, part.name))
    if layout.kind == "supabase-schemas":
        artifacts += _declared(layout, habit, parts, proof)
    if habit.kind == "drizzle" and tags:
        artifacts.append(_journal(repository.root, habit, tags, now))
    if habit.kind == "drizzle-folders":
        artifacts += _snapshots(repository.root, layout, habit, parts)
    return tuple(sorted(artifacts, key=lambda one: ("undo", "migration", "journal").index(one.kind)))


def _texts(repository: Repository, habit: Habit) -> Iterator[str]:
    """What was replayed, and what lies where new files go: with --schema the two differ."""
    yield from (source.text for source in repository.sources)
    folder = repository.root / habit.root
    if habit.kind == "schema-file" and folder.is_dir():
        for path in sorted(folder.glob(f"{habit.lead}*.sql")):
            yield path.read_text(encoding="utf-8", errors="replace")


def _home(repository: Repository, fixes: tuple[Fix, ...]) -> Layout:
    """The layout whose files mention most of what is fixed; a tool's folder before a file that somebody pastes."""
    names = {name.rpartition(".")[2].partition("(")[0].lower() for fix in fixes for name in fix.objects}
    candidates = [layout for layout in repository.layouts if layout.kind != "script"]
    if not candidates:
        raise UsageError(
            "the repository has no migrations that the fix could join.",
            "Create the first migration with your tool, or give the schema with --schema FILE.",
        )

    def rank(layout: Layout) -> tuple[int, int]:
        words = {word for source in layout.sources for word in re.findall(r"\w+", source.text.lower())}
        # a schema file that only makes what migrations change later is a base, not the place for new files
        return -_BY_TOOL.get(layout.kind, 3), len(names & words)

    return max(candidates, key=rank)


def _parts(fixes: tuple[Fix, ...], habit: Habit, proof: Proof) -> list[Part]:
    leaks = tuple(fix for fix in fixes if fix.order < TIDY_ORDER)
    tidy = tuple(fix for fix in fixes if fix.order >= TIDY_ORDER)
    closes, tightens = "closes leaks between customers.", "tightens rules that no attack got through."
    parts: list[Part] = []
    dropped: set[str] = set()
    indexes: dict[str, Statement] = {}
    for name, kind, group in (
        ("lock", closes if proof.comparison.closed else tightens, leaks),
        ("tidy", "closes nothing; says policies that hold in a faster way.", tidy),
    ):
        assembly = assemble(group)
        # what the first file's undo drops, the second file's may not drop under it: they are undone in reverse order
        assembly = replace(assembly, undo=tuple(one for one in assembly.undo if one.sql not in dropped))
        dropped |= {one.sql for one in assembly.undo}
        indexes.update({statement.sql: statement for statement in assembly.alone})
        if any(statements for _, statements in assembly.together):
            parts.append(Part(name=name, kind=kind, fixes=group, assembly=assembly))
    alone = tuple(_for_tool(statement, habit) for statement in indexes.values())
    if alone and not habit.one_index_a_file:
        parts.append(Part(name="indexes", kind="indexes for the columns that policies filter on.", alone=alone))
    elif alone:
        several = len(alone) > 1
        parts += [
            Part(
                name=f"index_{n}" if several else "index",
                kind="an index for a column that policies filter on.",
                alone=(statement,),
            )
            for n, statement in enumerate(alone, 1)
        ]
    return parts


def _for_tool(statement: Statement, habit: Habit) -> Statement:
    """Where the tool wraps every file in a transaction, the index is built in the ordinary way."""
    if habit.concurrently or not _CONCURRENTLY.match(statement.sql):
        return statement
    by_hand = f"It blocks writers while it builds: on a large table run this by hand first, then it does nothing:\n{statement.sql};"
    return replace(
        statement, sql=_CONCURRENTLY.sub("CREATE INDEX", statement.sql), comment=f"{statement.comment}\n{by_hand}"
    )


def _mark(part: Part) -> str:
    return digest(part.assembly.statements if part.assembly else part.alone)


def _files(habit: Habit, n: int, part: Part, proof: Proof, first: str | None = None) -> list[Artifact]:
    """The migration and its undo, which says what has to be undone before it."""
    undo = () if part.assembly is None else part.assembly.undo
    inside = habit.markers.down and undo
    undo_path = habit.undo_path(n, part.name) if undo and not inside else None
    text = header(part.kind, proof, part.fixes, undo_path, _mark(part))
    body = _body(habit, part)
    if habit.markers.up:
        up = habit.markers.up if part.assembly is not None else habit.markers.up_alone
        text = f"{up}\n{text}"
    text += body
    if inside:
        way_back = "".join(_marked(habit, statement) for statement in undo)
        text += f"\n{habit.markers.down}\n{comment('Undo: this re-opens the leaks.')}{way_back}"
    artifacts = [Artifact(path=habit.path(n, part.name), kind="migration", content=text)]
    if undo_path is not None:
        artifacts.append(
            Artifact(path=undo_path, kind="undo", content=_undo_text(undo, habit.path(n, part.name), first))
        )
    return artifacts


def _body(habit: Habit, part: Part) -> str:
    if part.assembly is None:
        notes = _index_notes(habit)
        return notes + "".join(statement_text(statement) for statement in part.alone)
    wait = (
        f'If it stops with "canceling statement due to lock timeout", nothing was changed: somebody held a table for {_SECONDS} s.'
        " Run it again."
    )
    text = "\nBEGIN;\n" if habit.transaction else ""
    between = "--> statement-breakpoint\n" if habit.kind == "drizzle" else ""
    text += f"\n{comment(wait)}SET lock_timeout = '{_SECONDS}s';\n{between}"
    for fix, statements in part.assembly.together:
        if statements:
            text += section(fix)
            text += "".join(_marked(habit, statement) + between for statement in statements)
    text += "\nRESET lock_timeout;\n"
    return text + ("COMMIT;\n" if habit.transaction else "")


def _marked(habit: Habit, statement: Statement) -> str:
    """A statement with semicolons inside, between the lines its tool wants around it."""
    text = statement_text(statement)
    if not habit.markers.begin or ";" not in statement.sql:
        return text
    return f"{habit.markers.begin}\n{text}{habit.markers.end}\n"


def _index_notes(habit: Habit) -> str:
    notes = {
        "supabase": "Runs outside a transaction: the Supabase CLI does that by itself from version 2.109 on. With an older one run it in the"
        " SQL editor, statement by statement, and then `supabase migration repair --status applied` with this file's version.",
        "prisma": "One statement a file: Prisma sends a file as one message, and two statements in it would be a transaction.",
        "flyway": "Runs outside a transaction, which Flyway sees by itself; if it hangs, set flyway.postgresql.transactional.lock=false.",
        "numbered": "Must not run inside a transaction: if your runner opens one, run this file by hand and mark it as applied.",
        "schema-file": "Must not run inside a transaction: run it by itself.",
    }
    found = notes.get(habit.kind, "")
    return comment(found) if found and not habit.markers.up_alone else ""


def _undo_text(statements: tuple[Statement, ...], of: str, first: str | None) -> str:
    """The way back, in one transaction of its own: nobody's tool runs it."""
    head = comment(
        f"The way back of {of}.\nRUNNING THIS RE-OPENS THE LEAKS: it restores policies, grants and options as they were.\n"
        "Helper functions are dropped; their schema stays. Run it by hand: psql -v ON_ERROR_STOP=1 -f <this file>"
        + (f"\nIf it was applied, undo {first} before this one." if first else "")
    )
    body = "".join(statement_text(statement) for statement in statements)
    return f"{head}\nBEGIN;\nSET LOCAL lock_timeout = '{_SECONDS}s';\n\n{body}\nCOMMIT;\n"


def _declared(layout: Layout, habit: Habit, parts: list[Part], proof: Proof) -> list[Artifact]:
    """Declarative schemas: the same statements as the last of the declared files, or the next diff would take the fix back."""
    statements = [part for part in parts if part.assembly is not None]
    if not statements:
        return []
    version = habit.version(0)
    text = header(
        "the declared state after the fix; keep it last.", proof, (), None, _mark(statements[0]) + "-declared"
    )
    text += comment(
        "The migration of the same name changes the database; this file keeps `supabase db diff` from changing it back."
        "\nMove its policies into the files of their tables when there is time, and add it to schema_paths if those are listed."
    )
    for part in statements:
        assert part.assembly is not None
        for fix, own in part.assembly.together:
            text += section(fix) + "".join(statement_text(statement) for statement in own)
    return [Artifact(path=f"{layout.root}/zz_{version}_stanch_lock.sql", kind="migration", content=text)]


def _journal(root: Path, habit: Habit, tags: list[str], now: datetime) -> Artifact:
    """Drizzle's journal with the new entries; no snapshot, for that describes tables and the fix changes none."""
    import hashlib

    path = f"{habit.root}/meta/_journal.json"
    text = (root / path).read_text(encoding="utf-8")
    journal = json.loads(text)
    entries = journal["entries"]
    at = max([int(now.timestamp() * 1000), *(int(entry.get("when", 0)) + 1 for entry in entries)])
    following = max((int(entry["idx"]) for entry in entries), default=-1) + 1
    version = entries[-1].get("version", journal.get("version", "7")) if entries else journal.get("version", "7")
    new = [
        {"idx": following + n, "version": version, "when": at + n, "tag": tag, "breakpoints": True}
        for n, tag in enumerate(tags)
    ]
    written = _inserted(text, new) or json.dumps(
        {**journal, "entries": [*entries, *new]}, indent=2, ensure_ascii=False
    ) + ("\n" if text.endswith("\n") else "")
    return Artifact(
        path=path,
        kind="journal",
        content=written,
        replaces=hashlib.sha256(text.encode()).hexdigest(),
    )


def _inserted(text: str, new: list[dict[str, object]]) -> str | None:
    """The journal's text with entries after its last one, laid out as that one is; None when that cannot be told for sure."""
    last = re.search(r"(?P<gap>\n[ \t]*|)(?P<entry>\{[^{}]*\})(?P<rest>\s*\]\s*\}\s*)\Z", text)
    if last is None:
        return None
    entry, gap = last["entry"], last["gap"]
    inner = re.match(r"\{(\s*)", entry)
    lines = inner is not None and "\n" in inner.group(1)
    joint = f",{inner.group(1)}" if lines and inner is not None else ", "
    made = ""
    for one in new:
        fields = joint.join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in one.items())
        opening = inner.group(1) if inner is not None else ""
        closing = (gap or "\n") if lines else opening
        made += f",{gap or ' '}{{{opening}{fields}{closing}}}"
    result = text[: last.end("entry")] + made + text[last.start("rest") :]
    try:
        old, changed = json.loads(text), json.loads(result)
    except ValueError:
        return None
    return result if changed == {**old, "entries": [*old["entries"], *new]} else None


def _snapshots(root: Path, layout: Layout, habit: Habit, parts: list[Part]) -> list[Artifact]:
    """Drizzle 1 keeps a snapshot beside each migration: the last one again, for the fix changes no table."""
    import uuid

    last = (layout.sources[-1].path.rpartition("/")[0] if layout.sources else "") + "/snapshot.json"
    if not (root / last).is_file():
        return []
    snapshot = json.loads((root / last).read_text(encoding="utf-8"))
    made = []
    for n, part in enumerate(parts):
        before = snapshot.get("id")
        snapshot["id"] = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{before}{habit.tag(n, part.name)}"))
        snapshot["prevIds" if "prevIds" in snapshot else "prevId"] = [before] if "prevIds" in snapshot else before
        path = habit.path(n, part.name).replace("/migration.sql", "/snapshot.json")
        made.append(Artifact(path=path, kind="journal", content=json.dumps(snapshot, indent=2) + "\n"))
    return made
