"""Read the operator's repository: its state in git, the SQL that rebuilds its database, and who hosts that.

Only reads. A file that cannot be read costs itself and a reason, never the rest; a folder that is no work tree is an error with a remedy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.choosing import Choice, choose
from assistant.collect.files import Tree, read_text, walk
from assistant.collect.hosting import dependencies, generated_types, has_text_subject, platform_of
from assistant.collect.layouts import Found, find_layouts
from assistant.collect.worktree import WorkTree, read_work_tree
from assistant.domain.errors import UsageError
from assistant.domain.replay import Layout, NotRead, Source
from assistant.domain.repository import Repository


if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def read_repository(path: Path, schema_file: Path | None = None) -> Repository:
    """Read the repository that holds ``path``.

    Args:
        path: the top of a work tree, or a folder inside one; when there are layouts below the folder, the others are set aside.
        schema_file: a schema to replay instead of everything else (``pg_dump --schema-only``), inside the repository or not.

    Raises:
        UsageError: ``path`` is not inside a work tree, or ``schema_file`` cannot be read.
        UnreachableError: git cannot be asked.
    """
    state = read_work_tree(path)
    tree = walk(state.root)
    if schema_file is not None:
        found, choice = Found(), Choice([_given(state.root, schema_file)], [], f"Replayed: {schema_file}, as asked.")
    else:
        found, choice = _chosen(tree, _below(path, state))
    return _repository(state, tree, found, choice)


def read_tree(tree: Tree, commit: str, below: str = "") -> Repository:
    """Read the files of a commit as if they were checked out.

    Args:
        tree: its files (``assistant.collect.deploys.committed``).
        commit: full hash.
        below: a folder relative to the top, ending with a slash: when there are layouts below it, the others are set aside.
    """
    found, choice = _chosen(tree, below)
    return _repository(WorkTree(tree.root, commit, None, ()), tree, found, choice)


def _chosen(tree: Tree, below: str) -> tuple[Found, Choice]:
    found = find_layouts(tree)
    _keep_below(found, below)
    return found, choose(found)


def _repository(state: WorkTree, tree: Tree, found: Found, choice: Choice) -> Repository:
    needs = dependencies(tree)
    sources = [source for layout in choice.layouts for source in layout.sources]
    return Repository(
        root=state.root,
        head=state.head,
        branch=state.branch,
        dirty=state.dirty,
        layouts=tuple(choice.layouts),
        not_read=tuple(sorted((*tree.not_read, *found.not_read), key=lambda one: (one.file, one.reason))),
        platform=platform_of(tree, needs, sources),
        text_subject=has_text_subject(needs, sources),
        generated_types=generated_types(tree),
        also_there=tuple(sorted(choice.also_there, key=lambda one: one.layout.root)),
        why=choice.why,
        exposed_schemas=_exposed_schemas(tree, choice.layouts),
    )


def _exposed_schemas(tree: Tree, layouts: Iterable[Layout]) -> tuple[str, ...]:
    """What ``config.toml`` beside the migrations says that the API serves; ``("public",)`` when there is none."""
    from assistant.collect.catalog import api_schemas

    served: dict[str, None] = {}
    for layout in layouts:
        config = "/".join((*layout.root.split("/")[:-1], "config.toml"))
        text = tree.text(config) if layout.kind.startswith("supabase") and config in tree.paths else None
        if isinstance(text, str):
            served |= dict.fromkeys(api_schemas(text))
    return tuple(served) or ("public",)


def _below(path: Path, state: WorkTree) -> str:
    """The folder that was asked for, relative to the top; empty for the top itself."""
    asked = path.resolve()
    if asked.is_file():
        asked = asked.parent
    relative = asked.relative_to(state.root.resolve()).as_posix() if asked.is_relative_to(state.root.resolve()) else "."
    return "" if relative == "." else f"{relative}/"


def _keep_below(found: Found, folder: str) -> None:
    """Narrow the layouts to a folder, if it has any."""
    inside = [layout for layout in found.layouts if f"{layout.root}/".startswith(folder)]
    if not folder or not inside:
        return
    for layout in found.layouts:
        if layout not in inside:
            found.not_read.append(NotRead(file=layout.root, reason=f"It lies outside {folder}, which was asked for."))
    found.layouts[:] = inside


def _given(root: Path, schema_file: Path) -> Layout:
    """The file of ``--schema`` as a layout of its own."""
    asked = schema_file if schema_file.is_absolute() or schema_file.exists() else root / schema_file
    file = asked.resolve()
    inside = file.is_relative_to(root.resolve())
    text = read_text(file.parent, file.name)
    if isinstance(text, NotRead):
        raise UsageError(
            f"{schema_file} cannot be used as a schema: {text.reason}",
            "Make one with `pg_dump --schema-only --file schema.sql`.",
        )
    name = file.relative_to(root.resolve()).as_posix() if inside else schema_file.as_posix()
    return Layout(kind="dump", root=name, sources=(Source(path=name, text=text),))
