"""Which file and line last set each object, kept while the statements run.

Most of it is read from the heads of the statements. What a head cannot say (the types of a function's arguments, the tables behind
ALL TABLES IN SCHEMA, what a DO block built at run time) is asked of the catalog right after the statement.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.domain.facts import Place, Subject
from assistant.sql.block import heads_of_block, is_dynamic
from assistant.sql.head import Head, read_head, symbol


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assistant.shadow.session import Session


_THERE_ALREADY: Final = frozenset({"42P07", "42710", "42701", "42P06", "42723"})
_OF_TABLE: Final = ("rls", "grant", "publication")
_MAY_SET: Final = re.compile(
    r"\b(?:create|alter|drop|grant|revoke|execute|perform|call)\b(?!\s+(?:or\s+replace\s+)?(?:function|procedure|on)\b)",
    re.IGNORECASE,
)
_SETS_PATH: Final = re.compile(r"\s*(?:set|reset|select)\b.*\b(?:search_path|all)\b", re.IGNORECASE | re.DOTALL)

_FUNCTIONS: Final = """
    SELECT replace(oidvectortypes(p.proargtypes), ', ', ','), p.oid = to_regprocedure(%s)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = %s AND p.proname = %s ORDER BY p.xmin::text::int8 DESC, p.oid DESC
"""
_TABLES: Final = """
    SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""
_ROUTINES: Final = """
    SELECT n.nspname || '.' || p.proname || '(' || replace(oidvectortypes(p.proargtypes), ', ', ',') || ')'
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = %s
"""
_BUCKETS: Final = "SELECT id, xmin::text FROM storage.buckets"
_SNAPSHOT: Final = """
    WITH n AS (SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'),
         c AS (SELECT c.*, n.nspname || '.' || c.relname AS full_name FROM pg_class c JOIN n ON n.oid = c.relnamespace
               WHERE c.relkind IN ('r', 'p', 'v', 'm'))
    SELECT CASE relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'matview ' ELSE 'table ' END || full_name, oid::text FROM c
    UNION ALL SELECT 'rls ' || full_name, (relrowsecurity, relforcerowsecurity)::text FROM c WHERE relkind IN ('r', 'p')
    UNION ALL SELECT 'grant ' || full_name, relacl::text FROM c
    UNION ALL SELECT 'policy ' || full_name || ': ' || polname, p.xmin::text FROM pg_policy p JOIN c ON c.oid = p.polrelid
    UNION ALL SELECT 'publication ' || full_name, p.oid::text FROM pg_publication_rel p JOIN c ON c.oid = p.prrelid
    UNION ALL SELECT 'function ' || nspname || '.' || proname || '(' || replace(oidvectortypes(proargtypes), ', ', ',') || ')',
              p.xmin::text FROM pg_proc p JOIN n ON n.oid = p.pronamespace
"""


class Provenance:
    """The places by ``str(Subject)``, updated statement by statement."""

    def __init__(self) -> None:
        """Empty; ``session`` is set before the first statement and answers what the heads leave open."""
        self.session: Session
        self.places: dict[str, Place] = {}
        """The result."""
        self.schema = "public"
        """Where unqualified names go just now."""
        self._before: dict[str, str] | None = None
        self._kept: dict[str, Place] | None = None
        self._functions_made: set[str] = set()

    def branch(self) -> Provenance:
        """A copy to go on with, between two files; it has no session yet."""
        other = Provenance()
        other.places, other._kept = dict(self.places), None if self._kept is None else dict(self._kept)
        other._functions_made = set(self._functions_made)
        return other

    def expect(self, statement: str) -> Head | None:
        """Read a statement that is about to run."""
        head = read_head(statement, self.schema)
        self._before = None
        if head is None and is_dynamic(statement, self._functions_made):
            self._before = self._snapshot()
        return head

    def note(self, statement: str, head: Head | None, file: str, line: int, notices: Iterable[str]) -> None:
        """Record what a statement that succeeded has set."""
        if head is not None:
            if head.subject.kind == "function" and _MAY_SET.search(statement):
                self._functions_made.add(head.subject.name.partition(".")[2])
            if not (head.if_not_exists and _THERE_ALREADY.intersection(notices)):
                self._set(head, file, line)
        elif self._before is not None:
            self._compare(self._before, file, line)
        else:
            for inner, offset in heads_of_block(statement, self.schema):
                self._set(inner, file, line + offset)
        if _SETS_PATH.match(statement[:2_000]):
            self.follow_search_path()

    def follow_search_path(self) -> None:
        """Ask where unqualified names go now."""
        rows = self.session.fetch("SELECT current_schema()")
        self.schema = str(rows[0][0]) if rows and rows[0][0] else "public"

    def begin(self) -> None:
        """Remember the places, in case the transaction is rolled back."""
        self._kept = dict(self.places)

    def roll_back(self) -> None:
        """Forget what was set since ``begin``."""
        if self._kept is not None:
            self.places, self._kept = self._kept, None

    # -- one head -----------------------------------------------------------------------------------------------------

    def _set(self, head: Head, file: str, line: int) -> None:
        if head.action == "comment":
            return
        if head.action == "rename":
            self._rename(head, file, line)
            return
        for subject, offset in ((head.subject, 0), *zip(head.also, head.offsets, strict=True)):
            for resolved in self._resolved(subject, head):
                if head.action == "drop":
                    self._forget(resolved)
                elif not (head.action in {"alter", "insert", "update"} and subject.kind == "table"):
                    self._put(resolved, file, line + offset)
        if head.subject.name == "storage.buckets" and not head.also:
            self._computed_buckets(file, line)

    def _put(self, subject: Subject, file: str, line: int) -> None:
        place = Place(file=file, line=line, symbol=symbol(subject))
        self.places[str(subject)] = place
        if subject.kind == "bucket":
            self.places[f"bucket {subject.name.removeprefix('storage.')}"] = place

    def _resolved(self, subject: Subject, head: Head) -> Iterable[Subject]:
        """What a subject of a head means in this database."""
        match subject.kind:
            case "function" | "grant-function":
                kind = "function" if subject.kind == "function" else "grant"
                if head.action == "drop":
                    return [Subject(kind=kind, name=name) for name in self._gone(subject.name)]
                newest = head.action == "create"
                return [
                    Subject(kind=kind, name=name)
                    for name in self._functions(subject.name, head.arguments, newest=newest)
                ]
            case "grant-all-tables":
                return [Subject(kind="grant", name=row[0]) for row in self.session.fetch(_TABLES, subject.name)]
            case "grant-all-functions":
                return [Subject(kind="grant", name=row[0]) for row in self.session.fetch(_ROUTINES, subject.name)]
            case _:
                return [subject]

    def _functions(self, name: str, arguments: str | None, *, newest: bool) -> list[str]:
        """Full names of a function: the one just made, the one with these arguments, or all of that name."""
        schema, _, bare = name.partition(".")
        signature = f'"{schema}"."{bare}"({arguments})' if arguments is not None and not newest else None
        # a signature with argument names or defaults is no signature to to_regprocedure: then every function of that name counts
        rows = self.session.fetch(_FUNCTIONS, signature, schema, bare) or self.session.fetch(
            _FUNCTIONS, None, schema, bare
        )
        chosen = rows[:1] if newest else [row for row in rows if row[1]] or rows
        return [f"{name}({row[0]})" for row in chosen]

    def _gone(self, name: str) -> list[str]:
        """Functions of a name that had a place and are no longer there."""
        schema, _, bare = name.partition(".")
        there = {f"{name}({row[0]})" for row in self.session.fetch(_FUNCTIONS, None, schema, bare)}
        known = (key.removeprefix("function ") for key in self.places if key.startswith(f"function {name}("))
        return [full for full in known if full not in there]

    def _rename(self, head: Head, file: str, line: int) -> None:
        """An object keeps its places under its new name."""
        old, new = head.subject, head.also[0]
        if old.kind == "table":
            for key in self._keys_of_table(old.name):
                kind, _, rest = key.partition(" ")
                self.places[f"{kind} {new.name}{rest[len(old.name) :]}"] = self.places.pop(key)
        elif old.kind == "function":
            for full in self._functions(new.name, head.arguments, newest=False):
                place = self.places.pop(f"function {old.name}{full[len(new.name) :]}", None)
                self.places[f"function {full}"] = place or Place(file=file, line=line, symbol=symbol(new))
        else:
            place = self.places.pop(str(old), None)
            self.places[str(new)] = place or Place(file=file, line=line, symbol=symbol(new))

    def _forget(self, subject: Subject) -> None:
        if subject.kind == "table":
            for key in self._keys_of_table(subject.name):
                del self.places[key]
        self.places.pop(str(subject), None)

    def _keys_of_table(self, name: str) -> list[str]:
        exact = {f"{kind} {name}" for kind in ("table", *_OF_TABLE)}
        begins = (f"policy {name}: ", f"trigger {name}: ", f"column {name}.")
        return [key for key in self.places if key in exact or key.startswith(begins)]

    # -- what only the catalog knows ----------------------------------------------------------------------------------

    def _computed_buckets(self, file: str, line: int) -> None:
        for identifier, _ in self.session.fetch(_BUCKETS):
            if f"bucket {identifier}" not in self.places:
                self._put(Subject(kind="bucket", name=f"storage.{identifier}"), file, line)

    def _snapshot(self) -> dict[str, str]:
        return {key: str(value) for key, value in self.session.fetch(_SNAPSHOT)}

    def _compare(self, before: Mapping[str, str], file: str, line: int) -> None:
        after = self._snapshot()
        for key, value in after.items():
            if before.get(key) == value:
                continue
            kind, _, name = key.partition(" ")
            is_default = (kind == "rls" and value == "(f,f)") or kind == "grant"
            if key not in before and is_default and f"table {name}" not in before:
                continue  # a table that is new has these by itself
            self._put(Subject(kind=kind, name=name), file, line)
        for key in before.keys() - after.keys():
            self.places.pop(key, None)
