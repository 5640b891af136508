"""The small functions policies ask: "which tenants are mine?", answered once a statement, in a schema the API does not serve.

SECURITY DEFINER on purpose: a policy that reads its own table, or two tables whose policies read each other, recurse for ever;
a function that runs as the tables' owner does not. It therefore pins an empty search_path, answers for the caller alone and is
executable by nobody but signed-in users. A function of the operator's with the same name is never replaced.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from assistant.domain.fixes import Statement
from assistant.domain.names import Name
from assistant.sql.names import ident, qualified
from assistant.sql.policy import role_list


if TYPE_CHECKING:
    from assistant.propose.ground import Ground

_LONGEST: Final = 63
_BODY_INDENT: Final = "  "


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """One helper function and what it needs."""

    name: Name
    """``private.my_organization_ids`` with its argument types."""
    create: str
    """CREATE OR REPLACE FUNCTION."""
    says: str
    """What it answers, for the comment."""
    indexes: tuple[tuple[Name, tuple[str, ...]], ...] = ()
    """Table and columns it filters on."""
    needs: tuple[Helper, ...] = ()
    """Helpers its body calls."""
    guests: bool = False
    """True when it answers what everyone may know, so that guests may call it too."""


@dataclass(slots=True, kw_only=True)
class Workshop:
    """Makes helpers, one for each purpose, and keeps their names apart."""

    ground: Ground
    """Catalog and map."""
    made: dict[tuple[str, ...], Helper] = field(default_factory=dict)
    """By purpose."""
    taken: set[str] = field(default_factory=set)
    """Bare names given out in this run."""

    @property
    def schema(self) -> str:
        """``private``, unless the API serves a schema of that name."""
        return "stanch_private" if "private" in self.ground.platform.exposed_schemas else "private"

    def make(
        self,
        purpose: tuple[str, ...],
        wish: str,
        *,
        arguments: tuple[tuple[str, str], ...] = (),
        returns: str,
        body: str,
        says: str,
        indexes: tuple[tuple[Name, tuple[str, ...]], ...] = (),
        needs: tuple[Helper, ...] = (),
        guests: bool = False,
    ) -> Helper:
        """The helper for a purpose, made on first use.

        Args:
            purpose: what it is for; the same purpose gives the same helper.
            wish: the bare name it would like.
            arguments: type and default (may be empty) of each argument; the body refers to them as $1, $2.
            returns: the RETURNS clause.
            body: one SQL query, every name qualified.
            says: one sentence for the comment.
            indexes: what the query filters on.
            needs: helpers the body calls.
            guests: whether guests may call it.
        """
        if purpose not in self.made:
            name = self._free_name(wish, tuple(kind for kind, _ in arguments), body)
            written = ", ".join(f"{kind} DEFAULT {default}" if default else kind for kind, default in arguments)
            tag = _tag(body)
            create = (
                f"CREATE OR REPLACE FUNCTION {ident(name.schema)}.{ident(name.name)}({written})\n"
                f"RETURNS {returns}\n"
                "LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''\n"
                f"AS {tag}\n{_BODY_INDENT}{body}\n{tag}"
            )
            self.made[purpose] = Helper(
                name=name, create=create, says=says, indexes=indexes, needs=needs, guests=guests
            )
        return self.made[purpose]

    def statements(self, helpers: tuple[Helper, ...]) -> tuple[Statement, ...]:
        """The schema and the helpers, in the order they need each other; empty for none."""
        if not helpers:
            return ()
        schema, ordered = ident(self.schema), _in_order(helpers)
        everyone = any(helper.guests for helper in ordered)
        reach = self.ground.client_roles if everyone else (self.ground.user_role,)
        first = [
            Statement(
                sql=f"CREATE SCHEMA IF NOT EXISTS {schema}",
                comment="Helper functions live in a schema that the API does not serve.",
            )
        ]
        if self.ground.user_role != "public":
            # an operator's own schema of that name may be open to PUBLIC for a reason: only usage is added
            first.append(Statement(sql=f"GRANT USAGE ON SCHEMA {schema} TO {role_list(reach)}"))
        for helper in ordered:
            first.append(Statement(sql=helper.create, comment=helper.says))
            first.extend(self._execute(helper))
        return tuple(first)

    def _execute(self, helper: Helper) -> tuple[Statement, ...]:
        """Nobody but the callers that need it may execute it, revoked by name: PUBLIC alone is not enough on Supabase."""
        user, name = self.ground.user_role, qualified(helper.name)
        if user == "public":
            return ()
        callers = self.ground.client_roles if helper.guests else (user,)
        others = ("public", *(role for role in self.ground.client_roles if role not in callers))
        return (
            Statement(sql=f"REVOKE ALL ON FUNCTION {name} FROM {role_list(others)}"),
            Statement(sql=f"GRANT EXECUTE ON FUNCTION {name} TO {role_list(callers)}"),
        )

    def undo(self, helpers: tuple[Helper, ...]) -> tuple[Statement, ...]:
        """Drop the helpers that did not exist before; the schema stays, it may hold something else by now."""
        return tuple(
            Statement(sql=f"DROP FUNCTION IF EXISTS {qualified(helper.name)}")
            for helper in reversed(_in_order(helpers))
            if helper.name not in self.ground.catalog.functions
        )

    def _free_name(self, wish: str, kinds: tuple[str, ...], body: str) -> Name:
        """The wished name, or one with a suffix when the operator (or another purpose) has it for something else."""
        short = wish if len(wish.encode()) <= _LONGEST else f"my_{hashlib.sha256(wish.encode()).hexdigest()[:12]}_rows"
        args = ",".join(kinds)
        for suffix in ("", "_of_caller", *(f"_{n}" for n in range(2, 1000))):
            bare = short[: _LONGEST - len(suffix)] + suffix
            name = Name(self.schema, bare, args)
            there = [
                one for key, one in self.ground.catalog.functions.items() if (key.schema, key.name) == name_of(name)
            ]
            if bare not in self.taken and all(one.body.strip() == body.strip() for one in there):
                self.taken.add(bare)
                return name
        raise AssertionError(wish)  # a thousand functions of one name


def name_of(name: Name) -> tuple[str, str]:
    """Schema and bare name, without the arguments."""
    return name.schema, name.name


def singular(word: str) -> str:
    """``organizations`` -> ``organization``, good enough for a function's name and never relied on for meaning."""
    lowered = word.lower()
    if lowered.endswith("ies") and len(word) > len("ties"):
        return word[:-3] + "y"
    if lowered.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if lowered.endswith("s") and not lowered.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _in_order(helpers: tuple[Helper, ...]) -> tuple[Helper, ...]:
    """Each helper once, after those it needs."""
    seen: dict[Name, Helper] = {}

    def visit(helper: Helper) -> None:
        for needed in helper.needs:
            visit(needed)
        seen.setdefault(helper.name, helper)

    for helper in helpers:
        visit(helper)
    return tuple(seen.values())


def _tag(body: str) -> str:
    """A dollar quote that the body cannot end early."""
    tag, n = "$stanch$", 1
    while tag in body:
        tag, n = f"$stanch{n}$", n + 1
    return tag
