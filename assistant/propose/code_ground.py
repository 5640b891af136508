"""What patches of code are made from: the map, the files, and how this repository says things elsewhere."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from assistant.detect.code import words
from assistant.domain.code import EntryKind, GuardKind, OriginKind
from assistant.domain.code_words import is_callers
from assistant.domain.ownership import OwnerKind
from assistant.propose.code_answers import declaring, may_be_empty, paths_read
from assistant.propose.code_columns import as_spelled, plain_columns
from assistant.propose.code_schema import PRISMA_PATHS, read_drizzle, read_prisma, read_supabase_types
from assistant.propose.code_schema_python import dependency_of, read_django
from assistant.propose.code_settled import settled
from assistant.propose.code_shown import decided_over, without_authors


if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable

    from assistant.domain.catalog import Catalog
    from assistant.domain.code import CodeMap, Entry, Origin, Query
    from assistant.domain.findings import Finding
    from assistant.domain.matrix import Matrix
    from assistant.domain.ownership import OwnershipMap
    from assistant.propose.code_access_read import Access
    from assistant.propose.code_schema import Model
    from codemods.tsx.donor import Lent

ASKS: Final = re.compile(r"(is|has|can|may|check|count|exists?|does|was)([A-Z_]|$)")
"""Names of functions that answer yes, no or a number."""
_SAME: Final = frozenset({"eq", "in", "match", "is"})
"""Operators by which a column is the caller's: ``end > now`` in the caller's time zone is none."""
_BUILDERS: Final = {EntryKind.PROCEDURE: "procedure", EntryKind.ACTION: r"action_?client|^\w*action$"}
"""What builders of procedures and actions are called: ``protectedProcedure``, ``authActionClient``."""
_LATER: Final = re.compile(
    r"(^|_)(last|edited|updated|modified|changed|deleted|archived|approved|reviewed|locked|closed|resolved)_"
)
"""Whoever had a row in hand after it was made."""
MADE_BY: Final = re.compile(
    r"(^|_)(created|owned|added|authored|written|posted|uploaded|submitted|sent|made|inserted|registered|requested|booked|ordered)_by(_id)?$"
)


@dataclass(slots=False)
class CodeGround:
    """Everything a plan may ask."""

    map: CodeMap
    read: Callable[[str], bytes]
    ownership: OwnershipMap | None = None
    matrix: Matrix | None = None
    catalog: Catalog | None = None
    paths: frozenset[str] = frozenset()
    """Other files of the repository, when they are known: schemas, manifests."""
    checks: dict[str, Lent | None] = field(default_factory=dict)
    """Session checks by entry, once somebody asked for them."""
    accesses: dict[str, list[Access]] | None = None
    """Access functions by table, once somebody asked for them."""
    told_proven: dict[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)
    """Parts of the request that a rule says are proven, by entry and query."""
    by_table: dict[str, list[tuple[Entry, Query]]] = field(default_factory=dict)
    """Queries with their entries by ``words.table_key``, once somebody asked for them."""
    mine_said: dict[tuple[str, str], dict[str, Counter[str]]] = field(default_factory=dict)
    """How the caller's part of a column is written, by kind of handler, once somebody asked for it."""
    at_handlers: dict[str, Entry] = field(default_factory=dict)
    """Entries as they were asked for, by id."""

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """By id."""
        return {entry.id: entry for entry in self.map.entries}

    @cached_property
    def handlers(self) -> frozenset[str]:
        """Names of actions that work with rows of their own."""
        return frozenset(
            entry.place.symbol
            for entry in self.map.entries
            if entry.kind is EntryKind.ACTION and entry.place.symbol and entry.queries
        )

    def entry_of(self, name: str) -> Entry | None:
        """An entry at its handler's own function; None without one of that id."""
        if name not in self.at_handlers and name in self.entries:
            entry = self.entries[name]
            self.at_handlers[name] = settled(entry, self.text(entry.place.file).encode())
        return self.at_handlers.get(name)

    def text(self, path: str) -> str:
        """A file, empty when it cannot be read."""
        try:
            return self.read(path).decode("utf-8", "replace")
        except (OSError, KeyError):
            return ""

    def written(self, query: Query) -> str:
        """A query as its file writes it."""
        return self.text(query.place.file).encode()[query.at[0] : query.at[1]].decode("utf-8", "replace")

    def take_proven(self, finding: Finding) -> None:
        """Remember what a rule says is proven where its queries run."""
        proven = tuple(one for one in dict(finding.facts).get("proven", "").split(", ") if "." in one)
        self.told_proven |= {(finding.entry, one): proven for one in finding.queries if proven}

    @cached_property
    def _folders(self) -> tuple[str, ...]:
        """Folders above entries, the root first."""
        found = {""}
        for entry in self.map.entries:
            parts = entry.place.file.split("/")[:-1]
            found |= {"/".join(parts[:depth]) for depth in range(1, min(len(parts), 3) + 1)}
        return tuple(sorted(found, key=lambda folder: (folder.count("/") + bool(folder), folder)))

    @cached_property
    def packages(self) -> dict[str, str]:
        """Libraries with their versions, from every manifest at hand."""
        out: dict[str, str] = {}
        named = [path for path in self.paths if path.endswith("package.json") and "node_modules" not in path]
        for path in named or [f"{folder}/package.json".lstrip("/") for folder in self._folders]:
            try:
                manifest: Any = json.loads(self.text(path) or "{}")
            except ValueError:
                continue
            for group in ("dependencies", "devDependencies"):
                held = manifest.get(group) if isinstance(manifest, dict) else None
                if isinstance(held, dict):
                    out |= {str(name): str(version) for name, version in held.items()}
        return out

    @property
    def prisma(self) -> str:
        """Major version of Prisma, empty when unknown."""
        found = re.search(r"\d+", self.packages.get("@prisma/client", self.packages.get("prisma", "")))
        return found[0] if found else ""

    @cached_property
    def validation(self) -> str:
        """The library that parses input here."""
        said = self.map.idioms.get("validation", "")
        return next((name for name in ("zod", "valibot", "yup") if name in said or name in self.packages), "")

    @cached_property
    def models(self) -> dict[str, Model]:
        """Prisma models by ``words.table_key``."""
        found = [path for path in self.paths if path.endswith(".prisma")]
        nested = (f"{folder}/prisma/schema.prisma".lstrip("/") for folder in self._folders)
        texts = [self.text(path) for path in sorted(found) or dict.fromkeys((*PRISMA_PATHS, *nested))]
        return read_prisma("\n".join(texts))

    @cached_property
    def tables(self) -> dict[str, list[str]]:
        """Columns of Drizzle tables by ``words.table_key``, from files that are called after a schema."""
        if "drizzle-orm" not in self.packages:
            return {}
        out: dict[str, list[str]] = {}
        for path in sorted(self.paths):
            if re.search(r"schemas?(/.*|\.[^/]*)ts$|[./]tables?(/|\.)[^/]*ts$", path) and "node_modules" not in path:
                out |= read_drizzle(self.text(path))
        return out

    @cached_property
    def django(self) -> dict[str, list[str]]:
        """Fields of Django's models that lead to the account, by ``words.table_key``."""
        out: dict[str, list[str]] = {}
        for path in sorted(self.paths):
            if re.search(r"(^|/)models(/\w+)?\.py$", path) and "site-packages" not in path:
                out |= read_django(self.text(path))
        return out

    @cached_property
    def generated(self) -> dict[str, list[str]]:
        """Columns that Supabase's generated types name, from files that are called after types of a database."""
        out: dict[str, list[str]] = {}
        for path in sorted(self.paths):
            if re.search(r"(supabase|database|db)[\w.-]*/?[\w.-]*types?\.ts$", path) and "node_modules" not in path:
                out |= read_supabase_types(self.text(path))
        return out

    @cached_property
    def known_columns(self) -> dict[str, list[str]]:
        """Columns that the code itself names, by table and frequency."""
        counted: dict[str, dict[str, int]] = {}
        for entry in self.map.entries:
            for query in entry.queries:
                held = counted.setdefault(words.table_key(query.table), {})
                for name in (
                    *(one.column for one in query.filters),
                    *(one.column for one in query.written),
                    *(query.columns or ()),
                ):
                    if name and name != "*":
                        held[name] = held.get(name, 0) + 1
        return {table: sorted(held, key=lambda name: (-held[name], name)) for table, held in counted.items()}

    @cached_property
    def plain_columns(self) -> dict[str, set[str]]:
        """Columns that statements over one table alone name, by table."""
        return plain_columns(self.map)

    @cached_property
    def told_columns(self) -> dict[str, list[str]]:
        """Columns that are compared with the caller, or filled from the caller, somewhere."""
        out: dict[str, list[str]] = {}
        for table, columns in self.map.owner_columns.items():
            out.setdefault(words.table_key(table), []).extend(columns)
        for entry in self.map.entries:
            for query in entry.queries:
                held = out.setdefault(words.table_key(query.table), [])
                same = [(one.column, one.origins) for one in query.filters if one.operator in _SAME]
                for column, origins in (*same, *((one.column, one.origins) for one in query.written)):
                    if column not in {"", "*", *held} and any(map(is_callers, origins)):
                        held.append(column)
        return out

    @cached_property
    def decided(self) -> frozenset[str]:
        """Things over which functions of the repository decide, by ``words.table_key``."""
        return decided_over(self.paths, self.text)

    @cached_property
    def chosen_columns(self) -> dict[str, frozenset[str]]:
        """Columns that an update sets to what the request says, by table: what they lead to is picked from a list, and owns nothing."""
        out: dict[str, set[str]] = {}
        for entry in self.map.entries:
            for query in entry.queries:
                if query.verb == "update":
                    out.setdefault(words.table_key(query.table), set()).update(
                        one.column
                        for one in query.written
                        if any(origin.kind is OriginKind.REQUEST for origin in one.origins)
                    )
        return {table: frozenset(columns) for table, columns in out.items()}

    def owner_columns(self, table: str, engine: str) -> list[str]:
        """Columns (or paths over relations) that say whose a row is, the best first, as this engine spells them."""
        key = words.table_key(table)
        out: list[str] = []
        for name, entry in (self.ownership.entries if self.ownership else {}).items():
            if words.table_key(name.name) == key and entry.kind not in {
                OwnerKind.VIA,
                OwnerKind.UNKNOWN,
                OwnerKind.PUBLIC,
            }:
                out += [as_spelled(column, engine) for column in entry.columns]
        told = self.told_columns.get(key, [])
        certain = {*out, *self.map.owner_columns.get(table, ()), *(one for one in told if _person(one))}
        out += [column for column in told if _person(column) or words.names_owner(column)]
        if engine == "prisma" and key in self.models:
            out += self.models[key].owners(self.models, chosen=self.chosen_columns.get(key, frozenset()))
        if engine == "drizzle":
            out += [
                column
                for column in self.tables.get(key, [])
                if words.names_owner(column) and words.snake(column) != "subject"
            ]
        if engine == "django":
            # a row that names several people may be anybody's of them
            fields = self.django.get(key, [])
            out += fields if len(fields) == 1 else [one for one in fields if words.names_owner(f"{one}_id")]
            certain |= set(out)
        if engine == "supabase":
            out += [column for column in self.generated.get(key, []) if words.names_owner(column)]
        out += [
            column
            for column in self.known_columns.get(key, [])
            if words.names_owner(column) and words.snake(column) != "subject"
        ]
        catalog = next(
            (
                one
                for name, one in (self.catalog.tables if self.catalog else {}).items()
                if words.table_key(name.name) == key
            ),
            None,
        )
        out += [
            as_spelled(column.name, engine)
            for column in (catalog.columns if catalog else ())
            if words.names_owner(column.name)
        ]
        if engine == "sql":
            # a column of a statement over several tables may be any of theirs
            out = [column for column in out if column in self.plain_columns.get(key, ())]
        if engine == "prisma" and key in self.models:
            out = [one for column in out if (one := self.models[key].through(column, self.models))]
        there = dict.fromkeys(one for one in out if words.snake(one) != "subject" and self.has(table, engine, one))
        found = [column for column in there if column in certain or self._may_own(key, engine, column, certain)]
        found = without_authors(self, key, found)
        if any(words.names_house(column) for column in found):
            # of a team's row, whoever made it is one of many who work with it
            return [column for column in found if not MADE_BY.search(words.snake(column))]
        return found

    def _may_own(self, key: str, engine: str, column: str, certain: set[str]) -> bool:
        """False for a person's column that names somebody else than who acts: another one is filled from the caller, or it is no account's key."""
        if "." in column or words.names_tenant(column) or not words.names_person(column):
            return True
        if any(words.names_person(one) or _person(one) for one in certain) and not words.names_self(column):
            return False
        return engine != "prisma" or key not in self.models or self.models[key].names_account(column, self.models)

    def keys_account(self, column: str) -> bool:
        """False for a key to rows that have an account and are none: where there are users, a profile is none of them, whoever asks with an API key."""
        word = re.sub(r"_(id|uuid|guid|key)$", "", words.snake(column))
        key = words.table_key(word)
        model = self.models.get(key)
        if word in {"user", "account", "owner"}:
            return True
        if model is not None:
            return not model.of_account(self.models)
        return key not in self.tables or words.table_key("users") not in self.tables

    def has(self, table: str, engine: str, column: str) -> bool:
        """False when the schema of the mapper is known and has no such column or path."""
        key = words.table_key(table)
        if engine == "prisma" and key in self.models:
            return self.models[key].has(column, self.models)
        if engine == "drizzle" and self.tables.get(key):
            return column in self.tables[key]
        if engine == "supabase" and self.generated.get(key):
            return column in self.generated[key]
        return True

    @cached_property
    def paths_read(self) -> str:
        """What handlers read from the answers of functions: ``validateApiKey=userId;throwIfNoTeamAccess=teamId,team.id``."""
        return paths_read(self.map, self.text)

    @cached_property
    def maybe_empty(self) -> str:
        """Of these paths, those that the answer's type allows to be empty."""
        return may_be_empty(self.paths_read, lambda name: declaring(self.map, self.text, self.paths, name))

    @cached_property
    def dependency(self) -> dict[str, str]:
        """Of a Python service: the dependency its endpoints use to ask who is calling, most used first."""
        return dependency_of(
            (path, self.text(path))
            for path in sorted({entry.place.file for entry in self.map.entries if entry.place.file.endswith(".py")})
        )

    def builders(self, entry: Entry) -> tuple[str, str] | None:
        """Of a procedure, or of an action that a builder makes: the builder it stands on, and the one of its neighbours that asks for a session."""
        mine = set(self._stands_on(entry))
        if not mine:
            return None
        named = _BUILDERS[entry.kind]
        counted: dict[str, int] = {}
        near: dict[str, int] = {}
        for one in self.map.entries:
            if not any(guard.kind is GuardKind.SESSION and guard.weakness is None for guard in one.guards):
                continue
            for name in self._stands_on(one) if one.kind is entry.kind else ():
                if name not in mine and name.isidentifier() and re.search(named, name, re.IGNORECASE):
                    counted[name] = counted.get(name, 0) + 1
                    near[name] = max(near.get(name, 0), one.place.file == entry.place.file)
        if not counted:
            return None
        best = max(counted, key=lambda name: (near[name], counted[name], name))
        public = next((name for name in sorted(mine) if re.search(named, name, re.IGNORECASE)), "")
        return (public, best) if public else None

    def _stands_on(self, entry: Entry) -> tuple[str, ...]:
        """Names of the builders or wrappers of a procedure, as its file writes them; of an action the builder's alone."""
        if entry.kind not in _BUILDERS:
            return ()
        if entry.wrappers and entry.kind is EntryKind.PROCEDURE:
            return tuple(wrapper.split("(", 1)[0] for wrapper in entry.wrappers)
        from codemods.tsx.procedure import builder_of

        source = self.text(entry.place.file).encode()
        name = builder_of(source, entry.place.file, entry.at, named=_BUILDERS[entry.kind])
        return (name,) if name else ()

    def queries(self, entry: Entry, ids: Iterable[int]) -> list[Query]:
        """Queries of an entry by their number; one that several ways lead to is one."""
        wanted = set(ids)
        found = {(query.place, query.at, query.via): query for query in entry.queries if query.id in wanted}
        return list(found.values())


def _person(column: str) -> bool:
    """``user_id``, ``reviewer_user_id``, ``created_by``: the account that made the row, when it is filled from the caller; not who deleted it last."""
    name = words.snake(column)
    if _LATER.search(name):
        return False
    return words.names_person(column) or name.endswith("_user_id") or bool(MADE_BY.search(name))


def compared_and_written(query: Query) -> list[tuple[str, tuple[Origin, ...]]]:
    """Columns with what they are compared with, then columns with what is written to them."""
    compared = [(one.column, one.origins) for one in query.filters]
    return compared + [(one.column, one.origins) for one in query.written]
