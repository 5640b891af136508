"""Flaws in policies, gathered into one finding a table and kind of access, so that a reader sees tables and not statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.detect.context import ROW_VERBS, STORAGE_OBJECTS, verbs_of
from assistant.detect.judge import judge, report
from assistant.domain.facts import Subject
from assistant.domain.matrix import Verb


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from assistant.detect.context import Context, Exposure
    from assistant.detect.judge import Judgement
    from assistant.detect.rule import Rule
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.domain.findings import Finding
    from assistant.domain.matrix import Cell

USING_VERBS = (Verb.SELECT, Verb.UPDATE, Verb.DELETE)
CHECK_VERBS = (Verb.INSERT, Verb.UPDATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One policy that says the wrong thing."""

    policy: PolicyRow
    """The policy."""
    verbs: tuple[Verb, ...]
    """The verbs it opens."""
    text: str = ""
    """The part of the predicate at fault."""
    columns: tuple[str, ...] = ()
    """Columns at fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The flaws of one table and one kind of access, judged."""

    table: Table
    flaws: tuple[Flaw, ...]
    access: str
    """``read`` or ``write``."""
    exposure: Exposure
    judgement: Judgement

    @property
    def verbs(self) -> tuple[Verb, ...]:
        """The verbs opened, in the order of the alphabet of SQL: select, insert, update, delete."""
        opened = {verb for flaw in self.flaws for verb in flaw.verbs}
        return tuple(verb for verb in ROW_VERBS if verb in opened)

    @property
    def who(self) -> str:
        """``Anyone on the internet``."""
        words = self.judgement.who(self.exposure)
        return words[0].upper() + words[1:]

    @property
    def can(self) -> str:
        """``Anyone on the internet can read and change rows of public.chats``."""
        return f"{self.who} can {self.judgement.does(self.verbs)} rows of {self.table.name}"

    @property
    def names(self) -> str:
        """``policy "a"`` or ``policies "a" and "b"``."""
        quoted = [f'"{name}"' for name in dict.fromkeys(flaw.policy.name for flaw in self.flaws)]
        return f"policy {quoted[0]}" if len(quoted) == 1 else f"policies {', '.join(quoted[:-1])} and {quoted[-1]}"

    @property
    def texts(self) -> str:
        """The parts at fault, joined."""
        return "; ".join(dict.fromkeys(flaw.text for flaw in self.flaws if flaw.text))


def predicates(policy: PolicyRow) -> Iterator[tuple[str, tuple[Verb, ...]]]:
    """Each predicate of a policy with the verbs it decides on (USING serves for new rows where there is no WITH CHECK)."""
    verbs = verbs_of(policy)
    if policy.using is not None:
        served = USING_VERBS if policy.check is not None else (*USING_VERBS, *CHECK_VERBS)
        yield policy.using, tuple(verb for verb in verbs if verb in served)
    if policy.check is not None:
        yield policy.check, tuple(verb for verb in verbs if verb in CHECK_VERBS)


def gather(
    context: Context,
    rule: Rule,
    flaws_of: Callable[[Table, PolicyRow], Iterable[Flaw]],
    say: Callable[[Group], tuple[str, str]],
    *,
    only: Callable[[Cell], bool] | None = None,
    storage: bool = False,
    access: str | None = None,
) -> Iterator[Finding]:
    """One finding for each table and kind of access of which some policy has a flaw.

    Args:
        context: the facts.
        rule: whose findings they are.
        flaws_of: the flaws of one policy; only permissive policies for guests and signed-in users are asked.
        say: title and detail of a group.
        only: which cells the rule is about.
        storage: look at ``storage.objects`` as well.
        access: ``read`` or ``write`` alone, both by default.
    """
    extra = [context.catalog.tables[STORAGE_OBJECTS]] if storage and STORAGE_OBJECTS in context.catalog.tables else []
    for table in (*context.tables(), *extra):
        if not table.rls:
            continue
        found = [flaw for policy in context.api_policies(table) for flaw in flaws_of(table, policy) if flaw.verbs]
        for kind in ("read", "write") if access is None else (access,):
            flaws = tuple(flaw for flaw in found if (flaw.policy.command == "select") is (kind == "read"))
            exposed = [(context.predicate_reach(table, flaw.policy), flaw) for flaw in flaws]
            if not exposed:
                continue
            exposure = min(reach for reach, _ in exposed)
            verbs = {verb for _, flaw in exposed for verb in flaw.verbs}
            if all(context.tamed(table, flaw.policy) for flaw in flaws):
                continue
            judgement = judge(context, table.name, verbs, exposure, only=only)
            if judgement is None:
                continue
            group = Group(table=table, flaws=flaws, access=kind, exposure=exposure, judgement=judgement)
            title, detail = say(group)
            yield report(
                rule,
                Subject(kind="table", name=str(table.name)),
                title,
                judgement,
                context.policy_place(flaws[0].policy),
                detail=detail,
                key=kind,
                policies=(flaw.policy.name for flaw in flaws),
                columns=(column for flaw in flaws for column in flaw.columns),
            )
