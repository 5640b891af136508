"""What cannot be equal, whatever is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.attributes import NO_ITEMS
from assistant.collect.code.follow.compare import IDS, there
from assistant.collect.code.follow.fallback import EMPTY
from assistant.collect.code.follow.kinds import CALLER, ENVIRONMENT, REQUEST, ROW
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import Constant


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Value
    from assistant.domain.code import Origin


def never_equal(run: Run, option: Value, other: Value) -> bool:
    """Nothing is not equal to what is known to be there: a value that was sent, the id of a row or of the caller, a secret, a digest made with one.

    No row was found for as many ids as were sent: then none was sent, and nothing is done with none.
    """
    if option == NO_ITEMS:
        return all(one.kind is REQUEST and one.path.endswith(".length") for one in origins_of(other))
    if not isinstance(option, Constant) or option.value not in {None, ""}:
        return False
    found = origins_of(other)
    sent = [origin for origin in found if origin.kind is REQUEST]
    if option.value is None and _are_there(run, other, sent):
        return True
    if option.value == "" and sent and all(("given", one) in run.facts for one in sent):
        return True
    if found and all(origin.kind is CALLER for origin in found):
        return ("caller",) in run.facts
    kept = [origin.path for origin in found if origin.kind is ENVIRONMENT]
    if option.value == "" and EMPTY in found:
        return bool(kept) and all(("set", path) in run.facts for path in kept)
    if option.value == "" and kept:
        return True  # what is not set is no empty text
    return bool(kept) and (len(found) > len(kept) or all(("set", path) in run.facts for path in kept))


def _are_there(run: Run, value: Value, sent: list[Origin]) -> bool:
    """Values of the request that are known to be there, or ids of rows."""
    if sent:
        return all(
            origin.path.startswith("path.") or ("given", origin) in run.facts or ("required", origin) in run.facts
            for origin in sent
        )
    said = there(value)
    return bool(said) and all(one.kind is ROW and IDS.search(one.path) for one in said)
