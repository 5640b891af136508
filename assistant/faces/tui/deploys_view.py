"""The ranked commits as cells of text: a symbol and a word for how much speaks against each, and columns that fit the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.engine.lookback import SHORT, called, live
from assistant.text.plural import plural
from assistant.text.screen import screen


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.domain.deploys import Suspect
    from assistant.engine.deploys import Told

LIKELY, MAYBE, FAINT, NOTHING = "✗ likely", "? maybe", "· faint", "  nothing"
STYLE: Final = {LIKELY: "bold red", MAYBE: "yellow", FAINT: "", NOTHING: "dim"}
LEGEND: Final = (
    "✗ brought what leaks · ? may have · · a hint in the lines · date?: committed, nothing says when it went live"
)
_LIKELY_FROM, _MAYBE_FROM = 5.0, 1.5
"""A finding of severity high that nothing but the code shows weighs 5.25; a hint in the lines seldom more than 1.5."""
_FULL, _MIDDLE = 110, 76
_RANK, _WORD, _DAY, _MINUTE, _WHO, _DEPLOY = 3, 9, 11, 17, 16, 18
_PADDING = 2


def word(score: float) -> str:
    """How much speaks against a commit."""
    if score >= _LIKELY_FROM:
        return LIKELY
    if score >= _MAYBE_FROM:
        return MAYBE
    return FAINT if score > 0 else NOTHING


def columns_for(width: int) -> tuple[tuple[str, int], ...]:
    """Columns of the table and their widths on a screen of ``width`` columns; the narrowest shows rank, word, day and reason."""
    columns = [("#", _RANK), ("score", _WORD)]
    if width >= _FULL:
        columns += [("live (UTC)", _MINUTE), ("with", _DEPLOY), ("who", _WHO)]
    elif width >= _MIDDLE:
        columns += [("live", _DAY), ("who", _WHO)]
    else:
        columns += [("live", _DAY)]
    taken = sum(size + _PADDING for _, size in columns)
    # the scroll bar and the border of the screen take what is left
    return (*columns, ("why it counts", max(10, width - taken - _PADDING - 2)))


def cell(rank: int, suspect: Suspect, column: str, width: int) -> str:
    """The text of one cell; what a person wrote is shown as it reads."""
    deploy, commit = live(suspect), suspect.commit
    at, doubt = (deploy.at, "") if deploy is not None else (commit.at, "?")
    match column:
        case "#":
            return str(rank)
        case "score":
            return word(suspect.score)
        case "live":
            return f"{at:%Y-%m-%d}{doubt}"
        case "live (UTC)":
            return f"{at:%Y-%m-%d %H:%M}{doubt}"
        case "with":
            return _cut(called(deploy) or "-", width)
        case "who":
            return _cut(commit.author or "-", width)
        case _:
            return _cut(suspect.reasons[0].says if suspect.reasons else "nothing that stanch can see", width)


def summary(told: Told) -> str:
    """The denominator: how many commits, of which window, and how many did something."""
    ranking = told.ranking
    counting = sum(suspect.score > 0 for suspect in ranking.suspects)
    missing = len(ranking.window.shortcomings) + len(ranking.not_compared)
    says = f"{plural(len(ranking.suspects), 'commit')} ({ranking.window.why}): {counting} did something to access."
    return f"{says} Not seen: {plural(missing, 'thing')}, told below." if missing else says


def unseen(told: Told) -> str:
    """What is live, and what the list does not know."""
    standing = told.standing
    parts = [f"{standing.says} {standing.remedy}".strip(), *told.remarks]
    parts += [f"Not seen: {says}" for says in (*told.ranking.window.shortcomings, *told.ranking.not_compared)]
    return "\n".join(parts)


def under(suspect: Suspect) -> str:
    """What the pane below the table says of a commit."""
    commit = suspect.commit
    lines = [f"{commit.sha[:SHORT]} {commit.subject}"]
    lines += [f"{reason.kind}: {reason.says}{_place(reason.file, reason.line)}" for reason in suspect.reasons]
    return "\n".join(lines)


def about(suspect: Suspect) -> str:
    """Everything that is known of a commit before its hunks."""
    commit = suspect.commit

    lanes = ", ".join(lane.value for lane in commit.lanes()) or "nothing that counts"
    lines = [
        f"{commit.author} <{commit.email}>, {commit.at:%Y-%m-%d %H:%M} UTC; {lanes}",
        called_or_pushed(suspect),
        f"{word(suspect.score).strip()} ({suspect.score:.2f})" + (", because:" if suspect.reasons else ""),
        *(
            f"{n}. {reason.kind}: {reason.says}{_place(reason.file, reason.line)}"
            for n, reason in enumerate(suspect.reasons, 1)
        ),
    ]
    return "\n".join(lines)


def called_or_pushed(suspect: Suspect) -> str:
    """When it went live, a sentence."""
    deploys = [one for one in suspect.deploys if one.source not in {"push", "merge"}]
    if not deploys:
        return "Nothing says when it went live: give the host's list of deployments, `stanch deploys --help`."
    return "\n".join(f"Live with {called(one)} since {one.at:%Y-%m-%d %H:%M} UTC. {one.url}".strip() for one in deploys)


def shown(suspects: Sequence[Suspect], *, only_counting: bool) -> tuple[tuple[int, Suspect], ...]:
    """Rank and commit of the rows of the table."""
    ranked = tuple(enumerate(suspects, 1))
    return tuple(one for one in ranked if one[1].score > 0) if only_counting else ranked


def _place(file: str, line: int) -> str:
    return f" ({file}:{line})" if file and line else f" ({file})" if file else ""


def _cut(text: str, width: int) -> str:
    text = screen(text)
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"
