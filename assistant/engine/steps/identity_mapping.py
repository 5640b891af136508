"""Records how each way into the code learns who is calling: through what, how often, and where that is not believed."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from assistant.domain.code import GuardKind
from assistant.domain.events import FactTaken
from assistant.engine.actions import begins
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Generator

    from assistant.domain.events import Happening
    from assistant.engine.actions import Context

_MOST = 12
_CALLER = frozenset({GuardKind.SESSION, GuardKind.API_KEY, GuardKind.ROLE, GuardKind.MEMBERSHIP, GuardKind.OWNER})
_MACHINE = frozenset({GuardKind.SIGNATURE, GuardKind.SECRET})


@begins("identity-mapping")
def begin(context: Context) -> Generator[Happening, None, str]:
    """Guards by name, columns that are compared with the caller, and guards that do not count with their reason."""
    step, read = context.step.id, context.world.code().map
    asking, machines = Counter[str](), Counter[str]()
    weak: dict[str, list[str]] = defaultdict(list)
    known = 0
    for entry in read.entries:
        strong = [guard for guard in entry.guards if guard.weakness is None]
        asking.update({guard.says for guard in strong if guard.kind in _CALLER})
        machines.update({guard.says for guard in strong if guard.kind in _MACHINE})
        known += any(guard.kind in _CALLER for guard in strong)
        for guard in entry.guards:
            if guard.weakness is not None:
                weak[guard.weakness.value.replace("-", " ")].append(f"{guard.says} in {entry.id} ({guard.place})")
    for says, times in asking.most_common(_MOST):
        yield FactTaken(step=step, says=f"{says} asks who is calling in {plural(times, 'way')} in")
    for says, times in machines.most_common(_MOST):
        yield FactTaken(step=step, says=f"{says} lets verified senders in, in {plural(times, 'way')} in")
    for reason, places in sorted(weak.items()):
        shown = "\n".join(places) + "\n"
        kept = context.world.evidence.put("code", f"guards that do not count: {reason}", shown)
        says = f"{plural(len(places), 'guard')} {'does' if len(places) == 1 else 'do'} not count: {reason}; the first: {places[0]}"
        yield FactTaken(step=step, says=says, evidence=kept.id)
    for table, columns in sorted(read.owner_columns.items())[:_MOST]:
        yield FactTaken(step=step, says=f"{table}: {', '.join(columns)} compared with the caller")
    return f"{known} of {plural(len(read.entries), 'way')} in know who is calling"
