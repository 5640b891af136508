"""Views belong to whoever owns what they read; a view can narrow that, it cannot make it public without being asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.domain.ownership import Confidence, OwnerKind, Ownership
from assistant.ownership.words import OPEN, words


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.domain.catalog import View
    from assistant.domain.names import Name
    from assistant.ownership.drafts import Draft


_STRICT: Final = (
    OwnerKind.SELF,
    OwnerKind.USER,
    OwnerKind.TENANT,
    OwnerKind.VIA,
    OwnerKind.CONDITIONAL,
    OwnerKind.MEMBERSHIP,
)
_READS_ACCOUNTS: Final = "auth"


def settle_views(draft: Draft) -> None:
    """An entry for every view and materialized view, in name order."""
    views = draft.survey.catalog.views
    for view in views.values():
        if view.name not in draft.entries:
            _settle(draft, view, frozenset())


def _settle(draft: Draft, view: View, above: frozenset[Name]) -> None:
    views = draft.survey.catalog.views
    for read in view.reads:
        if read in views and read not in draft.entries and read not in above:
            _settle(draft, views[read], above | {view.name})
    named_open = OPEN & set(words(view.name.name))
    if named_open:
        draft.ask(view.name, "open-view", f"{min(named_open)} in its name may mean that everyone is to read it")
        return
    bases = [draft.entries[read] for read in view.reads if read in draft.entries]
    shown = {column.name for column in view.columns}
    owned = sorted((base for base in bases if base.kind in _STRICT), key=lambda base: _rank(base, shown))
    if owned:
        draft.settle(_like(view, owned[0], shown))
    elif any(read.schema == _READS_ACCOUNTS for read in view.reads):
        says = "it reads the table of accounts"
        draft.settle(
            Ownership(name=view.name, kind=OwnerKind.SERVICE, why=says, evidence=(says,), confidence=Confidence.MEDIUM)
        )
    elif bases and all(base.kind is OwnerKind.PUBLIC for base in bases) and len(bases) == len(view.reads):
        says = f"everything it reads is public: {_listed(base.name for base in bases)}"
        draft.settle(
            Ownership(name=view.name, kind=OwnerKind.PUBLIC, why=says, evidence=(says,), confidence=Confidence.MEDIUM)
        )
    elif any(base.kind is OwnerKind.SERVICE for base in bases):
        says = (
            f"it reads {_listed(base.name for base in bases if base.kind is OwnerKind.SERVICE)}, which is the server's"
        )
        draft.settle(
            Ownership(name=view.name, kind=OwnerKind.SERVICE, why=says, evidence=(says,), confidence=Confidence.LOW)
        )
    else:
        draft.ask(view.name, "ownerless", "what it reads leads to no person or tenant")


def _rank(base: Ownership, shown: set[str]) -> tuple[bool, int, Name]:
    """Owners whose columns the view shows first, then the nearest kind."""
    kind = base.base or base.kind
    return (not set(base.columns) <= shown, _STRICT.index(kind), base.name)


def _like(view: View, base: Ownership, shown: set[str]) -> Ownership:
    kind = base.base or base.kind
    through = kind in (OwnerKind.USER, OwnerKind.SELF, OwnerKind.TENANT) and set(base.columns) <= shown
    says = f"it reads {base.name}" + ("" if through else ", whose owner column it does not show")
    if kind is OwnerKind.MEMBERSHIP and set(base.columns) <= shown:
        through = True
    return Ownership(
        name=view.name,
        kind=base.kind if through or kind is OwnerKind.VIA else kind,
        columns=base.columns if through or (kind is OwnerKind.VIA and set(base.columns) <= shown) else (),
        base=base.base if through else None,
        tenant=base.tenant,
        membership=base.membership,
        parent=base.parent,
        parent_columns=base.parent_columns,
        condition=base.condition if through else None,
        evidence=(says, *base.evidence[:1]),
        confidence=base.confidence if through else Confidence.LOW,
    )


def _listed(names: Iterable[Name]) -> str:
    return ", ".join(str(name) for name in names)
