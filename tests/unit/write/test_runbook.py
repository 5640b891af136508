"""The runbook is read by people and rendered by machines: hostile names must stay names, and the same journal the same print."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import events as said
from assistant.domain.events import Event, Incident, IncidentState, StepState, StepView
from assistant.domain.playbook import Asking, Playbook, Stage, Step, StepKind
from assistant.write.runbook import RunbookFacts, code, fenced, plain, runbook


AT = datetime(2026, 11, 20, 3, 12, tzinfo=UTC)
STEP = Step(
    id="confirm-scope",
    stage=Stage.TRIAGE,
    kind=StepKind.AUTO,
    title="Attack to see scope",
    why="w",
    does="x",
    asks=(Asking(id="matches", asks="Does this explain it?"),),
)
PLAYBOOK = Playbook(id="ai-chatbot", title="AI chatbot", says="s", steps=(STEP,))
LEAK = {
    "object": "public.chats",
    "kind": "table",
    "verb": "select",
    "actor": "other-tenant",
    "steps": ["sign in as a member of another tenant", "read public.chats"],
    "columns": ["id", "title"],
    "severity": "high",
    "confidence": "high",
    "where": {"file": "supabase/migrations/0001_init.sql", "line": 12},
    "witness": "begin;\nset local role authenticated;\nselect * from public.chats;\nrollback;",
}
CELLS = {"holds": 1190, "leaks": 9, "locked_out": 0, "unknown": 5}


def incident(*happenings: said.Happening, state: IncidentState = IncidentState.PROVEN) -> Incident:
    opened = said.Opened(incident="2026-11-20-0312-a1b2", playbook="ai-chatbot", head="b" * 40, version="0.1.0")
    events = tuple(
        Event(n=n, at=AT + timedelta(minutes=n), by="stanch", prev="0" * 64, what=what)
        for n, what in enumerate((opened, *happenings), start=1)
    )
    view = StepView(id=STEP.id, stage=STEP.stage, state=StepState.DONE, says="9 leaks in 3 objects")
    written = tuple(file for what in happenings if isinstance(what, said.Written) for file in what.files)
    return Incident(
        id="2026-11-20-0312-a1b2",
        playbook="ai-chatbot",
        state=state,
        opened_at=AT,
        steps=(view,),
        events=events,
        written=written,
    )


FULL = incident(
    said.FactTaken(step=STEP.id, says="1,204 attacks", evidence="e" * 64, data={"cells": CELLS, "map": "inferred"}),
    said.FactTaken(
        step=STEP.id, says="x", data={"seeded": 9, "tables": 10, "not_seeded": {"public.odd": "a CHECK nobody meets"}}
    ),
    said.FactTaken(step=STEP.id, says="not tested in 2 objects: no grant", data={"untested": ["public.a", "public.b"]}),
    said.FactTaken(
        step=STEP.id, says="open question: Is public.plans meant for everyone?", data={"question": "q", "why": "w"}
    ),
    said.Found(
        step=STEP.id,
        fingerprint="f",
        rule="rls-off",
        title="Row-level security is off",
        severity="high",
        subject="table public.chats",
        executed=True,
    ),
    said.CauseNamed(step=STEP.id, says="rls-off on public.chats", line="a.sql:1"),
    said.FixProposed(step=STEP.id, fix="lock", title="Lock public.chats", applies="safe"),
    said.Written(step=STEP.id, files=(("supabase/migrations/2_lock.sql", "c" * 64),)),
    said.Proved(
        step=STEP.id,
        claim="nobody reads another's chat",
        verdict="holds",
        reason="1,199 hold",
        before=CELLS,
        after=CELLS | {"leaks": 0},
    ),
    said.Decided(step=STEP.id, question="matches", answer="yes", by="dana"),
    said.Noted(text="told the customer"),
)
FACTS = RunbookFacts(playbook=PLAYBOOK, head=(12, "d" * 64), leaks=[LEAK])


def test_it_says_what_leaked_to_whom_what_closed_it_and_what_is_unknown() -> None:
    text = runbook(FULL, FACTS)
    for part in (
        "State: **proven**",
        "### 1. `public.chats`: select by other-tenant",
        "set local role authenticated;",
        "`supabase/migrations/0001_init.sql:12`",
        "Lock public.chats (safe)",
        "written: `supabase/migrations/2_lock.sql`",
        "Leaks before: 9; after: 0",
        "1204 attacks: 1190 held, 9 leaked, 0 locked an owner out, 5 could not be tested",
        "9 of 10 tables",
        "`public.odd`: a CHECK nobody meets",
        "not tested in 2 objects: no grant",
        "Is public.plans meant for everyone?",
        "Does this explain it? **yes**",
        "| 2026-11-20 03:13:00 |",
        "d" * 64,
    ):
        assert part in text
    assert runbook(FULL, FACTS) == text, "the same journal gives the same print"
    assert text.endswith("\n")
    assert "\n\n\n" not in text


def test_an_incident_that_just_began_says_that_nothing_is_known() -> None:
    text = runbook(incident(state=IncidentState.OPEN), replace(FACTS, leaks=()))
    assert "nothing is known about what leaks" in text
    assert "Nothing is proven yet." in text


def test_no_leak_is_told_with_its_denominator() -> None:
    tested = incident(said.FactTaken(step=STEP.id, says="x", data={"cells": CELLS | {"leaks": 0}, "map": "confirmed"}))
    text = runbook(tested, replace(FACTS, leaks=()))
    assert "No attack reached a row" in text
    assert "5 could not be tested" in text


HOSTILE = (
    "[click](javascript:alert(1))",
    "![x](https://evil.example/x.png)",
    "<img src=x onerror=alert(1)>",
    "a | b | c",
    "`code` and ```fence```",
    "https://evil.example",
    "www.evil.example",
    "mail@evil.example",
    "line\n# heading\n- item",
    "\x1b[2J\u202etxt",
    "{{ 7*7 }} {% raw %}",
    "__bold__ *it* ~~no~~ $math$",
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_name_stays_a_name_wherever_it_stands(hostile: str) -> None:
    leak = LEAK | {
        "object": hostile,
        "steps": [hostile],
        "columns": [hostile],
        "witness": f"select 1; -- {hostile}\n```\n# out",
    }
    attacked = incident(
        said.FactTaken(step=STEP.id, says=hostile, data={"cells": CELLS, "map": hostile}),
        said.Noted(text=hostile, step=STEP.id),
        said.CauseNamed(step=STEP.id, says=hostile),
        said.Written(step=STEP.id, files=((hostile, "c" * 64),)),
    )
    text = runbook(attacked, replace(FACTS, leaks=[leak]))
    outside = without_code(text)
    assert "49" not in re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "", outside)
    for active in (
        "](",
        "<img",
        "onerror=alert(1)>",
        "https:",
        "www.e",
        "\x1b",
        "\u202e",
        "\n# heading",
        "\n# out",
        "](javascript",
    ):
        assert active not in re.sub(r"\\.", "", outside), active
    rows = [line for line in text.splitlines() if line.startswith("| 2026")]
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)


def without_code(text: str) -> str:
    """The document without code, as a Markdown reader finds it: runs of backticks of equal length."""
    text = re.sub(r"(?ms)^(`{3,})\w*\n.*?^\1$", "", text)
    return re.sub(r"(?<![`\\])(`+)(?!`).*?(?<!`)\1(?!`)", "", text)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_escaping_keeps_one_line_without_markup(text: str) -> None:
    escaped = plain(text)
    assert "\n" not in escaped
    bare = re.sub(r"\\.", "", escaped)
    assert not set(bare) & set("`*{}[]!|~$@#<>\\")
    assert not re.search(r"(?<![A-Za-z0-9\\])_|_(?![A-Za-z0-9])", escaped.replace("\\_", ""))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"]), min_size=1))
def test_code_ends_where_it_ends(text: str) -> None:
    inline, block = code(text), fenced(text)
    fence = re.match("`+", inline)
    assert fence is not None
    inner = inline[len(fence[0]) : -len(fence[0])]
    assert all(len(run) < len(fence[0]) for run in re.findall("`+", inner))
    opening, *body, closing = block.split("\n")
    assert opening == closing
    assert not any(line.strip() == closing for line in body)


OPENED = said.CauseNamed(
    step="recent-deploys",
    says="abc brought always-true on public.chats",
    commit="a" * 40,
    line="supabase/migrations/3.sql:2",
    author="[author:3f9a1c20]",
    deploy="vercel dpl_[x](https://evil.example)",
    began_at="2026-11-01T10:05:00+00:00",
    findings=("f" * 16,),
)
REPORT = said.Decided(step="intake", question="who-reported", answer="a customer, 2026-11-19 14:05 UTC", by="op")


def printed(*happenings: said.Happening, people: dict[str, str] | None = None) -> str:
    facts = RunbookFacts(playbook=PLAYBOOK, head=(1, "c" * 64), people=people or {})
    return runbook(incident(*happenings), facts)


def test_since_when_is_told_from_the_opening_to_the_discovery() -> None:
    text = printed(OPENED, REPORT)
    assert "of \\[author\\:3f9a1c20\\]" in text
    assert "live with `vercel dpl_[x](https://evil.example)` at 2026-11-01 10:05:00" in text
    assert "discovered at 2026-11-19 14:05:00: exposed for **18 days 4 hours**" in text
    assert text.index("| 2026-11-01 10:05:00 |") < text.index(
        "| 2026-11-19 14:05:00 | discovered: as it was reported |"
    )


def test_a_report_that_names_no_day_before_the_incident_leaves_its_opening() -> None:
    for answer in ("a customer, this morning", "2027-01-01", "2026-99-99"):
        text = printed(OPENED, replace(REPORT, answer=answer))
        assert "discovered: the incident was opened" in text
        assert "exposed for **18 days 17 hours**" in text


def test_what_is_named_again_is_told_once_and_as_it_was_named_last() -> None:
    text = printed(OPENED, replace(OPENED, deploy="", began_at="2026-10-31T10:05:00+00:00"))
    assert text.count("Opened by commit") == 1
    assert "(nothing says when it went live)" in text


def test_the_people_are_named_when_somebody_asks() -> None:
    assert "Ada &lt;ada\\@parleyhq.com&gt;" in printed(OPENED, people={"a" * 40: "Ada <ada@parleyhq.com>"})


def test_without_a_named_commit_nothing_is_claimed() -> None:
    text = printed()
    assert "since when it was exposed is not known" in text
    assert "Not weighed yet." in text


def test_both_ways_out_are_told_as_they_were_weighed_last() -> None:
    step = "hotfix-or-rollback"
    text = printed(
        said.StepStarted(step=step),
        said.FactTaken(step=step, says="roll back: to old", data={"way_out": "roll back"}),
        said.StepStarted(step=step),
        said.FactTaken(step=step, says="roll back: would close nothing", data={"way_out": "roll back"}),
        said.FactTaken(step=step, says="patch: has to close 2 findings", data={"way_out": "patch"}),
        said.Decided(step=step, question="way-out", answer="patch first", by="op"),
    )
    section = text[text.index("## Rollback or hotfix") : text.index("## Fix")]
    assert "- would close nothing" in section
    assert "- has to close 2 findings" in section
    assert "to old" not in section
    assert "Decided: **patch first**." in section
