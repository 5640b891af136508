"""The incident's runbook as Markdown: a print of the journal, redacted before it comes here, the same for the same journal.

Names and words in it were written by others: whatever could turn into a link, an image, HTML or a heading is escaped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from assistant.domain.events import (
    CauseNamed,
    Decided,
    FactTaken,
    FixProposed,
    Noted,
    Opened,
    Proved,
    StepStarted,
)
from assistant.text.screen import screen
from assistant.write.exposure import discovered, exposures
from assistant.write.telling import told


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jinja2 import Environment

    from assistant.domain.events import Event, Happening, Incident
    from assistant.domain.playbook import Playbook

TEMPLATE = "runbook.md.j2"

_SPECIAL = re.compile(r"[\\`*{}\[\]!|~$@#]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
# an underscore within a word means nothing, and names of tables are full of them
_SCHEME = re.compile(r"(?<=[A-Za-z0-9+.-]):(?=\S)")
_AT_START = re.compile(r"^(?=[-+=])|^(\d{1,9})(?=[.)])")
_UNTESTED = "untested"
WAY_OUT = "hotfix-or-rollback"
"""Step whose facts fill the section of that name."""
WAYS = ("roll back", "patch")
"""Beginnings of its facts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookFacts:
    """What a runbook needs beside the incident itself; all of it from the case file."""

    playbook: Playbook
    """The playbook of the incident."""
    head: tuple[int, str]
    """Number and hash of the last event: whoever holds the journal can check the print against it."""
    leaks: Sequence[Mapping[str, Any]] = ()
    """The records of the attack step's evidence, worst first; empty when no attack ran."""
    people: Mapping[str, str] = field(default_factory=dict)
    """Who made a commit, by its full hash, when somebody asked for the names; pseudonyms stand for the others."""
    shown: int = 25
    """Objects whose worst leak is printed with its witness; the rest is one line each."""


def runbook(incident: Incident, facts: RunbookFacts) -> str:
    """Markdown of the incident as it stands.

    Returns:
        One document that ends with a line feed and depends on nothing but its arguments.
    """
    happenings = [event.what for event in incident.events]
    grouped = _by_object(facts.leaks)
    titles = {step.id: step.title for step in facts.playbook.steps}
    rendered = (
        _environment()
        .get_template(TEMPLATE)
        .render(
            incident=incident,
            playbook=facts.playbook,
            head=facts.head,
            opened=next(what for what in happenings if isinstance(what, Opened)),
            timeline=[line for event in incident.events if (line := _line(event, titles))],
            steps=[(titles.get(view.id, view.id), view) for view in incident.steps],
            leaks=grouped[: facts.shown],
            other_leaks=grouped[facts.shown :],
            weighed=_unique(what.says for what in happenings if isinstance(what, FactTaken) and "cause" in what.data),
            numbers=_latest_data(happenings, "cells"),
            replayed=_latest_data(happenings, "statements"),
            seeded=_latest_data(happenings, "seeded"),
            exposures=exposures(incident, facts.people),
            discovered=discovered(incident),
            ways_out=_ways_out(incident),
            way_out=_answer(incident, "way-out"),
            causes=_unique(what for what in happenings if isinstance(what, CauseNamed)),
            fixes=_unique(what for what in happenings if isinstance(what, FixProposed)),
            proofs=[what for what in happenings if isinstance(what, Proved)],
            untested=_unique(
                what.says for what in happenings if isinstance(what, FactTaken) and _UNTESTED in what.data
            ),
            gaps=_gaps(happenings),
            questions=_unique(what for what in happenings if isinstance(what, FactTaken) and "question" in what.data),
            answers=_answers(incident, facts.playbook),
            notes=[(event.at, event.by, event.what.text) for event in incident.events if isinstance(event.what, Noted)],
        )
    )
    return re.sub(r"\n{3,}", "\n\n", rendered).strip() + "\n"


def plain(value: object) -> str:
    """Escape text for Markdown: it reads the same and means nothing.

    Control characters become visible, line feeds become blanks, and every character that Markdown gives a meaning gets
    a backslash (entities for the angle brackets, which some readers would still take for HTML).
    """
    text = screen(" ".join(str(value).split()))
    text = _SPECIAL.sub(r"\\\g<0>", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # what renderers turn into links without being asked: schemes and www.
    text = _SCHEME.sub(r"\\:", text).replace("www.", "www\\.")
    return _AT_START.sub(lambda start: f"{start[1] or ''}\\", text)


def code(value: object) -> str:
    """Inline code that nothing inside can end."""
    text = screen(" ".join(str(value).split())) or " "
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    padded = f" {text} " if text.startswith("`") or text.endswith("`") else text
    return f"{fence}{padded}{fence}"


def fenced(value: object, language: str = "") -> str:
    """A code block that nothing inside can end."""
    text = screen(str(value).rstrip(), lines=True)
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


@cache
def _environment() -> Environment:
    import jinja2

    def load(name: str) -> str:
        return files("playbooks").joinpath("templates", name).read_text(encoding="utf-8")

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(load),
        undefined=jinja2.StrictUndefined,
        # what a template prints without naming a filter is escaped for Markdown, as HTML templates escape for HTML
        finalize=lambda value: value if isinstance(value, _Marked) else plain(value),
        autoescape=False,  # noqa: S701 - HTML's escaping would be the wrong one; `finalize` does Markdown's
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "code": lambda value: _Marked(code(value)),
        "fenced": lambda value, language="": _Marked(fenced(value, language)),
        "utc": lambda value: _Marked(f"{value:%Y-%m-%d %H:%M:%S}"),
        "raw": _Marked,
    }
    return environment


class _Marked(str):
    """Markdown that was made here."""

    __slots__ = ()


def _line(event: Event, titles: Mapping[str, str]) -> dict[str, object] | None:
    """One row of the timeline; None for what only matters in its own section."""
    says = told(event.what)
    if says is None:
        return None
    step = str(getattr(event.what, "step", ""))
    return {"at": event.at, "by": event.by, "step": titles.get(step, step), "says": says}


def _by_object(leaks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The worst leak of each object, and the others of that object in short."""
    grouped: dict[str, dict[str, Any]] = {}
    for leak in leaks:
        if leak["object"] in grouped:
            grouped[leak["object"]]["others"].append(f"{leak['verb']} by {leak['actor']}")
        else:
            grouped[leak["object"]] = {**leak, "others": []}
    return [{**group, "others": list(dict.fromkeys(group["others"]))} for group in grouped.values()]


def _latest_data(happenings: Sequence[Happening], key: str) -> Mapping[str, Any]:
    """The data of the last fact that has this key; empty when there is none."""
    return next((what.data for what in reversed(happenings) if isinstance(what, FactTaken) and key in what.data), {})


def _unique(items: Any) -> list[Any]:  # noqa: ANN401 - of whatever it is given
    return list({repr(item): item for item in items}.values())


def _gaps(happenings: Sequence[Happening]) -> list[str]:
    """Facts that say what was not seen: statements, files, tables, extensions."""
    starts = ("not read", "stand-ins", "taken from generated", "not fixed", "no fix for")
    gaps = [
        what.says
        for what in happenings
        if isinstance(what, FactTaken) and (what.says.startswith(starts) or " no file creates it" in what.says)
    ]
    return _unique(gaps)


def _ways_out(incident: Incident) -> dict[str, list[str]]:
    """What speaks for and against each way out, from the last time it was laid out: ``roll back``, ``patch`` and the rest."""
    found: dict[str, list[str]] = {}
    for event in incident.events:
        what = event.what
        if isinstance(what, StepStarted) and what.step == WAY_OUT:
            found = {}
        elif isinstance(what, FactTaken) and "way_out" in what.data:
            way, separated, rest = what.says.partition(": ")
            known = way in WAYS and bool(separated)
            found.setdefault(way if known else "", []).append(rest if known else what.says)
    return found


def _answer(incident: Incident, question: str) -> str:
    """The last answer to a question, empty when nobody answered."""
    given = [
        event.what.answer
        for event in incident.events
        if isinstance(event.what, Decided) and event.what.question == question
    ]
    return given[-1] if given else ""


def _answers(incident: Incident, playbook: Playbook) -> list[tuple[str, str]]:
    """Questions of the playbook and the last answer to each."""
    asks = {(step.id, asking.id): asking.asks for step in playbook.steps for asking in step.asks}
    given = {
        (what.step, what.question): what.answer for event in incident.events if isinstance(what := event.what, Decided)
    }
    return [(asks[key], answer) for key, answer in given.items() if key in asks]
