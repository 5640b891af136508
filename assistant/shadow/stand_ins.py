"""Stand-ins for extensions that the embedded server lacks: the functions and types migrations use, and no more.

They are installed as extensions of their names (``shims/extension``), so DO blocks, ``DROP EXTENSION`` and the catalog treat
them as such. ``rewrite`` mends the few ways of asking that only the original would understand. What needs the network
(dblink, postgres_fdw) has no stand-in on purpose: the server refuses it by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


BUNDLED: Final = frozenset({"plpgsql", "vector"})
"""Extensions that the embedded server has in the original."""

_EMPTY: Final = (
    # they change how fast something is found, how it is watched or tested, not who may see it
    "amcheck", "btree_gin", "btree_gist", "earthdistance", "hypopg", "index_advisor", "isn", "lo", "pg_buffercache",
    "pg_freespacemap", "pg_graphql", "pg_hashids", "pg_jsonschema", "pg_partman", "pg_prewarm", "pg_repack", "pg_tle",
    "pg_visibility", "pgaudit", "pgroonga", "pgrouting", "pgrowlocks", "pgsodium", "pgstattuple", "pgtap", "plpgsql_check",
    "plv8", "postgis_raster", "postgis_sfcgal", "postgis_tiger_geocoder", "postgis_topology", "refint", "rum", "seg",
    "sslinfo", "supabase_vault", "tcn", "timescaledb", "tsm_system_rows", "tsm_system_time", "wrappers", "xml2",
)  # fmt: skip

_HOMES: Final = {"pg_graphql": "graphql", "pgmq": "pgmq", "pgsodium": "pgsodium", "supabase_vault": "vault"}
"""Extensions that live in one schema whatever a migration asks for."""

_CREATE: Final = re.compile(
    r"""\s*create\s+extension\s+(?:if\s+not\s+exists\s+)?(?:"(?P<quoted>[^"]+)"|(?P<plain>[\w$-]+))(?P<rest>[^;]*);?\s*\Z""",
    re.IGNORECASE | re.DOTALL,
)
_UPDATE: Final = re.compile(
    r"""\s*alter\s+extension\s+(?:"(?P<quoted>[^"]+)"|(?P<plain>[\w$-]+))\s+update\b[^;]*;?\s*\Z""",
    re.IGNORECASE | re.DOTALL,
)
_SCHEMA: Final = re.compile(r"""\bschema\s+("[^"]+"|[\w$]+)""", re.IGNORECASE)
_COMMENT: Final = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """What to run instead of a statement about an extension."""

    extension: str
    """The extension it names."""
    sql: str
    """One statement that the shadow server understands."""
    replaced: bool
    """True when a stand-in takes its place (report it); False when the original is there."""


def rewrite(statement_text: str) -> StandIn | None:
    """The statement to run instead of one that creates or updates an extension; None for every other statement."""
    text = _COMMENT.sub(" ", statement_text)
    if match := _CREATE.match(text):
        name = match["quoted"] or match["plain"].lower()
        if name not in BUNDLED and name not in scripts():
            return None
        schema = _SCHEMA.search(match["rest"])
        where = f" SCHEMA {schema[1]}" if schema and name not in _HOMES and name != "plpgsql" else ""
        cascade = " CASCADE" if re.search(r"\bcascade\b", match["rest"], re.IGNORECASE) else ""
        # IF NOT EXISTS, because a platform has some of them from the start; no VERSION, because there is only one
        sql = f'CREATE EXTENSION IF NOT EXISTS "{name}"{where}{cascade}'
        return StandIn(extension=name, sql=sql, replaced=name not in BUNDLED)
    if match := _UPDATE.match(text):
        name = match["quoted"] or match["plain"].lower()
        if name in scripts() or name in BUNDLED:
            return StandIn(extension=name, sql="SELECT", replaced=name not in BUNDLED)
    return None


@cache
def scripts() -> Mapping[str, str]:
    """Stand-in name -> its SQL script."""
    found = dict.fromkeys(_EMPTY, "-- nothing that a policy could ask for\n")
    for path in files("assistant.shadow").joinpath("shims", "extension").iterdir():
        name, marker, _ = path.name.partition("--1.0.sql")
        if marker:
            found[name] = path.read_text("utf-8")
    return dict(sorted(found.items()))


def extension_files(installed: Path) -> Mapping[str, str]:
    """File name -> text of everything that goes into the server's extension folder.

    Args:
        installed: ``share/postgresql/extension`` of the server. Its ``vector`` is taken over as trusted, as every hosting
            platform has it, because the role that replays is not a superuser.
    """
    made = {}
    for name, script in scripts().items():
        control = ["default_version = '1.0'", "trusted = true", f"comment = 'stand-in for {name}'"]
        control.append(f"relocatable = {str('@ext' not in script and name not in _HOMES).lower()}")
        if home := _HOMES.get(name):
            control.append(f"schema = '{home}'")
        made[f"{name}.control"] = "\n".join(control) + "\n"
        made[f"{name}--1.0.sql"] = script
    if (installed / "vector.control").is_file():
        control_text = (installed / "vector.control").read_text("utf-8")
        version = re.search(r"default_version\s*=\s*'([^']+)'", control_text)
        if version:
            made["vector.control"] = control_text + "\ntrusted = true\n"
            made[f"vector--{version[1]}.sql"] = (installed / f"vector--{version[1]}.sql").read_text("utf-8")
    return made


_INDEX: Final = re.compile(
    r"(?P<head>\s*create\s+(?:unique\s+)?index\b.*?\bon\s+(?:only\s+)?[^\s(]+\s*)using\s+\w+\s*(?P<rest>\(.*)",
    re.IGNORECASE | re.DOTALL,
)
_CLASS: Final = re.compile(
    r"""\s+(?:"?\w+"?\.)?"?\w+_ops"?(?:\s*\([^()]*\))?(?=\s*(?:,|\)|asc\b|desc\b|nulls\b))""", re.IGNORECASE
)
_WITH: Final = re.compile(r"\bwith\s*\([^()]*\)", re.IGNORECASE)
_EXCLUDE: Final = re.compile(r"""(?:constraint\s+(?:"[^"]+"|\w+)\s+)?exclude\s+(?:using\s+\w+\s*)?\(""", re.IGNORECASE)
_ADD: Final = re.compile(r"\s*alter\s+table\b.*\badd\s*\Z", re.IGNORECASE | re.DOTALL)


def without_operator_class(statement_text: str) -> StandIn | None:
    """What to try when the server lacks an index's operator class (error 42704): the same index as a plain one.

    An exclusion constraint is left out of its table: it says which rows may stand side by side, not who may see them.
    Returns None when the statement is neither.
    """
    text = _COMMENT.sub(" ", statement_text)
    if match := _INDEX.match(text):
        rest = _WITH.sub(" ", _CLASS.sub("", match["rest"]))
        return StandIn(extension="index operator class", sql=match["head"] + rest, replaced=True)
    found = _EXCLUDE.search(text)
    if found is None:
        return None
    end = _closing(text, found.end())
    tail = text[end:]
    if where := re.match(r"\s*where\s*\(", tail, re.IGNORECASE):
        tail = tail[_closing(tail, where.end()) :]
    tail = re.sub(r"\A\s*(?:not\s+)?deferrable(?:\s+initially\s+\w+)?", "", tail, flags=re.IGNORECASE)
    head = text[: found.start()].rstrip()
    if _ADD.match(head):
        return StandIn(extension="exclusion constraint", sql="SELECT", replaced=True)
    sql = head.removesuffix(",") + tail if head.endswith(",") else head + tail.lstrip().removeprefix(",")
    return StandIn(extension="exclusion constraint", sql=sql, replaced=True)


def _closing(text: str, start: int) -> int:
    """Offset after the parenthesis that closes the one before ``start``; quotes are respected."""
    depth, quote = 1, ""
    for offset in range(start, len(text)):
        character = text[offset]
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        else:
            depth += (character == "(") - (character == ")")
            if not depth:
                return offset + 1
    return len(text)
