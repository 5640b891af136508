"""Two helpers, so that a test of a codemod is what stood there, what stands there now, and nothing else."""

from __future__ import annotations

from textwrap import dedent

from assistant.text.edits import apply_hunks, moved, moved_end
from codemods.registry import change
from codemods.target import Edits, Needed, Refusal, Target


def target_of(text: str, at: str, path: str, facts: dict[str, str], needs: tuple[Needed, ...]) -> Target:
    """The place of ``at`` (first occurrence) in the last function of the text that holds it."""
    source = text.encode()
    start = source.index(at.encode()) if at else 0
    function = max(
        source.rfind(b"async ", 0, start + 1),
        source.rfind(b"function ", 0, start + 1),
        source.rfind(b"def ", 0, start + 1),
        0,
    )
    return Target(path, (function, len(source)), (start, start + len(at.encode())), facts, needs)


def check_edited(
    name: str,
    before: str,
    after: str,
    at: str = "",
    /,
    *,
    path: str = "app/api/x/route.ts",
    needs: tuple[Needed, ...] = (),
    **facts: str,
) -> None:
    """The codemod turns ``before`` into ``after``, and then finds nothing more to do."""
    before, after = dedent(before).lstrip("\n"), dedent(after).lstrip("\n")
    target = target_of(before, at, path, facts, needs)
    answer = change(name, before.encode(), target)
    assert isinstance(answer, Edits), answer
    edited = apply_hunks(before.encode(), answer.hunks)
    assert edited.decode() == after
    places = [
        (moved(place[0], answer.hunks), moved_end(place[1], answer.hunks)) for place in (target.function, target.at)
    ]
    again = change(name, edited, target._replace(function=places[0], at=places[1]))
    assert again == Edits(()), again
    assert all(hunk.says for hunk in answer.hunks)


def check_refused(
    name: str,
    text: str,
    words: str,
    at: str = "",
    /,
    *,
    path: str = "app/api/x/route.ts",
    needs: tuple[Needed, ...] = (),
    **facts: str,
) -> None:
    """The codemod does nothing and says why."""
    text = dedent(text).lstrip("\n")
    answer = change(name, text.encode(), target_of(text, at, path, facts, needs))
    assert isinstance(answer, Refusal), answer
    assert words in answer.reason
