"""The timeline is read by people: what stanch notes for itself before a write is not shown as it is stored."""

from __future__ import annotations

from assistant.domain.events import StepStarted
from assistant.engine.resume import intent_to_write
from assistant.faces.tui.words import sentence


def test_the_intent_to_write_is_a_sentence_and_no_list_of_hashes() -> None:
    intent = intent_to_write({"supabase/migrations/1_lock.sql": "ab" * 32})
    assert (
        sentence(StepStarted(step="lock-database", intent=intent)) == "lock-database: about to write what was approved"
    )
    assert sentence(StepStarted(step="lock-database", intent="Lock the database")) == "lock-database: started"
