"""Which findings and which leaking cells belong to which object: the input of every proposal, sorted by object.

A two-step leak belongs to the table whose row was written first: that is where the hole is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from assistant.domain.matrix import Verdict


if TYPE_CHECKING:
    from assistant.domain.catalog import Catalog
    from assistant.domain.findings import Finding
    from assistant.domain.matrix import Cell, Matrix
    from assistant.domain.names import Name

TIDY_RULES: Final = frozenset({"no-to-clause", "slow-policy-shape", "unindexed-policy-column"})
"""Rules whose remedy keeps the policy and says it better."""
COLUMN_RULES: Final = frozenset({"sensitive-column-readable"})
"""Rules about what a row shows to those who may read it."""
_NOT_THE_POLICY: Final = COLUMN_RULES | {"privileged-column-writable", "policy-without-rls", "rls-off"}
"""Rules that name policies which are not at fault themselves."""
_NEVER_MEANT: Final = frozenset(
    {
        "captured-column-name",
        "membership-self-insert",
        "missing-join-to-row",
        "missing-setting-admits-all",
        "null-owner",
        "policy-named-for-service-role",
        "recursion",
        "tautology",
        "tenant-pointer-writable",
        "two-step-leak",
        "user-metadata",
        "write-without-owner-binding",
    }
)
"""Rules whose finding is no design even where no attack showed it; any other suspicion leaves its policy alone."""
_AUTHORITY_COMMANDS: Final = ("insert", "update")
"""How a row that a policy trusts comes to say what an attacker wants."""


@dataclass(slots=True, kw_only=True)
class Case:
    """Everything held against one object."""

    findings: list[Finding] = field(default_factory=list)
    """Findings about it, its policies or its columns."""
    cells: list[Cell] = field(default_factory=list)
    """Leaks of the object itself."""
    first_steps: list[Cell] = field(default_factory=list)
    """Leaks of other tables that began with a write to this one."""

    def commands(self, *, strict: bool = False) -> frozenset[str]:
        """Commands whose policies leak by execution; with ``strict`` those reached in two steps or by columns too."""
        direct = {
            cell.verb.value
            for cell in self.cells
            if strict or (cell.through is None and not _by_column(cell) and not self._shown(cell))
        }
        return frozenset(direct | (set(_AUTHORITY_COMMANDS) if self.first_steps else set()))

    def _shown(self, cell: Cell) -> bool:
        """The row is public and only a column of it is not: the column's grant is the hole, not the policy."""
        rules = {finding.rule for finding in self.findings if cell.key in finding.cells}
        return bool(rules) and rules <= COLUMN_RULES

    @property
    def shows_columns(self) -> frozenset[str]:
        """Columns that readable rows show and should not, where nothing else is held against reading."""
        return frozenset(
            column
            for cell in self.cells
            if cell.verb.value == "select" and cell.through is None and self._shown(cell)
            for finding in self.findings
            if cell.key in finding.cells
            for column in finding.columns
        )

    @property
    def policies(self) -> frozenset[str]:
        """Policies that findings hold to be at fault."""
        return frozenset(
            name
            for finding in self.findings
            if finding.rule in _NEVER_MEANT or (finding.executed and finding.rule not in _NOT_THE_POLICY)
            for name in finding.policies
        )

    @property
    def variants(self) -> frozenset[str]:
        """Forms of the attacks that worked."""
        return frozenset(part for cell in self.cells for part in cell.variant.split("/"))

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Fingerprints of the findings, sorted, each once."""
        return tuple(sorted({finding.fingerprint for finding in self.findings}))

    @property
    def rules(self) -> frozenset[str]:
        """Rules that speak against it."""
        return frozenset(finding.rule for finding in self.findings)

    def raised(self, command: str) -> frozenset[str]:
        """Columns that a user could raise for themselves with that command."""
        return frozenset(
            column for cell in self.cells if cell.verb.value == command and _by_column(cell) for column in cell.columns
        )


def _by_column(cell: Cell) -> bool:
    """A user raises a column of a row they may write."""
    return cell.kind == "column" or "raise" in cell.variant.split("/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Docket:
    """All cases of one run."""

    tables: dict[Name, Case]
    """By table, policies and columns included; ``storage.objects`` stands for policies on storage."""
    tidy: dict[Name, list[Finding]]
    """By table, findings that expose nothing by themselves: a missing index, a slow shape, a missing TO clause."""
    others: dict[str, Case]
    """By subject as findings print it (``view public.v``, ``function …``, ``bucket …``, ``schema …``)."""


def open_docket(
    catalog: Catalog, findings: tuple[Finding, ...], matrix: Matrix | None, strict: frozenset[str] = frozenset()
) -> Docket:
    """Sort findings and leaks by the object they belong to."""
    homes = _homes(catalog)
    docket = Docket(tables={}, tidy={}, others={})
    for finding in findings:
        home = homes.get(finding.subject.name)
        if is_tidy(finding) and home is not None:
            docket.tidy.setdefault(home, []).append(finding)
            continue
        _case(docket, homes, finding.subject.kind, finding.subject.name).findings.append(finding)
    for cell in matrix.cells if matrix is not None else ():
        if cell.verdict is not Verdict.LEAKS:
            continue
        about = bucket_of(cell, catalog) if cell.kind == "bucket" else cell.object
        _case(docket, homes, cell.kind, about).cells.append(cell)
        if cell.through is not None and cell.through in catalog.tables:
            docket.tables.setdefault(cell.through, Case()).first_steps.append(cell)
    for name in [name for name in docket.tables if str(name) not in strict]:
        _move_two_steps(docket, name)
    return docket


def bucket_of(cell: Cell, catalog: Catalog) -> str:
    """The bucket an attack on storage was about: named in its columns, its variant or its object."""
    known = {bucket.id for bucket in catalog.buckets}
    told = (
        *cell.columns,
        *cell.variant.split("/"),
        cell.object.removeprefix("storage.objects/").removeprefix("storage."),
    )
    return f"storage.{next((one for one in told if one in known), told[-1])}"


def _move_two_steps(docket: Docket, name: Name) -> None:
    """What is reached only by writing another table first is that table's finding."""
    case = docket.tables[name]
    steps = {cell.key: cell.through for cell in case.cells if cell.through in docket.tables}
    all_in_two = bool(steps) and len(steps) == len(case.cells)
    kept: list[Finding] = []
    for finding in case.findings:
        through = {steps[key] for key in finding.cells if key in steps}
        if not finding.cells and all_in_two:
            through = set(steps.values())
        for table in through - {None, name}:
            docket.tables[table].findings.append(finding)
        if not through or any(key not in steps for key in finding.cells):
            kept.append(finding)
    case.findings[:] = kept


def is_tidy(finding: Finding) -> bool:
    """The finding is about tidiness or speed: what it names must not be dropped for it."""
    if finding.executed or finding.cells:
        return False
    return finding.rule in TIDY_RULES


def _case(docket: Docket, homes: dict[str, Name], kind: str, name: str) -> Case:
    home = homes.get(name)
    if home is not None and kind not in {"bucket", "view", "matview", "function"}:
        return docket.tables.setdefault(home, Case())
    return docket.others.setdefault(f"{kind} {name}", Case())


def _homes(catalog: Catalog) -> dict[str, Name]:
    """Every name a finding may use for a table, a policy or a column, to the table: names are looked up, never parsed."""
    homes: dict[str, Name] = {}
    for name, table in catalog.tables.items():
        for policy in table.policies:
            homes[f"{name}: {policy.name}"] = name
        for column in table.columns:
            homes[f"{name}.{column.name}"] = name
    homes.update({str(name): name for name in catalog.tables})
    return homes
