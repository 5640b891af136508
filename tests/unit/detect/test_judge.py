"""How loud a suspicion is that no attack could settle."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from assistant.detect.context import Exposure
from assistant.detect.judge import judge
from assistant.domain.matrix import Actor, Cell, Severity, Verb, Verdict
from assistant.domain.names import Name
from assistant.domain.ownership import OwnerKind, Ownership


FORM = Name("public", "contact_messages")


@pytest.mark.parametrize(
    ("verbs", "severity"), [((Verb.INSERT,), Severity.LOW), ((Verb.INSERT, Verb.DELETE), Severity.CRITICAL)]
)
def test_a_form_that_anybody_fills_in_is_asked_about_and_not_shouted(verbs, severity):
    cells = [
        Cell(object=str(FORM), kind="table", verb=verb, actor=Actor.GUEST, verdict=Verdict.UNKNOWN) for verb in verbs
    ]
    context = SimpleNamespace(
        cells=lambda _: cells,
        owner=lambda name: Ownership(name=name, kind=OwnerKind.UNKNOWN),
        asked=frozenset(),
        matrix=object(),
    )
    judgement = judge(context, FORM, verbs, Exposure.GUEST)
    assert judgement is not None
    assert (judgement.severity, judgement.executed) == (severity, False)
