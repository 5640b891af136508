"""Steps that bind rows to their caller: a condition in the query, a compare after the fetch, a look-up before the write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.detect.code import words
from assistant.domain.code import EntryKind, GuardKind, OriginKind
from assistant.propose.code_beside import asked_by, beside
from assistant.propose.code_columns import writable
from assistant.propose.code_draft import Step
from assistant.propose.code_ground import ASKS
from assistant.propose.code_held import PROVES, asked_who, held_of, proven_columns, row_columns
from assistant.propose.code_inline import also_of
from assistant.propose.code_mine import mine
from assistant.propose.code_office import holds_office, names_one
from assistant.propose.code_people import without_one
from assistant.propose.code_reasons import no_column
from assistant.propose.code_spoken import spoken


if TYPE_CHECKING:
    from assistant.domain.code import Entry, Query
    from assistant.domain.findings import Finding
    from assistant.propose.code_ground import CodeGround
    from assistant.propose.code_plan import Plans

_SHOWN = (
    "The handler reads a row of `{table}` for whoever has its id, and tells apart afterwards who manages it, so an owner's condition would close "
    "what is shared on purpose: say at {place} which rows may be shown (drafts and deleted ones may not)."
)
_REFUSES = frozenset({"parent_access", "verify", "verify_all", "compare", "access", "row_access"})
_OWN_KEYS = frozenset({"id", "uuid", "slug", "pk", "public_id", "publicid", "short_id", "external_id", "uid"})
_LONGEST = 4
"""Rows on the way from what the request names to what is changed."""
_ADDRESS = re.compile(r"e_?mail$", re.IGNORECASE)
"""Columns that hold an address: the caller's id is never one."""
_CONDITIONAL = frozenset({"supabase", "prisma", "drizzle", "kysely", "sql", "sqlalchemy", "django"})


def id_only(plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """Every query at fault gets its owner; what cannot take a condition is compared or looked up."""
    ground = plans.ground
    from assistant.propose.code_access import access_steps
    from assistant.propose.code_identity import by_caller

    asked = access_steps(ground, finding, entry)
    named = by_caller(plans, finding, entry)
    if named and not asked:
        return named
    bound = _bound(plans, finding, entry)
    return [asked, *([] if isinstance(bound, str) else bound)] if asked else bound


def _bound(plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """The owner in every query at fault."""
    ground = plans.ground
    per_query = []
    apart = next((one for one in ground.queries(entry, finding.queries) if _told_apart(entry, one)), None)
    if apart is not None:
        return _SHOWN.format(table=apart.table, place=f"{apart.place.file}:{apart.place.line}")
    reads = [read_by(entry, one) for one in ground.queries(entry, finding.queries)]
    for query in _first_reads(entry, list({one.id: one for one in reads}.values())):
        options = row_steps(ground, finding, entry, query)
        if options:
            per_query.append(options)
    if _left_open(ground, finding, entry):
        return no_column(ground, finding, entry)
    per_query = _not_refused(ground, entry, finding, per_query)
    if not per_query:
        return no_column(ground, finding, entry)
    # the first alternative of every query together, then each query's next best
    from assistant.propose.code_others import shared_caches

    width = max(len(options) for options in per_query)
    more = [*beside(ground, finding, entry), *shared_caches(plans, entry)]
    together = [
        [step for options in per_query for step in options[min(number, len(options) - 1)]] for number in range(width)
    ]
    # a look-up refuses before anything runs: what stands behind it is closed with it
    together = [steps if any(step.codemod in _REFUSES for step in steps) else [*steps, *more] for steps in together]
    if len(per_query) == 1:
        return together
    # where one query cannot take it, the others still can: the fix then says what is left
    return together + [[step._replace(optional=True) for step in steps] for steps in together]


def _not_refused(
    ground: CodeGround, entry: Entry, finding: Finding, per_query: list[list[list[Step]]]
) -> list[list[list[Step]]]:
    """Without the other queries by an id whose row is looked up first: strangers do not get that far."""
    looked = {options[0][0].facts.get("key", "") for options in per_query if options[0][0].codemod == "verify"}
    paths = {
        origin.path
        for query in ground.queries(entry, finding.queries)
        for condition in query.filters
        for origin in condition.origins
        if origin.kind is OriginKind.REQUEST
    }
    if not looked or len(paths) != 1:
        return per_query
    return [options for options in per_query if options[0][0].codemod == "verify"]


def _told_apart(entry: Entry, query: Query) -> bool:
    """Behind the read the handler asks whether the caller manages the row, and goes on either way: others read it on purpose."""
    if query.verb != "select" or any(guard.kind in PROVES and guard.weakness is None for guard in entry.guards):
        return False
    return any(
        one.order > query.order
        and any(origin.row == query.id for each in one.filters for origin in each.origins)
        and any(origin.kind is OriginKind.CALLER for each in one.filters for origin in each.origins)
        for one in entry.queries
    )


def read_by(entry: Entry, query: Query) -> Query:
    """The read by which a query finds its rows, over other rows or none, when the request names that one's row and nothing binds it: it is the one to ask about."""
    one = query
    for _ in range(_LONGEST):
        origins = [origin for condition in one.filters for origin in condition.origins]
        if any(origin.kind is OriginKind.REQUEST for origin in origins):
            asked = any(
                origin.kind is OriginKind.REQUEST and condition.operator == "eq"
                for condition in one.filters
                for origin in condition.origins
            )
            return one if asked else query
        rows = {origin.row for origin in origins if origin.row >= 0}
        reads = [each for each in entry.queries if each.id in rows and each.verb == "select" and each.tie is None]
        if len(reads) != 1:
            return query
        one = reads[0]
    return query


def _first_reads(entry: Entry, queries: list[Query]) -> list[Query]:
    """Without those that find their rows through a row that another of them reads: once that one is bound, they are."""
    roots = {one.id for one in queries if one.verb == "select"}
    every = {one.id: one for one in entry.queries}

    def led(query: Query, seen: frozenset[int]) -> bool:
        origins = [origin for condition in query.filters for origin in condition.origins]
        if any(one.kind is OriginKind.REQUEST for one in origins):
            return False
        rows = {one.row for one in origins if one.row >= 0} - seen - {query.id}
        return any(row in roots or (row in every and led(every[row], seen | {row})) for row in rows)

    return [query for query in queries if not led(query, frozenset())] or queries


def _left_open(ground: CodeGround, finding: Finding, entry: Entry) -> bool:
    """The row that the request names is changed, and nothing says whose it is: what hangs on it is no answer to that."""
    named = asked_by(ground, finding, entry)
    return any(
        query.verb in {"update", "delete"}
        and query.tie is None
        and query.engine in _CONDITIONAL
        and _one_row(query)
        and any(origin in named for condition in query.filters for origin in condition.origins)
        and not row_steps(ground, finding, entry, query)
        for query in entry.queries
    )


def _owners(ground: CodeGround, finding: Finding, entry: Entry, query: Query) -> tuple[list[str], list[str]]:
    """Columns that lead to what the row hangs on, and all that a query may be bound by, those first."""
    led = row_columns(ground, entry, query)
    office = holds_office(ground, entry)
    columns = [one for one in _columns(ground, finding, entry, query) if one not in led]
    # whoever belongs to what the row hangs on may work with it, whoever wrote it
    columns = [*led, *(one for one in columns if not led or words.names_tenant(one.rsplit(".", 1)[-1]))]
    authors = _either(ground, query)
    columns = [one for one in columns if one not in _being_set(ground, entry, query)]
    columns = [one for one in columns if one not in authors and not (office and names_one(one))]
    return led, without_one(ground, query.table, query.engine, columns)


def _being_set(ground: CodeGround, entry: Entry, query: Query) -> set[str]:
    """Columns that the handler names and sets to what the request says: a row that is moved somewhere is not there yet."""
    return {
        one.column
        for each in entry.queries
        if each.verb == "update" and words.table_key(each.table) == words.table_key(query.table)
        for one in each.written
        if any(origin.kind is OriginKind.REQUEST for origin in one.origins)
        and re.search(rf"(?<![\w.]){re.escape(one.column)}\b", ground.written(each))
    }


def row_steps(ground: CodeGround, finding: Finding, entry: Entry, query: Query) -> list[list[Step]]:
    """Alternatives that bind one query to its caller, the best first."""
    led, columns = _owners(ground, finding, entry, query)
    elsewhere = (query.place.file, query.place.symbol) != (entry.place.file, entry.place.symbol)
    told = "1" if query.told_caller and (elsewhere or entry.kind is EntryKind.SERVICE) else ""
    from assistant.propose.code_others import client_steps

    as_caller = client_steps(ground, entry, query)
    out: list[list[Step]] = [as_caller] if as_caller else []
    said = spoken(ground, entry, query.table, query.engine)
    known = {
        "engine": query.engine,
        "kind": entry.kind.value,
        "told": told,
        "paths": ground.paths_read,
        "maybe": ground.maybe_empty,
        "session": asked_who(entry),
        "proven": proven_of(entry),
    }
    for column in [one for one in columns if query.engine == "prisma" or "." not in one]:
        facts = {
            **known,
            "column": column,
            "verb": query.verb,
            "prisma": ground.prisma,
            "spoken": said.get(column, ""),
            "mine": mine(ground, entry, column),
            "held": held_of(ground, entry, query) if query.place.file == entry.place.file else "",
            "row": "1" if column in led else "",
            "table": query.table,
            "also": also_of(ground, query.table, query.engine, column, query.verb),
        }
        if query.engine in _CONDITIONAL and query.verb not in {"insert", "upsert", "call"} and query.at[1]:
            out.append([Step("owner_filter", query.place.file, function=entry.at, at=query.at, facts=facts)])
            if elsewhere and len(query.via) == 1 and query.place.file == entry.place.file:
                out.append([Step("hand_on", query.place.file, function=entry.at, at=query.at, facts=facts)])
    for column in [one for one in columns if "." not in one]:
        facts = {
            **known,
            "column": column,
            "spoken": said.get(column, ""),
            "mine": mine(ground, entry, column),
            "held": held_of(ground, entry, query),
            "row": "1" if column in led else "",
        }
        if query.columns and column not in query.columns and "*" not in query.columns:
            continue  # the row that is read does not have it
        if also_of(ground, query.table, query.engine, column):
            continue  # whoever else may work with it would be answered as if it were missing
        # a helper that answers yes or no hands no row out
        asks = bool(query.via) and ASKS.match(query.via[0].rsplit(".", 1)[-1]) is not None
        if query.verb == "select" and _one_row(query) and not asks and _hands_out(entry, query):
            at, path = reading(ground, entry, query)
            out.append([Step("compare", path, function=entry.at, at=at, facts=facts)])
    looked = _lookups(ground, entry, query)
    return [*looked, *out] if looked and _asked_others(ground, entry, query) else [*out, *looked]


def _asked_others(ground: CodeGround, entry: Entry, query: Query) -> bool:
    """Another service was asked about the row before the query changes it: a condition in the query comes too late."""
    from codemods.tsx.verify import ASKS_OTHERS

    asked = {one.path.rsplit(".", 1)[-1] for each in query.filters for one in each.origins if one.path}
    if query.verb == "select" or query.via or not entry.at[0] <= query.at[0] <= entry.at[1]:
        return False
    said = ground.text(entry.place.file).encode()[entry.at[0] : query.at[0]].decode("utf-8", "replace")
    return any(
        re.search(rf"(?<![\w.]){re.escape(name)}\b", said[found.start() : found.start() + 200])
        for found in ASKS_OTHERS.finditer(said)
        for name in asked
    )


def _either(ground: CodeGround, query: Query) -> list[str]:
    """Author columns beside the account's own: a guest's column alone would lock everybody out who has an account."""
    from assistant.propose.code_access import authors_of

    found = authors_of(ground, query.table) if query.engine == "prisma" else []
    return [one for one in found if not words.names_self(one)] if len(found) > 1 else []


def proven_of(entry: Entry) -> str:
    """``1`` when a membership, a role or an owner was proven before; ``0`` when a tenant that the request names proves nothing."""
    return "1" if any(guard.kind in PROVES and guard.weakness is None for guard in entry.guards) else "0"


def _one_row(query: Query) -> bool:
    """Found by its own id."""
    return any(condition.operator == "eq" and words.snake(condition.column) in _OWN_KEYS for condition in query.filters)


def _hands_out(entry: Entry, query: Query) -> bool:
    """False when the function that the handler calls does more than read this row: what it answers may be another's."""
    line = entry.line_to(query) if query.via else 0
    return not query.via or all(
        one.via[:1] != query.via[:1]
        or entry.line_to(one) != line
        or (one.verb == "select" and one.table == query.table)
        for one in entry.queries
    )


def _columns(ground: CodeGround, finding: Finding, entry: Entry, query: Query) -> list[str]:
    """Columns to try: of the proven tenant first when a membership is proven, of the person first otherwise."""
    facts = dict(finding.facts)
    said = facts.get("column", "") if query.table == facts.get("table") else ""
    found = ground.owner_columns(query.table, query.engine)
    if query.engine == "sql" and said not in ground.plain_columns.get(words.table_key(query.table), ()):
        said = ""  # named beside a join, it may be another table's
    if words.names_author(said) and said not in found:
        said = ""  # colleagues see the rows too
    if said and "." not in said and ground.has(query.table, query.engine, said):
        sure = said not in found or words.names_tenant(said)
        found = [said, *(one for one in found if one != said)] if sure else found
    asked = {condition.column for condition in query.filters}
    inner = {column.rsplit(".", 1)[-1] for column in asked if "." in column}
    proven = [column for column in proven_columns(ground, entry, query) if column not in asked]
    written = {
        one.column
        for one in query.written
        if query.verb == "update" and any(origin.kind is OriginKind.REQUEST for origin in one.origins)
    }  # whoever is being put there was not there before
    found = [
        column for column in found if column not in {*asked, *inner, *proven, *written} and not _ADDRESS.search(column)
    ]
    led: list[str] = []
    if any("." not in column for column in found) or any(words.names_tenant(column) for column in asked | inner):
        # a row that names its owner itself needs no way round over another table, but for the one that its own key leads to
        keys = {_relation(column) for column in found if "." not in column}
        led = [column for column in found if "." in column and column.split(".", 1)[0] in keys]
        found = [column for column in found if "." not in column]
    member = any(
        guard.kind in {GuardKind.MEMBERSHIP, GuardKind.ROLE} and guard.weakness is None for guard in entry.guards
    )
    tenant = member or finding.rule.startswith("parent-")
    best = sorted(
        found, key=lambda column: (words.names_tenant(column.rsplit(".", 1)[-1]) != tenant, column.count("."))
    )
    return proven + best + led


def _relation(column: str) -> str:
    """``account`` of ``accountId``: what the key leads to."""
    return re.sub(r"(_id|Id)$", "", column)


def reading(ground: CodeGround, entry: Entry, query: Query) -> tuple[tuple[int, int], str]:
    """Where the row arrives in the entry: the query itself, or the call that leads to it."""
    inside = entry.at[0] <= query.at[0] <= query.at[1] <= entry.at[1]
    if query.place.file == entry.place.file and not query.via and inside:
        return query.at, query.place.file
    from assistant.propose.code_plan import range_of_line

    source = ground.text(entry.place.file).encode()
    line = range_of_line(source, entry.line_to(query))
    name = (query.via[0].rsplit(".", 1)[-1] if query.via else query.place.symbol or "").encode()
    if not entry.at[0] <= line[0] <= entry.at[1]:
        line = entry.at  # a function of the same file: the line is its own
    at = source.find(name + b"(", line[0], line[1] + 400) if name else -1
    return ((at, at + len(name) + 1) if at >= 0 else line), entry.place.file


def _lookups(ground: CodeGround, entry: Entry, query: Query) -> list[list[Step]]:
    """A function of this repository that finds the row by the same id: called first, its row compared."""
    from assistant.propose.code_lookup import lookup_steps

    return lookup_steps(ground, entry, query)


def parent_child(plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """The proven parent joins the condition of the child."""
    return id_only(plans, finding, entry)


def mass_assignment(plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """Listed fields in place of the spread."""
    queries = plans.ground.queries(entry, finding.queries)
    if not queries:
        return "The write could not be found: list the fields that may be set."
    ground = plans.ground
    plain = [Step("pick", query.place.file, function=entry.at, at=query.at) for query in queries]
    listed = [
        step._replace(facts={"fields": ",".join(writable(ground, query.table, query.engine))})
        for step, query in zip(plain, queries, strict=True)
    ]
    return [plain, listed] if all(step.facts["fields"] for step in listed) else [plain]


def foreign_reference(plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """Look the named row up by its owner before its id is stored."""
    from assistant.propose.code_access_parent import reference_access
    from assistant.propose.code_lookup import reference_steps

    asked = reference_access(plans.ground, finding, entry)
    steps = reference_steps(plans.ground, finding, entry)
    return [asked, *([] if isinstance(steps, str) else steps)] if asked else steps
