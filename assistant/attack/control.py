"""The same call by those it is meant for: a call that shows nothing proves something only where theirs shows more."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from assistant.sql import body


if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from assistant.attack.attempt import Field
    from assistant.attack.trial import Outcome
    from assistant.domain.catalog import Function

UNTESTED: Final = "nothing came back even for its owner: not tested with data that fits"
"""Why a call that shows nothing is no proof."""

_ASKS: Final = re.compile(
    r"not (?:allowed|authori[sz]ed|authenticated|permitted|yours|a member)|permission|denied|forbidden|unauthori[sz]ed"
    r"|only |must be|access|sign(?:ed)? in|log(?:ged)? in",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Control:
    """What came of the call where it should work, gathered before the attackers' cells are judged."""

    needed: bool
    """True when the function works on rows that are somebody's."""
    shows: bool = False
    """The owner's rows came back, or something changed."""
    answers: set[str] = field(default_factory=set)
    """What it answered."""

    def note(self, place: Field, put_in: Collection[str], steps: Sequence[Outcome]) -> None:
        """Take down one call: its outcome alone, or between two looks at the rows it may change."""
        called = steps[1] if len(steps) > 1 else steps[0]
        if not called.ok:
            return
        self.answers.add(called.text or "")
        shown = any(True for _ in place.canaries.rows_of(called.text or "", put_in))
        changed = len(steps) > 1 and json.loads(steps[0].text or "{}") != json.loads(steps[2].text or "{}")
        self.shows = self.shows or shown or changed

    def proves(self, tried: Sequence[Outcome]) -> bool:
        """True when the attackers' silence says something: nothing of anybody's is at stake, or the control got more."""
        return not self.needed or self.shows or bool(self.answers - {one.text or "" for one in tried if one.ok})


def works_on_owned(function: Function, touched: Collection[object]) -> bool:
    """True when silence must be compared: a definer function over owned rows that does more than answer yes or no.

    With its caller's rights a function shows what the tables show, and those are attacked themselves.
    """
    answers_only = function.returns == "boolean" and not body.writes(function.body)
    return function.definer and bool(touched) and not answers_only


def spoke_of_permission(tried: Sequence[Outcome]) -> bool:
    """True when each refusal is about the caller and not about what was or was not found."""
    return all(one.state not in {"P0001", "P0002", "22023"} or _ASKS.search(one.message) for one in tried)
