"""Weaves the four clinic repositories from `parts/`: leaky and locked, membership by helper and by inline sub-select.

The parts hold each table once; `--- only leaky|locked|helper|inline` … `--- end` keep what differs beside each other,
so that a reader sees the leak and its cure in one place. Run it after an edit; a test refuses stale repositories.
"""

from __future__ import annotations

import re
from pathlib import Path


HERE = Path(__file__).parent
WORLDS = tuple((state, encoding) for state in ("leaky", "locked") for encoding in ("helper", "inline"))
MEMBERS = "select m.clinic_id from public.clinic_members m where m.user_id = @uid"
MAP = """\
[ownership."public.clinicians"]
kind = "public"
why = "the booking page shows who works in a clinic; the server writes here"
sensitive = ["private_phone"]
"""
CONFIG = 'project_id = "clinic"\n\n[api]\nschemas = ["public"]\n'


def weave(text: str, state: str, encoding: str) -> str:
    """The SQL of one migration in one of the four worlds."""
    kept: list[str] = []
    open_blocks: list[bool] = []
    for line in text.splitlines():
        if line.startswith("--- only "):
            open_blocks.append(line.removeprefix("--- only ") in (state, encoding))
        elif line == "--- end":
            open_blocks.pop()
        elif all(open_blocks):
            kept.append(line)
    woven = re.sub(r"^@(tenant|read|writes)\((\w+)\)$", _policies, "\n".join(kept), flags=re.MULTILINE)
    woven = re.sub(r"@(member|owner)\(([\w.]+)\)", lambda found: _membership(found, state, encoding), woven)
    woven = re.sub(r"@in\[(.*?)\]", lambda found: _among(found[1], state), woven, flags=re.DOTALL)
    woven = woven.replace("@uid", "auth.uid()" if state == "leaky" else "(select auth.uid())")
    return re.sub(r"\n{3,}", "\n\n", woven).strip() + "\n"


def repositories() -> dict[str, str]:
    """Every file of the four repositories: path relative to this folder, and its text."""
    files = {}
    for state, encoding in WORLDS:
        root = f"{state}-{encoding}/supabase"
        files[f"{state}-{encoding}/stanch.toml"] = MAP
        files[f"{root}/config.toml"] = CONFIG
        for part in sorted((HERE / "parts").glob("*.sql")):
            files[f"{root}/migrations/{part.name}"] = weave(part.read_text(encoding="utf-8"), state, encoding)
    return files


def _policies(found: re.Match[str]) -> str:
    """The everyday policies of a table whose rows belong to a clinic."""
    what, table = found.groups()
    head = f"on public.{table} for"
    clinic = "@member(clinic_id)"
    read = f'create policy "members read {table}" {head} select to authenticated\n  using ({clinic});'
    writes = (
        f'create policy "members add {table}" {head} insert to authenticated\n  with check ({clinic});',
        f'create policy "members edit {table}" {head} update to authenticated\n  using ({clinic}) with check ({clinic});',
        f'create policy "members delete {table}" {head} delete to authenticated\n  using ({clinic});',
    )
    return "\n".join({"read": (read,), "writes": writes, "tenant": (read, *writes)}[what])


def _membership(found: re.Match[str], state: str, encoding: str) -> str:
    """How a policy asks whether the caller belongs to the clinic in ``column``: everyday form leaky, fast form locked."""
    role, column = found.groups()
    if encoding == "helper":
        if state == "leaky":
            return f"private.{'is_member' if role == 'member' else 'is_clinic_owner'}({column})"
        return f"{column} = any (array(select private.{'my_clinic_ids' if role == 'member' else 'my_owned_clinic_ids'}()))"
    members = MEMBERS if role == "member" else f"{MEMBERS} and m.role = 'owner'"
    return f"{column} in ({members})" if state == "leaky" else f"{column} = any (array({members}))"


def _among(select: str, state: str) -> str:
    """A comparison with the rows of a sub-select: everyday form leaky, fast form locked."""
    return f"in ({select})" if state == "leaky" else f"= any (array({select}))"


if __name__ == "__main__":
    for relative, sql in repositories().items():
        target = HERE / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(sql, encoding="utf-8")
