"""Steps for what is told too widely: columns, caches, logs, clients with too many rights, modules in the wrong place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.caching import answered_from, caches, tells_apart, verb_of
from assistant.domain.code import ActKind, ClientKind, OriginKind
from assistant.domain.matrix import Verdict
from assistant.propose.code_draft import Step
from assistant.propose.code_ground import compared_and_written
from assistant.propose.code_guards import guard_steps
from assistant.propose.code_vector import scoped_function
from codemods.target import Needed


if TYPE_CHECKING:
    from assistant.domain.catalog import Table
    from assistant.domain.code import Entry, Query
    from assistant.domain.findings import Finding
    from assistant.propose.code_ground import CodeGround
    from assistant.propose.code_plan import Plans


_PERSONAL: Final = re.compile(
    r"e-?mail|password|token|secret|phone|address|session|cookie|authori[sz]ation|api_?key|birth|iban|jwt|header|body|payload|customer",
    re.IGNORECASE,
)


_LIST: Final = re.compile(r"(I|_i)ds$")
_MADE: Final = re.compile(r"\bconst\s+(\w+)\s*=\s*((?:await\s+)?(\w+)\((cookies\(\))?\))")


def user_client(plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """The caller's own client, where row-level security covers every table at fault."""
    ground = plans.ground
    queries = ground.queries(entry, finding.queries)
    open_tables = [query.table for query in queries if not _covered(ground, query)]
    if not queries or open_tables:
        named = ", ".join(f"`{table}`" for table in dict.fromkeys(open_tables)) or "the table"
        return f"The database was not shown to guard {named}: lock it first (`stanch fix`), then read it with the caller's own client."
    found = _client_call(ground, entry)
    if found is None:
        return "No client with the caller's session was found in this repository: make one from the request's cookies and use it here."
    call, needs = found
    steps = [
        Step("user_client", query.place.file, function=entry.at, at=query.at, facts={"call": call}, needs=needs)
        for query in queries
    ]
    return [steps]


def _covered(ground: CodeGround, query: Query) -> bool:
    """Policies guard the table, and no attack on it came through."""
    key = words.table_key(query.table)
    tables = [
        table
        for name, table in (ground.catalog.tables if ground.catalog else {}).items()
        if words.table_key(name.name) == key
    ]
    if not tables or not all(table.rls and _allows(table, query.verb) for table in tables):
        return False
    if ground.matrix is None:
        return False
    named = {str(table.name) for table in tables}
    return not any(cell.object in named and cell.verdict is Verdict.LEAKS for cell in ground.matrix.cells)


def _allows(table: Table, verb: str) -> bool:
    """Some policy lets the owner do it, so that the caller's own client is not locked out."""
    return any(policy.command.lower() in {"all", "*", verb} for policy in table.policies)


def client_steps(ground: CodeGround, entry: Entry, query: Query) -> list[Step]:
    """The caller's client for one query of the service role; nothing where the database was not shown to guard the rows."""
    if query.client is not ClientKind.SERVICE or not _covered(ground, query):
        return []
    found = _client_call(ground, entry)
    if found is None:
        return []
    call, needs = found
    return [Step("user_client", query.place.file, function=entry.at, at=query.at, facts={"call": call}, needs=needs)]


def _client_call(ground: CodeGround, entry: Entry) -> tuple[str, tuple[Needed, ...]] | None:
    """The call that makes the caller's client, as the nearest entry that asks it who is calling writes it."""
    from codemods.tsx.donor import rebased
    from codemods.tsx.imports import bound_names
    from codemods.tsx.tree import parse

    def nearness(other: Entry) -> tuple[bool, bool, str]:
        return other.place.file != entry.place.file, other.kind is not entry.kind, other.id

    for other in sorted(ground.map.entries, key=nearness):
        source = ground.text(other.place.file)
        if not other.place.file.endswith((".ts", ".tsx", ".js", ".jsx", ".mjs")) or ".auth." not in source:
            continue
        have = bound_names(parse(source.encode(), other.place.file))
        for name, call, factory, given in _MADE.findall(source):
            if factory not in have or not re.search(rf"\b{re.escape(name)}\.auth\.get(User|Claims)\(", source):
                continue
            needed = [factory, *(["cookies"] if given and "cookies" in have else [])]
            needs = [Needed(have[one][0], have[one][1], "" if have[one][1] == one else one) for one in needed]
            return call, tuple(rebased(need, other.place.file, entry.place.file) for need in needs)
    return None


def columns(plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """The columns that are shown, or everything but the secrets."""
    ground = plans.ground
    queries = ground.queries(entry, finding.queries)
    steps = []
    for query in queries:
        wanted, hide = _shown(ground, finding, query)
        facts = {"columns": ",".join(wanted), "hide": ",".join(hide), "engine": query.engine}
        steps.append(Step("columns", query.place.file, function=entry.at, at=query.at, facts=facts))
    return [steps] if steps else "The query could not be found: list the columns that are shown."


def _shown(ground: CodeGround, finding: Finding, query: Query) -> tuple[list[str], list[str]]:
    """Columns to keep when all are known, and those to leave out."""
    key = words.table_key(query.table)
    known: list[str] = []
    model = ground.models.get(key) if query.engine == "prisma" else None
    table = next(
        (
            one
            for name, one in (ground.catalog.tables if ground.catalog else {}).items()
            if words.table_key(name.name) == key
        ),
        None,
    )
    if model is not None:
        known = [
            one
            for one in model.columns
            if words.table_key(next(f.type for f in model.fields if f.name == one)) not in ground.models
        ]
    elif table is not None and query.engine != "drizzle":
        known = [column.name for column in table.columns if column.base != "vector"]
    hide = [*finding.columns, *(column for column in known if words.is_secret(column))]
    hide = list(dict.fromkeys(column for column in hide if column and column != "*"))
    if model is not None:
        # the finding may speak of a table of the same name that another program owns
        hide = [column for column in hide if column in known]
    if query.returned and "*" not in query.returned and all(name in known or not known for name in query.returned):
        return list(query.returned), hide
    kept = [column for column in known if column not in hide]
    return (kept if hide else []), hide


def kept_secret(plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """Ask who is calling, where the repository does elsewhere, and leave the secret fields of what the store keeps out."""
    facts = dict(finding.facts)
    fields = facts.get("columns", "") or facts.get("column", "")
    session = [step._replace(optional=True) for step in guard_steps(plans.ground, entry)]
    return [[*session, Step("without", entry.place.file, function=entry.at, facts={"fields": fields})]]


def log(plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """The personal part of the line."""
    file = finding.where.file if finding.where else entry.place.file
    parts = dict(finding.facts).get("parts", "")
    at = finding.at if finding.at[1] else plans.line_range(file, finding.where.line if finding.where else 0)
    return [[Step("redact", file, function=entry.at, at=at, facts={"parts": parts})]]


def cached(plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """The header that lets it be kept, the request that is kept, or the route's own setting."""
    facts = dict(finding.facts)
    file = finding.where.file if finding.where else entry.place.file
    at = finding.at if finding.at[1] else plans.line_range(file, finding.where.line if finding.where else 0)
    if facts.get("header"):
        return [[Step("no_store", file, function=entry.at, at=at, facts={"what": "header"})]]
    if facts.get("mode") or facts.get("fetch"):
        return [[Step("no_store", file, function=entry.at, at=at, facts={"what": "fetch"})]]
    if "unstable_cache" in finding.title or "use cache" in finding.title:
        return "A shared cache holds rows of one customer: take the call out of the cache, or put the caller's id into its key."
    return [[Step("no_store", entry.place.file, function=entry.at, facts={"what": "dynamic"})]]


def cache_key(plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """The caller in the key; a cache behind functions of the repository is looked for in the handler."""
    file = finding.where.file if finding.where else entry.place.file
    steps: list[Step] = [
        Step("cache_key", file, function=entry.at, at=finding.at, facts={"paths": plans.ground.paths_read})
    ]
    for query in plans.ground.queries(entry, finding.queries):
        from assistant.propose.code_rows import row_steps

        options = row_steps(plans.ground, finding, entry, query)
        steps += [step._replace(optional=True) for step in (options[0] if options else ())]
    return [steps]


def shared_caches(plans: Plans, entry: Entry) -> list[Step]:
    """The key of a cache that answers before the rows are scoped: without the caller in it, old answers go on to everybody."""
    for act, key in caches(entry):
        if verb_of(act) != "read" or tells_apart(entry, act.order, key) or answered_from(entry, act, key) is None:
            continue
        at = act.at if act.place.file == entry.place.file else (0, 0)
        facts = {"paths": plans.ground.paths_read}
        return [Step("cache_key", entry.place.file, function=entry.at, at=at, facts=facts, optional=True)]
    return []


def validation(plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """The library that is used elsewhere."""
    request = dict(finding.facts).get("request", "")
    if not request:
        request = next(
            (
                origin.path
                for query in entry.queries
                for column, origins in compared_and_written(query)
                for origin in origins
                if origin.kind is OriginKind.REQUEST and words.names_id(column)
            ),
            "",
        )
    if not plans.ground.validation:
        return "The repository uses no validation library that is known here: check the shape of the id before it reaches the query."
    if _LIST.search(request):
        return "The request names a list of ids: parse it as an array of them before it reaches the query."
    facts = {
        "library": plans.ground.validation,
        "name": request.rsplit(".", 1)[-1],
        "kind": entry.kind.value,
        "shape": _shape(plans.ground, finding, entry, request),
    }
    return [[Step("validate", entry.place.file, function=entry.at, facts=facts)]]


def _shape(ground: CodeGround, finding: Finding, entry: Entry, request: str) -> str:
    """Uuid or number when the catalog says so of the column that the value reaches; a key of another table is what that table's is."""
    for query in ground.queries(entry, finding.queries) or entry.queries:
        key = words.table_key(query.table)
        reached = [
            column
            for column, origins in compared_and_written(query)
            if any(origin.kind is OriginKind.REQUEST and origin.path == request for origin in origins)
        ]
        for name, table in (ground.catalog.tables if ground.catalog else {}).items():
            if words.table_key(name.name) == key:
                wanted = {words.snake(column) for column in reached} or {"id"}
                base = next((column.base for column in table.columns if words.snake(column.name) in wanted), "")
                return {"uuid": "uuid", "int4": "number", "int8": "number"}.get(base, "string")
    return "string"


def same_answer(_plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """One answer for both."""
    return [[Step("same_answer", entry.place.file, function=entry.at, at=finding.at)]]


def vector(plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """The tenant as an argument, with the function that takes it."""
    steps: list[Step] = []
    for query in plans.ground.queries(entry, finding.queries):
        if query.engine != "supabase":
            from assistant.propose.code_rows import row_steps

            options = row_steps(plans.ground, finding, entry, query)
            if not options or query.engine == "sql":
                return f"The search of {query.table or query.engine} is not rewritten: compare the tenant's column with the caller's in its condition."
            steps += options[0]
            continue
        made = scoped_function(plans.ground, query)
        if isinstance(made, str):
            from assistant.propose.code_lookup import list_steps

            listed = list_steps(plans.ground, entry, query)
            if not listed:
                return made
            steps += listed
            continue
        plans.migrations.extend(zip(made.forward, made.backward, strict=True))
        facts = {"argument": made.argument, "column": made.column, "told": "1" if query.told_caller else ""}
        steps.append(Step("vector", query.place.file, function=entry.at, at=query.at, facts=facts))
    session = [step._replace(optional=True) for step in guard_steps(plans.ground, entry)]
    return (
        [[*session, *steps]] if steps else "The search could not be found: hand the tenant to it and compare it there."
    )


def redirect(plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """Paths of this site alone."""
    if dict(finding.facts).get("header"):
        return "The address is put into a header: allow paths that start with a single slash alone, before it is set."
    file = finding.where.file if finding.where else entry.place.file
    at = finding.at if finding.at[1] else plans.line_range(file, finding.where.line if finding.where else 0)
    said = dict(finding.facts).get("text", "") or dict(finding.facts).get("target", "")
    return [[Step("redirect", file, function=entry.at, at=at, facts={"text": said})]]


def server_only(_plans: Plans, finding: Finding) -> list[list[Step]] | str:
    """Every module that has to stay on the server."""
    files = [file for file in dict(finding.facts).get("files", "").split("\n") if file]
    files = files or ([finding.where.file] if finding.where else [])
    return [[Step("server_only", file.split(":", 1)[0]) for file in files]]


def browser(_plans: Plans, finding: Finding) -> list[list[Step]] | str:
    """Words alone: what the browser did with it needs a new place."""
    chain = dict(finding.facts).get("chain", "").split("\n")
    said = f" ({' imports '.join(chain)})" if len(chain) > 1 else ""
    return f"Browser code reaches the service-role client{said}: move the query into a route or action that asks for the session, and rotate the key, because it was public."


def cors(plans: Plans, finding: Finding) -> list[list[Step]] | str:
    """The site's own address, where an example environment names it."""
    file = finding.where.file if finding.where else ""
    at = finding.at if finding.at[1] else plans.line_range(file, finding.where.line if finding.where else 0)
    named = " ".join(plans.ground.text(name) for name in (".env.example", ".env.local.example", ".env.sample", ".env"))
    found = re.search(r"\b(NEXT_PUBLIC_(?:SITE|APP|BASE)_URL|(?:SITE|APP|BASE)_URL|NEXTAUTH_URL)\b", named)
    if not file.endswith((".ts", ".tsx", ".js", ".jsx", ".mjs")):
        return f"{file} lets every origin read: name the origins that may, in place of `*`."
    return [[Step("cors", file, at=at, facts={"variable": found[1] if found else ""})]]


def document_rules(_plans: Plans, finding: Finding) -> list[list[Step]] | str:
    """Words alone: a rules file has no owner that could be told for sure."""
    path = dict(finding.facts).get("path", "")
    said = f" for `{path}`" if path else ""
    return f"Write the owner into the condition{said}: `request.auth != null && resource.data.<owner field> == request.auth.uid`, and deploy the rules."


def _entries(plans: Plans, finding: Finding) -> list[Entry]:
    """The entries that a finding for the whole repository names."""
    named = dict(finding.facts).get("entries", "").split("\n")
    return [plans.ground.entries[name] for name in named if name in plans.ground.entries]


def _each(found: list[Step]) -> list[list[Step]]:
    """Take what can be taken: the first has to work, or the fix says why it does not."""
    return [[step._replace(optional=len(found) > 1) for step in found]]


def logs(plans: Plans, finding: Finding) -> list[list[Step]] | str:
    """Every log line with something personal in it."""
    steps = []
    for entry in _entries(plans, finding):
        for act in entry.acts:
            words_of = " ".join(f"{part.name} {part.text}" for part in act.parts)
            if act.kind is ActKind.LOG and act.at[1] and _PERSONAL.search(words_of):
                steps.append(Step("redact", act.place.file, function=entry.at, at=act.at))
    return _each(steps) if steps else "The log lines could not be found: take personal data out of them by hand."


def validations(plans: Plans, finding: Finding) -> list[list[Step]] | str:
    """Every id that reaches a query unparsed."""
    steps = []
    said = "The handlers could not be found: parse their ids by hand."
    for entry in _entries(plans, finding):
        made = validation(plans, finding, entry)
        if isinstance(made, str):
            said = made
            continue
        steps += made[0]
    return _each(steps) if steps else said


def same_answers(plans: Plans, finding: Finding) -> list[list[Step]] | str:
    """Every pair of answers."""
    steps = [step for entry in _entries(plans, finding) for step in _flat(same_answer(plans, finding, entry))]
    return _each(steps) if steps else "The handlers could not be found: answer foreign and missing rows alike."


def told_errors(plans: Plans, finding: Finding) -> list[list[Step]] | str:
    """One answer for a row that is missing and one that is somebody else's; what a message may say is for a person."""
    if "differently" in finding.title:
        return same_answers(plans, finding)
    if "account" in finding.title:
        return "Answer an unknown address and a wrong password with the same words and the same status."
    return "Log the error, and answer a sentence of your own: its message names tables and columns."


def kept_routes(plans: Plans, finding: Finding) -> list[list[Step]] | str:
    """Every page and route that the framework keeps for a while."""
    steps = [step for entry in _entries(plans, finding) for step in _flat(cached(plans, finding, entry))]
    return _each(steps) if steps else "The routes could not be found: take `revalidate` off, or read the cookies first."


def _flat(options: list[list[Step]] | str) -> list[Step]:
    return [] if isinstance(options, str) else options[0]
