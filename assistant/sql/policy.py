"""A row-level security policy as a value, and the statements around it.

sqlglot reads CREATE POLICY only as an opaque command, so the statement's head is written here and sqlglot is asked about the
predicates alone. Predicates are written as they were given: nothing that stanch did not build is ever reprinted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from assistant.domain.errors import UsageError
from assistant.sql.names import ident, qualified


if TYPE_CHECKING:
    from assistant.domain.catalog import PolicyRow
    from assistant.domain.names import Name

COMMANDS: Final = ("all", "select", "insert", "update", "delete")
KEYWORD_ROLES: Final = frozenset({"public", "current_user", "current_role", "session_user"})
"""Roles that are keywords in a TO clause: quoting them would name a role of that name instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What CREATE POLICY sets."""

    table: Name
    """The table it guards."""
    name: str
    """Policy name, unquoted."""
    command: str = "all"
    """all, select, insert, update or delete."""
    permissive: bool = True
    """PERMISSIVE (OR-ed with the others) or RESTRICTIVE (AND-ed)."""
    roles: tuple[str, ...] = ("public",)
    """Role names; ``public`` means everyone, guests included."""
    using: str | None = None
    """SQL predicate over existing rows, without outer parentheses of ours; None for INSERT."""
    check: str | None = None
    """SQL predicate over new rows; None for SELECT and DELETE, and where USING serves for both."""

    def __post_init__(self) -> None:
        """Refuse what PostgreSQL would refuse, before a migration is written.

        Raises:
            UsageError: unknown command, USING on INSERT, WITH CHECK on SELECT or DELETE, no role.
        """
        wrong = ""
        if self.command not in COMMANDS:
            wrong = f"{self.command} is not a policy command"
        elif self.command == "insert" and self.using is not None:
            wrong = "an INSERT policy has no USING"
        elif self.command in {"select", "delete"} and self.check is not None:
            wrong = f"a {self.command.upper()} policy has no WITH CHECK"
        elif not self.roles:
            wrong = "a policy needs at least one role"
        if wrong:
            raise UsageError(
                f"policy {self.name!r} on {self.table}: {wrong}.", "Correct the policy before it is written."
            )

    @classmethod
    def from_row(cls, row: PolicyRow) -> Policy:
        """The policy as the catalog holds it."""
        return cls(
            table=row.table,
            name=row.name,
            command=row.command,
            permissive=row.permissive,
            roles=row.roles or ("public",),
            using=row.using,
            check=row.check,
        )

    def with_roles(self, *roles: str) -> Policy:
        """The same policy for other roles."""
        return replace(self, roles=roles)

    def create(self) -> str:
        """CREATE POLICY, without the semicolon."""
        lines = [f"CREATE POLICY {ident(self.name)} ON {qualified(self.table)}"]
        if not self.permissive:
            lines.append("  AS RESTRICTIVE")
        lines += [f"  FOR {self.command.upper()}", f"  TO {role_list(self.roles)}"]
        lines += self._predicates()
        return "\n".join(lines)

    def alter(self) -> str:
        """ALTER POLICY that sets roles and predicates; command and PERMISSIVE cannot be altered, only re-created."""
        lines = [f"ALTER POLICY {ident(self.name)} ON {qualified(self.table)}", f"  TO {role_list(self.roles)}"]
        lines += self._predicates()
        return "\n".join(lines)

    def drop(self) -> str:
        """DROP POLICY IF EXISTS, without the semicolon."""
        return drop_policy(self.table, self.name)

    def normal(self) -> Policy:
        """The policy in a form that compares equal however its predicates were written (see ``predicate.normal``)."""
        from assistant.sql.predicate import normal

        return replace(
            self,
            roles=tuple(sorted(set(self.roles))),
            using=None if self.using is None else normal(self.using),
            check=None if self.check is None else normal(self.check),
        )

    def _predicates(self) -> list[str]:
        lines = []
        if self.using is not None:
            lines.append(f"  USING ({self.using})")
        if self.check is not None:
            lines.append(f"  WITH CHECK ({self.check})")
        return lines


def same(one: Policy, other: Policy) -> bool:
    """True when both policies say the same about the same table, whatever their names and spelling."""
    return replace(one, name="").normal() == replace(other, name="").normal()


def role_list(roles: tuple[str, ...]) -> str:
    """The roles of a TO, GRANT or REVOKE clause."""
    return ", ".join(role.upper() if role in KEYWORD_ROLES else ident(role) for role in roles)


def create_policy(policy: Policy) -> str:
    """CREATE POLICY, without the semicolon."""
    return policy.create()


def alter_policy(policy: Policy) -> str:
    """ALTER POLICY … TO … USING … WITH CHECK, without the semicolon."""
    return policy.alter()


def drop_policy(table: Name, name: str) -> str:
    """DROP POLICY IF EXISTS, without the semicolon."""
    return f"DROP POLICY IF EXISTS {ident(name)} ON {qualified(table)}"


def enable_rls(table: Name) -> str:
    """ALTER TABLE … ENABLE ROW LEVEL SECURITY."""
    return f"ALTER TABLE {qualified(table)} ENABLE ROW LEVEL SECURITY"


def disable_rls(table: Name) -> str:
    """ALTER TABLE … DISABLE ROW LEVEL SECURITY: only ever in an undo."""
    return f"ALTER TABLE {qualified(table)} DISABLE ROW LEVEL SECURITY"


def force_rls(table: Name) -> str:
    """ALTER TABLE … FORCE ROW LEVEL SECURITY: where the application connects as the table's owner."""
    return f"ALTER TABLE {qualified(table)} FORCE ROW LEVEL SECURITY"
