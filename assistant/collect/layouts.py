"""The migration layouts of a repository: which folders hold the history of a schema, in the order in which their tool applies it.

Finds every layout and chooses none: that is ``choosing``. Each file of a layout that is not applied gets a reason.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Final

from assistant.collect import set_aside
from assistant.collect.shell import sql_of_script
from assistant.domain.replay import Layout, NotRead, Source


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.collect.files import Tree


_VERSIONED: Final = re.compile(r"\A(?:v|migration[_-]?|step[_-]?)?\d+", re.IGNORECASE)
_CHUNKS: Final = re.compile(r"(\d+)")
_DATE: Final = re.compile(r"\A(?:19|20)\d{6}(?:\d{2}){0,2}\Z")
_SCHEMA_NAME: Final = re.compile(
    r"(?:\A|[._-])(?:schema|setup|init|initial|structure|database|db|tables|supabase|create|install|complete|full|all)",
    re.IGNORECASE,
)
_DUMP: Final = re.compile(r"\A(?:\s|--[^\n]*\n)*?--\s*PostgreSQL database (?:cluster )?dump", re.IGNORECASE)
_SUPABASE_MIGRATIONS: Final = re.compile(r"(?:\A|/)supabase/migrations\Z")
_SUPABASE_SCHEMAS: Final = re.compile(r"(?:\A|/)supabase/schemas(?:/|\Z)")
_LARGE: Final = 1024 * 1024
"""Characters of a file that are looked at to classify it; a longer one is mostly rows."""


@dataclass(slots=True)
class Found:
    """Everything that the search for layouts found."""

    layouts: list[Layout] = field(default_factory=list)
    """Folders and files with a schema, in no order of preference."""
    not_read: list[NotRead] = field(default_factory=list)
    """Files left out, with the reason."""
    contents: dict[str, str] = field(default_factory=dict)
    """First path of each content: what comes again is a copy."""
    pasted: set[str] = field(default_factory=set)
    """Roots of ``schema-file`` layouts whose names promise no whole schema: SQL that somebody pastes into a dashboard."""


def find_layouts(tree: Tree) -> Found:
    """Every layout below ``tree``."""
    found = Found()
    folders: dict[str, list[str]] = defaultdict(list)
    for path in _kept(tree.matching(r"\.sql\Z"), found):
        folders[path.rpartition("/")[0]].append(path)
    for take in (_prisma, _drizzle, _supabase, _supabase_schemas, _numbered, _schema_files):
        take(tree, folders, found)
    _scripts(tree, found)
    return found


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that orders 2 before 10, and a date before the timestamps of its day but after those of the day before."""
    parts: list[tuple[int, int, str]] = []
    for chunk in _CHUNKS.split(name.lower()):
        if not chunk:
            continue
        if chunk.isascii() and chunk.isdigit():
            parts.append((0, int(chunk.ljust(14, "0") if _DATE.match(chunk) else chunk[:40]), ""))
        else:
            parts.append((1, 0, chunk))
    return tuple(parts)


def _kept(paths: Iterable[str], found: Found) -> list[str]:
    """Paths that are neither archives, tests nor the way down; what is left out is reported once a folder."""
    every = list(paths)
    names: dict[str, set[str]] = defaultdict(set)
    for path in every:
        folder, _, name = path.rpartition("/")
        names[folder].add(name)
    kept: list[str] = []
    groups: dict[tuple[str, str], int] = defaultdict(int)
    for path in every:
        if (archive := set_aside.archive_of(path)) is not None:
            groups[archive, "an archive or a copy of what is elsewhere"] += 1
        elif (tests := set_aside.folder_of_tests(path)) is not None:
            groups[tests, "tests or fixtures"] += 1
        elif set_aside.is_way_down(path, names[path.rpartition("/")[0]]):
            found.not_read.append(NotRead(file=path, reason="It is a rollback: the way down is not replayed."))
        else:
            kept.append(path)
    for (place, what), count in groups.items():
        number = (
            "It is" if not place.endswith("/") else "Its SQL file is" if count == 1 else f"Its {count} SQL files are"
        )
        found.not_read.append(NotRead(file=place, reason=f"{number} {what}."))
    return kept


def _read(tree: Tree, paths: Iterable[str], found: Found) -> tuple[Source, ...]:
    """Texts of a sequence; what cannot be read, is another database's or has no way up is reported."""
    sources: list[Source] = []
    for path in paths:
        text = tree.text(path)
        if isinstance(text, NotRead):
            found.not_read.append(text)
            continue
        forward = set_aside.forward_part(text) if len(text) <= _LARGE else text
        if set_aside.is_test(forward[:_LARGE]):
            found.not_read.append(NotRead(file=path, reason="It is a pgTAP test."))
            continue
        sources.append(Source(path=path, text=forward))
    return tuple(sources)


def _add(found: Found, kind: str, root: str, sources: Sequence[Source]) -> None:
    """Keep a layout unless it is another database's or says nothing about a schema."""
    if not sources:
        return
    texts = [source.text[:_LARGE] for source in sources]
    if any(set_aside.FOREIGN_DIALECT.search(text) for text in texts) and not any(
        "plpgsql" in text.lower() for text in texts
    ):
        found.not_read.append(NotRead(file=root, reason="It is written for another database than PostgreSQL."))
        return
    if any(set_aside.SCHEMA.search(text) for text in texts):
        found.layouts.append(Layout(kind=kind, root=root, sources=tuple(sources)))


def _prisma(tree: Tree, folders: dict[str, list[str]], found: Found) -> None:
    """``…/migrations/<name>/migration.sql``, beside a migration_lock.toml or (Drizzle 1) with a snapshot instead of a journal."""
    roots: dict[str, list[str]] = defaultdict(list)
    for folder, paths in folders.items():
        if any(path.endswith("/migration.sql") for path in paths) and "/" in folder:
            roots[folder.rpartition("/")[0]].append(folder)
    for root, steps in sorted(roots.items()):
        ordered = sorted(steps, key=lambda step: natural(step.rpartition("/")[2]))
        for step in ordered:
            del folders[step]
        lock = tree.text(f"{root}/migration_lock.toml") if f"{root}/migration_lock.toml" in tree.paths else ""
        provider = re.search(r"""provider\s*=\s*["'](\w+)""", lock) if isinstance(lock, str) else None
        if provider and provider[1] not in {"postgresql", "postgres", "cockroachdb"}:
            found.not_read.append(
                NotRead(file=f"{root}/", reason=f"Its migrations are for {provider[1]}, not PostgreSQL.")
            )
            continue
        kind = "prisma" if lock or "prisma" in root.lower().split("/") else "drizzle"
        _add(found, kind, root, _read(tree, [f"{step}/migration.sql" for step in ordered], found))


def _drizzle(tree: Tree, folders: dict[str, list[str]], found: Found) -> None:
    """A folder with meta/_journal.json, which says the order."""
    for journal in tree.matching(r"(?:^|/)meta/_journal\.json\Z"):
        root = journal.removesuffix("meta/_journal.json").rstrip("/")
        if root not in folders or set_aside.archive_of(journal) or set_aside.folder_of_tests(journal):
            continue
        text = tree.text(journal)
        tags, dialect = _journal(text) if isinstance(text, str) else ([], "")
        if dialect and dialect not in {"postgresql", "pg", "postgres", "gel", "cockroach"}:
            found.not_read.append(NotRead(file=f"{root}/", reason=f"Its migrations are for {dialect}, not PostgreSQL."))
            del folders[root]
            continue
        if not tags:
            found.not_read.append(
                NotRead(file=journal, reason="It is not a Drizzle journal; the files are taken by name.")
            )
            continue
        paths = {path.rpartition("/")[2]: path for path in folders.pop(root)}
        listed = [paths.pop(f"{tag}.sql") for tag in tags if f"{tag}.sql" in paths]
        if _SUPABASE_MIGRATIONS.search(root):  # Supabase applies what Drizzle wrote, and everything beside it
            listed = sorted([*listed, *paths.values()], key=lambda path: natural(path.rpartition("/")[2]))
        else:
            found.not_read += [
                NotRead(file=path, reason="It is not in the Drizzle journal: no tool applies it.")
                for path in paths.values()
            ]
        _add(found, "drizzle", root, _read(tree, listed, found))


def _journal(text: str) -> tuple[list[str], str]:
    """Tags in order and the dialect of a Drizzle journal."""
    try:
        journal = json.loads(text)
        entries = sorted(journal["entries"], key=lambda entry: entry["idx"])
        return [str(entry["tag"]) for entry in entries], str(journal.get("dialect", ""))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return [], ""


def _supabase(tree: Tree, folders: dict[str, list[str]], found: Found) -> None:
    """supabase/migrations: versioned files by version, then those that only a person can have applied."""
    for folder in sorted(folders):
        if not _SUPABASE_MIGRATIONS.search(folder):
            continue
        names = {path.rpartition("/")[2]: path for path in folders.pop(folder)}
        versioned = sorted((name for name in names if _VERSIONED.match(name)), key=natural)
        loose = sorted((name for name in names if not _VERSIONED.match(name)), key=natural)
        sources = _read(tree, [names[name] for name in versioned], found)
        for source in _read(tree, [names[name] for name in loose], found):
            if set_aside.SCHEMA.search(source.text[:_LARGE]) and not set_aside.is_seed(source.path):
                sources += (source,)
            else:
                found.not_read.append(
                    NotRead(file=source.path, reason="Its name has no version: the Supabase CLI does not apply it.")
                )
        _add(found, "supabase", folder, sources)


def _supabase_schemas(tree: Tree, folders: dict[str, list[str]], found: Found) -> None:
    """supabase/schemas: declared state, in the order of schema_paths in config.toml or by name."""
    roots: dict[str, list[str]] = defaultdict(list)
    for folder in sorted(folders):
        if match := _SUPABASE_SCHEMAS.search(folder):
            roots[folder[: match.end()].rstrip("/")] += folders.pop(folder)
    for root, paths in sorted(roots.items()):
        base = root.rpartition("/")[0]
        patterns = _schema_paths(tree, f"{base}/config.toml")
        ordered: list[str] = []
        for pattern in patterns:
            wanted = f"{base}/{pattern.removeprefix('./')}"
            ordered += sorted(path for path in paths if path not in ordered and fnmatch(path, wanted))
        ordered += sorted((path for path in paths if path not in ordered), key=natural)
        _add(found, "supabase-schemas", root, _read(tree, ordered, found))


def _schema_paths(tree: Tree, config: str) -> list[str]:
    text = tree.text(config) if config in tree.paths else ""
    if not isinstance(text, str):
        return []
    try:
        listed = tomllib.loads(text).get("db", {}).get("migrations", {}).get("schema_paths", [])
    except (tomllib.TOMLDecodeError, AttributeError, RecursionError):
        return []
    return [str(item) for item in listed] if isinstance(listed, list) else []


def _numbered(tree: Tree, folders: dict[str, list[str]], found: Found) -> None:
    """Any folder whose files are mostly numbered."""
    for folder in sorted(folders):
        names = {path.rpartition("/")[2]: path for path in folders[folder]}
        versioned = sorted((name for name in names if _VERSIONED.match(name)), key=natural)
        if not versioned or len(versioned) * 2 < len(names):
            continue
        folders[folder] = [path for name, path in names.items() if name not in versioned]
        _add(found, "numbered", folder, _read(tree, [names[name] for name in versioned], found))


def _schema_files(tree: Tree, folders: dict[str, list[str]], found: Found) -> None:
    """Single files: a dump, a schema.sql, or SQL that somebody pastes into a dashboard."""
    for folder in sorted(folders):
        pasted: list[Source] = []
        for source in _read(tree, sorted(folders[folder], key=natural), found):
            name = source.path.rpartition("/")[2]
            if not set_aside.SCHEMA.search(source.text[:_LARGE]):
                if set_aside.is_seed(source.path):
                    found.not_read.append(NotRead(file=source.path, reason="It holds rows, no schema."))
                continue
            if set_aside.is_probe(source.path):
                found.not_read.append(
                    NotRead(file=source.path, reason="Its name says that it checks, resets or changes for a while.")
                )
            elif set_aside.is_seed(source.path) and not set_aside.TABLES.search(source.text[:_LARGE]):
                found.not_read.append(
                    NotRead(file=source.path, reason="It is a seed: rows are made up in the shadow, never copied.")
                )
            elif (first := found.contents.setdefault(source.text.strip(), source.path)) != source.path:
                found.not_read.append(NotRead(file=source.path, reason=f"It is a copy of {first}."))
            elif _DUMP.match(source.text):
                _add(found, "dump", source.path, [source])
            elif _SCHEMA_NAME.search(name) and set_aside.TABLES.search(source.text[:_LARGE]):
                _add(found, "schema-file", source.path, [source])
            else:
                pasted.append(source)
        if pasted:
            root = pasted[0].path if len(pasted) == 1 else folder or "."
            found.pasted.add(root)
            _add(found, "schema-file", root, pasted)


def _scripts(tree: Tree, found: Found) -> None:
    """Tables that a migration runner makes for itself."""
    for path in tree.matching(r"\.(?:sh|bash)\Z"):
        if set_aside.folder_of_tests(path) or set_aside.archive_of(path) or ".test." in path:
            continue
        text = tree.text(path, largest=_LARGE)
        if isinstance(text, str) and (sources := sql_of_script(path, text)):
            _add(found, "script", path, sources)
