"""Settings of the database that say who asks, for the rules of the rows: ``select set_config('app.org_id', $1, true)`` in a transaction."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.origins import origins_of
from assistant.collect.code.recognise.chains import argument, template_of
from assistant.domain.code import OriginKind


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Chain

RULED = ("ruled",)
"""The fact that rules of the database know the caller, until the transaction ends."""
_SAYS = re.compile(r"\bset_config\s*\(|\A\s*set\s+local\s+(?!role\b)", re.IGNORECASE)


def told_rules(run: Run, chain: Chain) -> None:
    """Note that a statement tells the rules of the database who the caller is; what the request says instead tells them nothing."""
    last = chain.last
    if last is None or last.arguments is None:
        return
    written = (last.text, last.arguments) if last.text else template_of(argument(last, 0))
    if written is None or not _SAYS.search(written[0]):
        return
    values = written[1] or last.arguments[1:]
    kinds = {origin.kind for value in values for origin in origins_of(value)}
    if kinds & {OriginKind.CALLER} and not kinds & {OriginKind.REQUEST, OriginKind.CLAIMED}:
        run.facts |= {RULED}
