"""Which file a path without extension means: extensions, index files, ``.js`` written for ``.ts``, build output for its source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Container


EXTENSIONS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
_WRITTEN = {
    ".js": (".ts", ".tsx", ".jsx"),
    ".jsx": (".tsx", ".ts"),
    ".mjs": (".mts", ".ts"),
    ".cjs": (".cts", ".ts"),
    ".ts": (".tsx",),
}
_BUILT = re.compile(r"(^|/)(?:dist|build|lib|out|\.next|es|esm|cjs)(?:/(?:esm|cjs|es|types|src))?/")
_DECLARED = (".d.ts", ".d.mts", ".d.cts")


def joined(folder: str, specifier: str) -> str | None:
    """``folder/specifier`` with dots resolved; None when it leaves the repository."""
    parts = [] if not folder or specifier.startswith("/") else folder.split("/")
    for part in specifier.split("/"):
        if part in {"", "."}:
            continue
        if part == "..":
            if not parts:
                return None
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def folder_of(path: str) -> str:
    """Folder of a file, empty for the root."""
    return path.rpartition("/")[0]


def folders_up(path: str) -> tuple[str, ...]:
    """The folder of a file and those above it, nearest first; the root is the empty string."""
    out = []
    folder = folder_of(path)
    while folder:
        out.append(folder)
        folder = folder_of(folder)
    out.append("")
    return tuple(out)


def file_at(base: str | None, known: Container[str]) -> str | None:
    """The known file that ``base`` means; None when there is none."""
    if base is None:
        return None
    if base in known and base.endswith(EXTENSIONS):
        return base
    for extension in EXTENSIONS:
        if base + extension in known:
            return base + extension
    dot = base.rfind(".")
    for extension in _WRITTEN.get(base[dot:], ()) if dot > 0 else ():
        if base[:dot] + extension in known:
            return base[:dot] + extension
    prefix = f"{base}/index" if base else "index"
    for extension in EXTENSIONS:
        if prefix + extension in known:
            return prefix + extension
    return None


def source_at(package: str, target: str, known: Container[str]) -> str | None:
    """The file that a package's manifest names; when that is build output, the source it is most likely built from."""
    for ending in _DECLARED:
        if target.endswith(ending):
            target = target.removesuffix(ending)
            break
    found = file_at(joined(package, target), known)
    if found:
        return found
    for folder in ("src/", ""):
        swapped = _BUILT.sub(lambda match: match.group(1) + folder, target, count=1)  # noqa: B023  # called at once
        if swapped != target and (found := file_at(joined(package, swapped), known)):
            return found
    return None
