"""Lists the keys to change once the code no longer shows them, in order; a person changes them, and says which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.engine.actions import begins
from assistant.engine.steps.secrets_and_env import rotation
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Generator

    from assistant.domain.events import Happening
    from assistant.engine.actions import Context


@begins("secrets")
def begin(context: Context) -> Generator[Happening, None, str]:
    """One line a key; the question of the step follows."""
    found = context.world.code().secrets
    listed = 0
    for happening in rotation(context, found):
        listed += 1
        yield happening
    return f"{plural(listed, 'key')} to change"
