"""Refusals that were not understood: ``const user = await whoever(request); if (!user) return res.status(401).end()``.

Whoever answers 401 asked who is calling. Where what was looked at could not be followed, the answer is believed as a name is (``GuardKind.NAME``):
the handlers behind it are judged as those of somebody signed in, and the check itself is asked about once. Nothing that the caller merely
sent is believed so: not the password of a sign-in, not the row that an address of the body found.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.collect.code.follow.facts import Learned, Lesson, lets_in
from assistant.collect.code.follow.kinds import CALLER, REQUEST
from assistant.collect.code.follow.narrowing import Narrowed, level_of, names_in
from assistant.collect.code.follow.trust import carried
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import Chain, Known, parts_of
from assistant.domain.code import REFUSES, GuardKind, Origin, OriginKind
from assistant.domain.syntax import (
    Attribute,
    Await,
    Call,
    Do,
    If,
    Literal,
    Name,
    Record,
    Return,
    Switch,
    Template,
    Throw,
)


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.follow.scope import Scope
    from assistant.collect.code.values import Value
    from assistant.domain.syntax import Expression, Statement

_SAID: Final = re.compile(
    r"unauthori[sz]ed|unauthenticated|not[ _-]?(?:authenticated|logged|signed[ _-]?in)|(?:sign|log)[ _-]?in (?:required|first|to )|"
    r"(?:login|signin|authentication|auth)[ _-]?required|no (?:active )?session|n[aã]o autori[sz]ad|no autori[sz]ad|non autoris|nicht angemeldet|"
    r"yetkisiz|未登录|未授权|請先登入|请先登录|認証|로그인",
    re.IGNORECASE,
)
"""What somebody is told whom nobody knows."""
_DOOR: Final = re.compile(r"^/(?:[\w-]+/)*(?:log-?in|sign-?in)\b", re.IGNORECASE)
"""Where somebody is sent whom nobody knows."""
_SENDS: Final = frozenset({"redirect", "permanentRedirect", "push", "replace"})
_STRANGER: Final = 401
_OTHER: Final = re.compile(
    r"captcha|turnstile|csrf|otp|2fa|mfa|totp|signature|passcode|password|credential|coupon|code\b", re.IGNORECASE
)
"""What is refused so, too, and is no session."""
_CARRIED: Final = ("header", "cookie")
"""Where a credential of somebody signed in comes with; a password stands in the body."""
_DEEPEST: Final = 6


def refused(run: Run, node: If, test: Value, scope: Scope, learned: Learned) -> Learned:
    """What is believed behind a test whose branch sends strangers away, beside what was learned from it."""
    by_name = all(one.kind is GuardKind.NAME and one.weakness is None for one in learned.lessons)
    if run.in_catch or node.otherwise or not by_name or (lets_in(learned.facts) and not learned.lessons):
        return learned
    if not _sends_away(node.then) or not _looks_elsewhere(test):
        return learned
    asked = tuple(names_in(node.test))
    frame = run.frame
    if _OTHER.search(" ".join((*asked, frame.name))):
        return learned
    for name in asked:
        level = level_of(run, scope, name)
        value = level.names[name] if level is not None else None
        if level is not None and value is not None and _not_understood(value):
            known = Known(frozenset({Origin(CALLER, name)}))
            level.names[name] = known
            run.narrowed.append(Narrowed(level, name, value, known))
    said = f"{run.via()[-1]}()" if run.via() else (asked[0] if asked else "the check")
    asked_once = Lesson(GuardKind.NAME, said + REFUSES)
    return Learned(learned.facts | {("caller",)}, (*(one for one in learned.lessons if one.subjects), asked_once))


def _looks_elsewhere(test: Value) -> bool:
    """Something decides that was not understood, and nothing that the caller just says."""
    found = origins_of(test)
    sent = [one for one in found if one.kind is REQUEST]
    return all(carried(one) and one.path.startswith(_CARRIED) for one in sent) and _not_understood(test)


def _not_understood(value: Value, depth: int = 0) -> bool:
    if depth > _DEEPEST:
        return False
    if isinstance(value, Known):
        return any(one.kind is OriginKind.UNKNOWN for one in value.origins)
    if isinstance(value, Chain):
        return value.name != "process"
    return any(_not_understood(one, depth + 1) for one in parts_of(value))


def _sends_away(statements: tuple[Statement, ...], depth: int = 0) -> bool:
    """The branch, which ends, says so somewhere: by itself, or for one of several reasons."""
    if depth > _DEEPEST:
        return False
    for one in statements:
        said = one.value if isinstance(one, Return | Throw) else one.expression if isinstance(one, Do) else None
        if said is not None and any(_tells(part) for part in _walk(said)):
            return True
        inner: tuple[tuple[Statement, ...], ...] = ()
        if isinstance(one, If):
            inner = (one.then, one.otherwise)
        elif isinstance(one, Switch):
            inner = tuple(case.body for case in one.cases)
        if any(_sends_away(each, depth + 1) for each in inner):
            return True
    return False


def _tells(node: Expression) -> bool:
    if isinstance(node, Literal):
        return node.value == _STRANGER or (isinstance(node.value, str) and _SAID.search(node.value) is not None)
    if isinstance(node, Name):
        return _SAID.search(node.id) is not None
    if isinstance(node, Attribute):
        return _SAID.search(node.name) is not None
    if isinstance(node, Call):
        callee = node.callee
        name = callee.id if isinstance(callee, Name) else callee.name if isinstance(callee, Attribute) else ""
        if name == "redirectToSignIn":
            return True
        return name in _SENDS and any(_DOOR.match(_begins(part)) is not None for part in node.arguments)
    return False


def _begins(address: Expression) -> str:
    """What an address is known to begin with."""
    if isinstance(address, Template):
        return address.texts[0]
    return address.value if isinstance(address, Literal) and isinstance(address.value, str) else ""


def _walk(node: Expression, depth: int = 0) -> Iterator[Expression]:
    """An answer and what it is made of."""
    yield node
    if depth > _DEEPEST:
        return
    if isinstance(node, Call):
        inner: tuple[Expression, ...] = (node.callee, *node.arguments)
    elif isinstance(node, Await):
        inner = (node.operand,)
    elif isinstance(node, Attribute):
        inner = (node.of,)
    elif isinstance(node, Record):
        inner = tuple(one.value for one in node.entries)
    elif isinstance(node, Template):
        inner = ()
        yield from (Literal(text, node.at, node.end) for text in node.texts)
    else:
        return
    for one in inner:
        yield from _walk(one, depth + 1)
