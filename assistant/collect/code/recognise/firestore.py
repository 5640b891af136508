"""Firestore and the Realtime Database, through the web library (rules decide) and through the admin library (nothing does)."""

from __future__ import annotations

from assistant.collect.code.drafts import Draft
from assistant.collect.code.recognise.chains import NOBODYS, Seen, argument, fields_of, literal, package_of, template_of
from assistant.collect.code.recognise.conditions import Condition, operator
from assistant.collect.code.values import UNKNOWN, Chain, Constant, Step, Value, text_of


_WEB = {
    "getDoc": "select",
    "getDocFromServer": "select",
    "getDocs": "select",
    "getDocsFromServer": "select",
    "getCountFromServer": "select",
    "getAggregateFromServer": "select",
    "onSnapshot": "select",
    "setDoc": "upsert",
    "updateDoc": "update",
    "addDoc": "insert",
    "deleteDoc": "delete",
    "get": "select",
    "onValue": "select",
    "set": "upsert",
    "update": "update",
    "push": "insert",
    "remove": "delete",
}
_ADMIN = {
    "get": "select",
    "set": "upsert",
    "update": "update",
    "add": "insert",
    "create": "insert",
    "delete": "delete",
    "onSnapshot": "select",
    "once": "select",
    "push": "insert",
    "remove": "delete",
    "stream": "select",
    "listDocuments": "select",
}
_ALONG = frozenset({"get", "set", "update", "create", "delete"})
"""What a transaction and a batch do with a document that they are handed."""
_USERS = {
    "getUser": "select",
    "getUserByEmail": "select",
    "get_user": "select",
    "get_user_by_email": "select",
    "listUsers": "select",
    "deleteUser": "delete",
    "delete_user": "delete",
    "updateUser": "update",
    "update_user": "update",
    "createUser": "insert",
    "create_user": "insert",
    "setCustomUserClaims": "update",
    "set_custom_user_claims": "update",
    "createCustomToken": "sign",
    "create_custom_token": "sign",
}
_RECORD = (
    "uid",
    "email",
    "emailVerified",
    "displayName",
    "phoneNumber",
    "photoURL",
    "disabled",
    "customClaims",
    "metadata",
    "providerData",
)
"""What Firebase tells of one account; password hashes come only with the list of all of them."""
_ROOTS = ("firebase-admin", "@google-cloud/firestore", "firebase_admin", "google.cloud")


def query(chain: Chain, seen: Seen) -> Draft | None:
    """A read or write of a document; None for anything else."""
    last = chain.last
    if last is None or last.arguments is None:
        return None
    package = package_of(chain.source)
    if (
        package.startswith(("firebase/firestore", "@firebase/firestore", "firebase/database"))
        and len(chain.steps) == 1
        and not last.name
    ):
        return _web(chain.name, last, seen)
    owned = package.startswith(_ROOTS)
    if owned and last.name in _USERS:
        return _user(last)
    if owned and last.name in _ALONG and (along := _along(last)) is not None:
        return _admin(along, _path(along), last.given((last.arguments or ())[1:]), "pool")
    named = chain.source in NOBODYS - {"global"} or package.startswith(("@/", "~/", ".", "#"))
    if last.name not in _ADMIN or not (owned or named):
        return None
    path = _path(chain.through(chain.steps[:-1]))
    if not path or (
        named
        and not any(step.name in {"doc", "document"} for step in path)
        and not any(step.name == "where" for step in chain.steps)
    ):
        return None
    return _admin(chain, path, last, "pool" if owned or not seen.client_module else "browser")


def _path(chain: Chain) -> list[Step]:
    """The steps that walk to a collection or a document."""
    walking = {"collection", "doc", "document", "collectionGroup", "ref"}
    return [step for step in chain.steps if step.name in walking and step.arguments]


def _along(last: Step) -> Chain | None:
    """The document that a transaction or a batch is handed: ``transaction.update(db.collection("sites").doc(id), changes)``."""
    first = argument(last, 0)
    if not isinstance(first, Chain) or not _path(first):
        return None
    owned = package_of(first.source).startswith(_ROOTS)
    return first if owned and not any(step.name in _ADMIN for step in first.steps) else None


def _web(name: str, last: Step, seen: Seen) -> Draft | None:
    if name not in _WEB:
        return None
    table, filters = _reference(argument(last, 0))
    if not table:
        return None
    verb = _WEB[name]
    client = "browser" if seen.client_module or not seen.server else "anon"
    single = name in {"getDoc", "getDocFromServer"}
    return _draft(
        client,
        verb,
        table,
        filters,
        argument(last, 1) if verb in {"upsert", "update", "insert"} else None,
        single=single,
    )


def _reference(value: Value | None) -> tuple[str, list[Condition]]:
    """Collection and conditions of ``doc(db, "users", id)``, ``query(collection(db, "x"), where("a", "==", b))``."""
    if not isinstance(value, Chain) or value.last is None or value.last.arguments is None:
        return "", []
    name, given = (
        value.last.name or value.name,
        [each for n in range(len(value.last.arguments)) if (each := argument(value.last, n)) is not None],
    )
    if name == "query" and given:
        table, filters = _reference(given[0])
        return table, filters + [one for each in given[1:] for one in _constraint(each)]
    if name in {"doc", "collection", "collectionGroup", "ref", "child", "withConverter"} and given:
        table, filters = _reference(given[0])
        return _walk(given if table else given[1:], (table, filters) if table else ("", []), is_document=bool(table))
    return "", []


def _walk(given: list[Value], start: tuple[str, list[Condition]], *, is_document: bool) -> tuple[str, list[Condition]]:
    """Collections and documents take turns on a path."""
    table, filters = start
    if is_document:
        given = given[1:]
    for part in (one for each in given for one in _segments(each)):
        text = text_of(part)
        if (not table and text) or (text and not is_document):
            filters = [
                (f"{table}.{column}" if "." not in column else column, how, value) for column, how, value in filters
            ]
            table, is_document = text or "", True
        else:
            filters.append(("id", "eq", part))
            is_document = False
    return table, filters


def _segments(value: Value) -> list[Value]:
    written = template_of(value)
    if written is None:
        return [value]
    out: list[Value] = []
    for part in written[0].strip("/").split("/"):
        number = part.removeprefix("$")
        known = part.startswith("$") and number.isdigit() and int(number) <= len(written[1])
        out.append(written[1][int(number) - 1] if known else Constant(part))
    return out


def _constraint(value: Value) -> list[Condition]:
    if not isinstance(value, Chain) or value.last is None:
        return []
    if (value.last.name or value.name) in {"or", "and"}:
        return [
            (column, "match" if value.name == "or" else how, one)
            for each in value.last.arguments or ()
            for column, how, one in _constraint(each)
        ]
    return _where(value.last) if (value.last.name or value.name) == "where" else []


def _where(step: Step) -> list[Condition]:
    column = literal(step)
    return [(column or "id", operator(literal(step, 1)), argument(step, 2) or UNKNOWN)]


def _admin(chain: Chain, path: list[Step], last: Step, client: str) -> Draft:
    table, filters = "", list[Condition]()
    for step in path:
        given = argument(step, 0)
        if step.name in {"collection", "collectionGroup", "ref"}:
            table, filters = _walk(
                [given] if given is not None else [],
                ("", [(f"{table}.{c}" if table else c, h, v) for c, h, v in filters]),
                is_document=False,
            )
        elif given is not None and not table:
            table, filters = _walk([given], ("", []), is_document=False)
        elif given is not None:
            filters.append(("id", "eq", given))
    for step in chain.steps:
        if step.name == "where" and len(step.arguments or ()) > 2:  # noqa: PLR2004 - column, operator, value
            filters += _where(step)
    verb = _ADMIN[last.name]
    single = bool(filters) and filters[-1][0] == "id" and verb == "select"
    return _draft(
        client,
        verb,
        table,
        filters,
        argument(last, 0) if verb in {"upsert", "update", "insert"} else None,
        single=single,
    )


def _user(last: Step) -> Draft:
    first = argument(last, 0)
    verb = _USERS[last.name]
    column = "email" if "mail" in last.name else "id"
    filters: list[Condition] = (
        [(column, "eq", first)] if first is not None and verb != "insert" and "list" not in last.name else []
    )
    written = fields_of(argument(last, 1)) if verb == "update" else fields_of(first) if verb == "insert" else ()
    draft = _draft("pool", verb, "users", filters, None, single=verb == "select")._replace(written=written)
    return draft if verb != "select" or "list" in last.name else draft._replace(columns=_RECORD)


def _draft(
    client: str, verb: str, table: str, filters: list[Condition], written: Value | None, *, single: bool
) -> Draft:
    return Draft(
        engine="firestore",
        client=client,
        verb=verb,
        table=table,
        columns=() if verb != "select" else None,
        filters=tuple(filters),
        written=fields_of(written) if written is not None else (),
        single=single,
        wraps=(),
    )
