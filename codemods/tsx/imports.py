"""Imports: added after the last one, merged into an existing import of the same module, never twice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.domain.fixes import Hunk
from codemods.tsx.style import line_end
from codemods.tsx.tree import field, string, text, walk


if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from codemods.target import Needed
    from codemods.tsx.style import Style

_ENDS: Final = re.compile(r"\.(?:[cm]?[jt]sx?|json|css|vue|svelte)$")


def bound_names(root: Node) -> dict[str, tuple[str, str]]:
    """Local names of the file's value imports, with module and exported name."""
    out: dict[str, tuple[str, str]] = {}
    for one in _imports(root):
        module = string(field(one, "source")) or ""
        for local, name, type_only in _bindings(one):
            if not type_only:
                out[local] = (module, name)
    return out


def top_names(root: Node) -> frozenset[str]:
    """Every name that is declared or imported at the top of the file."""
    out = {local for one in _imports(root) for local, _, _ in _bindings(one)}
    for one in root.named_children:
        shown = field(one, "declaration") or one
        if shown.type in {"lexical_declaration", "variable_declaration"}:
            # what stands inside of a value (a router with all its handlers) has names of its own
            names = [field(each, "name") for each in shown.named_children]
            out |= {
                text(node)
                for name in names
                if name is not None
                for node in walk(name)
                if node.type in {"identifier", "shorthand_property_identifier_pattern"}
            }
        elif (name := field(shown, "name")) is not None:
            out.add(text(name))
    return frozenset(out)


def add_imports(root: Node, source: bytes, style: Style, needs: Iterable[Needed]) -> tuple[Hunk, ...] | None:
    """Hunks that bring the bindings in; None when a name is already taken by something else."""
    have = bound_names(root)
    taken = top_names(root)
    missing: dict[str, list[Needed]] = {}
    ending = _ending(root)
    for plain in needs:
        need = plain._replace(module=_as_spelled(plain.module, ending))
        if not need.name:
            if not any(string(field(one, "source")) == need.module for one in _imports(root)):
                missing.setdefault(need.module, []).append(need)
        elif (found := have.get(need.bound)) is not None:
            if found[1] != need.name and found[0] != need.module:
                return None
        elif need.bound in taken:
            return None
        elif need not in missing.get(need.module, []):
            missing.setdefault(need.module, []).append(need)
    hunks: list[Hunk] = []
    lines: list[str] = []
    for module, wanted in missing.items():
        merged = _merged(root, style, module, wanted)
        if merged is None:
            lines += _lines(style, module, wanted)
        else:
            hunks.append(merged)
    if lines:
        hunks.append(_after_last(root, source, style, lines))
    return tuple(sorted(hunks, key=lambda hunk: hunk.at))


def _ending(root: Node) -> str:
    """``.js`` where the file names the extension of every module beside it, as modules that Node.js runs by itself have to; empty elsewhere."""
    beside = [said for one in _imports(root) if (said := string(field(one, "source")) or "").startswith(".")]
    ends = {found[0] if (found := _ENDS.search(said)) else "" for said in beside}
    return ends.pop() if len(ends) == 1 else ""


def _as_spelled(module: str, ending: str) -> str:
    """A module beside the file with the extension that its other imports have."""
    code = re.fullmatch(r"\.[cm]?[jt]sx?", ending) is not None
    return f"{module}{ending}" if code and re.match(r"\.\.?/", module) and not _ENDS.search(module) else module


def _imports(root: Node) -> list[Node]:
    return [one for one in root.named_children if one.type == "import_statement"]


def _bindings(statement: Node) -> list[tuple[str, str, bool]]:
    """Local name, exported name, type only."""
    whole_type = text(statement).startswith("import type")
    clause = next((one for one in statement.named_children if one.type == "import_clause"), None)
    out: list[tuple[str, str, bool]] = []
    for one in clause.named_children if clause is not None else ():
        if one.type == "identifier":
            out.append((text(one), "default", whole_type))
        elif one.type == "namespace_import":
            out.append((text(one.named_children[-1]), "*", whole_type))
        elif one.type == "named_imports":
            for item in one.named_children:
                if item.type == "import_specifier":
                    name = text(field(item, "name"))
                    alias = field(item, "alias")
                    is_type = whole_type or text(item).startswith("type ")
                    out.append((text(alias) if alias is not None else name, name, is_type))
    return out


def _merged(root: Node, style: Style, module: str, wanted: list[Needed]) -> Hunk | None:
    """One hunk that adds the names to an existing value import of the module; None when there is none to add to."""
    if any(need.name in {"default", "*", ""} for need in wanted):
        return None
    for one in _imports(root):
        if string(field(one, "source")) != module or text(one).startswith("import type"):
            continue
        listed = next((node for node in walk(one) if node.type == "named_imports"), None)
        items = [node for node in listed.named_children if node.type == "import_specifier"] if listed else []
        if not items:
            continue
        last = items[-1]
        words = [need.name if need.bound == need.name else f"{need.name} as {need.bound}" for need in wanted]
        if last.start_point.row != (listed.start_point.row if listed else 0):
            lead = b"\n" + b" " * last.start_point.column
            first = (one.text or b"")[: last.start_byte - one.start_byte]
            tab = first.endswith(b"\t" * max(1, last.start_point.column))
            gap = style.eol + ("\t" * last.start_point.column if tab else lead[1:].decode())
            put = "".join(f",{gap}{word}" for word in words)
        else:
            put = "".join(f", {word}" for word in words)
            if listed is not None and len(text(one)) + len(put) > style.width:
                return _broken(style, listed, [*(text(item) for item in items), *words], module)
        return Hunk(at=last.end_byte, end=last.end_byte, text=put, says=f"Import from {module}.", supports=True)
    return None


def _broken(style: Style, listed: Node, words: list[str], module: str) -> Hunk:
    """The whole list, one name a line: on one line it would be too wide."""
    body = "".join(f"{style.eol}{style.indent}{word}," for word in words)
    return Hunk(
        at=listed.start_byte,
        end=listed.end_byte,
        text=f"{{{body}{style.eol}}}",
        says=f"Import from {module}.",
        supports=True,
    )


def _lines(style: Style, module: str, wanted: list[Needed]) -> list[str]:
    source = style.quoted(module)
    named = [need.name if need.bound == need.name else f"{need.name} as {need.bound}" for need in wanted]
    named = [word for need, word in zip(wanted, named, strict=True) if need.name not in {"default", "*", ""}]
    out = []
    for need in wanted:
        if need.name == "default":
            out.append(f"import {need.bound} from {source}{style.semicolon}")
        elif need.name == "*":
            out.append(f"import * as {need.bound} from {source}{style.semicolon}")
        elif not need.name:
            out.append(f"import {source}{style.semicolon}")
    if named:
        out.append(f"import {style.braces(', '.join(named))} from {source}{style.semicolon}")
    return out


def _after_last(root: Node, source: bytes, style: Style, lines: list[str]) -> Hunk:
    """New import lines after the last import; without one, below directives and a leading comment."""
    body = style.eol.join(lines) + style.eol
    says = "Import " + ", ".join(line.rsplit(" ", 1)[-1].strip("\"';") for line in lines) + "."
    found = _imports(root)
    if found:
        at = line_end(source, found[-1].end_byte)
        if not source[:at].endswith(b"\n"):
            body = style.eol + body
        return Hunk(at=at, end=at, text=body, says=says, supports=True)
    at = 0
    for one in root.named_children:
        is_directive = one.type == "expression_statement" and string(one.named_children[0]) is not None
        if one.type not in {"comment", "hash_bang_line"} and not is_directive:
            break
        if (
            one.type == "comment"
            and one.start_byte > 0
            and not is_directive
            and at == 0
            and b"\n\n" in source[: one.start_byte]
        ):
            break
        at = line_end(source, one.end_byte) if one.type != "comment" or _apart(source, one) else at
    gap = "" if not source[at:].strip() or source[at : at + 1] in b"\r\n" else style.eol
    before = style.eol if at and not source[:at].endswith((b"\n\n", b"\r\n\r\n")) else ""
    return Hunk(at=at, end=at, text=before + body + gap, says=says, supports=True)


def _apart(source: bytes, comment: Node) -> bool:
    """True when an empty line follows a comment: it belongs to the file and not to what comes next."""
    rest = source[comment.end_byte : comment.end_byte + 4]
    return rest.startswith((b"\n\n", b"\r\n\r\n"))


def first_import(root: Node) -> Node | None:
    """The first import statement."""
    return next(iter(_imports(root)), None)
