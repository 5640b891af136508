"""Records what the repository was before anything changes: commit, working tree, and the hash of every schema file."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from assistant.domain.events import FactTaken
from assistant.engine.actions import begins
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Generator

    from assistant.domain.events import Happening
    from assistant.domain.repository import Repository
    from assistant.engine.actions import Context


@begins("preserve-evidence")
def begin(context: Context) -> Generator[Happening, None, str]:
    """Read the repository alone; no database is started."""
    from assistant.collect.repository import read_repository

    world, step = context.world, context.step.id
    world.progress("reading the repository")
    repository = read_repository(world.options.folder or world.root, world.options.schema_file)
    files = sum(len(layout.sources) for layout in repository.layouts)
    kept = world.evidence.put("repository", f"{files} schema files and the working tree", _listing(repository))
    yield FactTaken(
        step=step,
        says=f"{plural(files, 'schema file')} recorded at {repository.head[:12] or 'no commit'}",
        evidence=kept.id,
        data={"files": files, "layouts": [f"{layout.kind} {layout.root}" for layout in repository.layouts]},
    )
    if repository.branch is None and repository.head:
        yield FactTaken(step=step, says="the working tree is on no branch (detached HEAD)")
    if repository.dirty:
        yield FactTaken(
            step=step,
            says=f"uncommitted changes in {plural(len(repository.dirty), 'file')} are left as they are",
            data={"dirty": list(repository.dirty[:50])},
        )
    for left_out in repository.not_read[:50]:
        yield FactTaken(step=step, says=f"not read: {left_out.file}: {left_out.reason}")
    return f"{plural(files, 'schema file')} at {repository.head[:12] or 'no commit'}"


def _listing(repository: Repository) -> str:
    lines = [f"commit {repository.head or 'none'}", f"branch {repository.branch or 'none'}"]
    lines += [f"uncommitted {path}" for path in repository.dirty]
    for layout in repository.layouts:
        lines.append(f"layout {layout.kind} {layout.root}")
        for source in layout.sources:
            sha = hashlib.sha256(source.text.encode("utf-8", "surrogatepass")).hexdigest()
            lines.append(f"{sha}  {source.path}:{source.first_line}")
    lines += [f"not read {left.file}: {left.reason}" for left in repository.not_read]
    return "\n".join(lines) + "\n"
