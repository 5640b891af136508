"""What a change did to everything beside tables: views, functions, triggers, buckets, realtime, the schemas that the API serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.explain.access import may_execute, people, roles_of


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.domain.catalog import Catalog, Function, Table, View
    from assistant.domain.deploys import Reason
    from assistant.explain.access import Who
    from assistant.explain.rules_lines import Lines

WEIGHTS: Final = {
    "view-owner-rights": 4.0,
    "view-widened": 2.0,
    "function-definer": 3.0,
    "caller-check-dropped": 4.0,
    "helper-changed": 1.0,
    "grant-widened": 2.0,
    "search-path": 0.5,
    "trigger-dropped": 1.5,
    "bucket-public": 5.0,
    "realtime-published": 1.0,
    "schema-exposed": 3.0,
}
_CALLER: Final = ("auth.uid", "auth.jwt", "auth.role", "auth.user_id", "current_setting", "auth.email")


def other_changes(before: Catalog | None, after: Catalog, lines: Lines) -> Iterator[Reason]:
    """What lets somebody do more than before."""
    yield from _views(before, after, lines)
    yield from _functions(before, after, lines)
    yield from _triggers(before, after, lines)
    yield from _buckets(before, after, lines)
    yield from _published(before, after, lines)
    if before is not None:
        for schema in sorted(set(after.platform.exposed_schemas) - set(before.platform.exposed_schemas)):
            says = f"the API serves schema {schema!r}, which it did not"
            yield lines.placed("schema-exposed", says, WEIGHTS["schema-exposed"])


def _views(before: Catalog | None, after: Catalog, lines: Lines) -> Iterator[Reason]:
    for name, view in after.views.items():
        old = before.views.get(name) if before is not None else None
        who = _reader(after, view)
        if who is None or view.security_invoker or not _served(after, name.schema):
            continue
        guarded = [str(one) for one in view.reads if one in after.tables and (after.tables[one].rls or _people(one))]
        if not guarded:
            continue
        keys = (f"{view.kind} {name}", f"view {name}")
        if old is None or old.security_invoker or (before is not None and _reader(before, old) is None):
            says = f"{name} reads {', '.join(guarded)} with its owner's rights: {who.says} can read past their policies"
            yield lines.placed("view-owner-rights", says, WEIGHTS["view-owner-rights"], *keys)
        elif more := sorted(
            {one.name for one in view.columns} - {one.name for one in old.columns}
            | {str(one) for one in set(view.reads) - set(old.reads)}
        ):
            says = f"{name}, which reads with its owner's rights, shows more: {', '.join(more)}"
            yield lines.placed("view-widened", says, WEIGHTS["view-widened"], *keys)


def _functions(before: Catalog | None, after: Catalog, lines: Lines) -> Iterator[Reason]:
    helpers = {str(read).partition("(")[0] for read in _called_by_policies(after)}
    for name, function in after.functions.items():
        old = before.functions.get(name) if before is not None else None
        key = f"function {name}"
        if old is not None and str(name).partition("(")[0] in helpers and _changed(old, function):
            says = f"{name}, which policies call, answers otherwise than before"
            yield lines.placed("helper-changed", says, WEIGHTS["helper-changed"], key)
        if function.trigger or not function.definer or not _served(after, name.schema):
            continue
        who = next((one for one in people(after.platform) if may_execute(function.grants, after, one)), None)
        if who is None:
            continue
        asks = _asks(function)
        if old is None or not old.definer:
            says = f"{name} runs with its owner's rights and {who.says} can call it"
            weight = WEIGHTS["function-definer"] * (0.4 if asks else 1.0)
            yield lines.placed("function-definer", says, weight, key)
        elif not asks and _asks(old):
            says = f"{name} no longer asks who is calling, and {who.says} can call it"
            yield lines.placed("caller-check-dropped", says, WEIGHTS["caller-check-dropped"], key)
        elif before is not None and not may_execute(old.grants, before, who):
            says = f"{who.says} may now call {name}, which runs with its owner's rights"
            yield lines.placed("grant-widened", says, WEIGHTS["grant-widened"], f"grant {name}", key)
        if old is not None and old.search_path is not None and function.search_path is None:
            says = f"the search path of {name} is no longer pinned"
            yield lines.placed("search-path", says, WEIGHTS["search-path"], key)


def _triggers(before: Catalog | None, after: Catalog, lines: Lines) -> Iterator[Reason]:
    if before is None:
        return
    for table in after.own_tables():
        old = before.tables.get(table.name)
        for trigger in old.triggers if old is not None else ():
            guards = trigger.enabled and trigger.timing == "before" and {"insert", "update"} & set(trigger.events)
            if guards and not _same_trigger(table, trigger.name, str(trigger.function)):
                says = f"trigger {trigger.name!r} of {table.name} no longer looks at what is written"
                yield lines.placed(
                    "trigger-dropped",
                    says,
                    WEIGHTS["trigger-dropped"],
                    f"dropped {trigger.name}",
                    f"table {table.name}",
                )


def _buckets(before: Catalog | None, after: Catalog, lines: Lines) -> Iterator[Reason]:
    public = {one.id for one in before.buckets if one.public} if before is not None else set()
    for bucket in after.buckets:
        if bucket.public and bucket.id not in public:
            says = f"bucket {bucket.id!r} is public: whoever has or guesses an address gets the file"
            yield lines.placed("bucket-public", says, WEIGHTS["bucket-public"], f"bucket {bucket.id}")


def _published(before: Catalog | None, after: Catalog, lines: Lines) -> Iterator[Reason]:
    then = {name for one in before.publications for name in one.tables} if before is not None else set()
    for publication in after.publications:
        for name in publication.tables:
            table = after.tables.get(name)
            if name in then or table is None:
                continue
            weight = WEIGHTS["realtime-published"] * (1.0 if table.rls else 3.0)
            says = f"changes of {name} are sent to subscribers of {publication.name}"
            yield lines.placed("realtime-published", says, weight, f"publication {name}", f"table {name}")


def _reader(catalog: Catalog, view: View) -> Who | None:
    """The first of the roles that may select from a view."""
    for who in people(catalog.platform):
        roles = roles_of(catalog, who.role)
        if any(one.privilege == "SELECT" and one.grantee in roles for one in view.grants):
            return who
    return None


def _served(catalog: Catalog, schema: str) -> bool:
    return not catalog.platform.exposed_schemas or schema in catalog.platform.exposed_schemas


def _people(name: object) -> bool:
    return str(name) == "auth.users"


def _asks(function: Function) -> bool:
    """True when its body mentions the caller."""
    body = function.body.lower()
    return any(word in body for word in _CALLER)


def _changed(old: Function, new: Function) -> bool:
    return (" ".join(old.body.split()), old.definer) != (" ".join(new.body.split()), new.definer)


def _called_by_policies(catalog: Catalog) -> Iterator[str]:
    """Functions of the operator's that policies call, by ``schema.name``."""
    from assistant.sql.predicate import calls

    known = {
        function.name.name: f"{function.name.schema}.{function.name.name}" for function in catalog.functions.values()
    }
    for table in catalog.tables.values():
        for policy in table.policies:
            for text in (policy.using, policy.check):
                for call in calls(text):
                    if call.name in known:
                        yield known[call.name]


def _same_trigger(table: Table, name: str, function: str) -> bool:
    return any(
        one.enabled and (one.name == name or str(one.function) == function) and one.timing == "before"
        for one in table.triggers
    )
