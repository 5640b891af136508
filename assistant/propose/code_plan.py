"""Which steps answer which rule: alternatives, the best first, or one sentence why a person has to do it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from assistant.domain.code import GuardKind
from assistant.domain.fixes import Applies
from assistant.propose import code_guards, code_identity, code_others, code_payments, code_rows
from assistant.propose.code_lending import lenders


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.domain.code import Entry
    from assistant.domain.findings import Finding
    from assistant.propose.code_draft import Step
    from assistant.propose.code_ground import CodeGround
    from codemods.tsx.donor import LentCheck

    Plan = Callable[["Plans", Finding, Entry], list[list[Step]] | str]
    FilePlan = Callable[["Plans", Finding], list[list[Step]] | str]


@dataclass(frozen=True, slots=True)
class Plans:
    """The ground, and small questions that several plans ask."""

    ground: CodeGround
    migrations: list[tuple[str, str]] = field(default_factory=list)
    """Forward and backward SQL that the last plan needs."""

    def line_range(self, path: str, line: int) -> tuple[int, int]:
        """Bytes of a line; (0, 0) without one."""
        return range_of_line(self.ground.text(path).encode(), line) if line else (0, 0)

    def role_checks(self, entry: Entry) -> Iterator[tuple[Entry, LentCheck]]:
        """Role checks of other entries that could stand in this one, nearest first."""
        from codemods.tsx.donor import lend_check

        for other in lenders(self.ground, entry):
            if other.kind is not entry.kind:
                continue
            for guard in other.guards:
                if (
                    guard.kind is not GuardKind.ROLE
                    or guard.weakness is not None
                    or guard.place.file != other.place.file
                ):
                    continue
                source = self.ground.text(other.place.file).encode()
                found = lend_check(source, other.place.file, other.at, range_of_line(source, guard.place.line))
                if found is not None:
                    yield other, found


def range_of_line(source: bytes, line: int) -> tuple[int, int]:
    """First byte of the text of a 1-based line, and the byte after its last."""
    start = 0
    for _ in range(line - 1):
        start = source.find(b"\n", start) + 1
        if not start:
            return (0, 0)
    end = source.find(b"\n", start)
    words = source[start : len(source) if end < 0 else end]
    lead = len(words) - len(words.lstrip())
    return start + lead, start + len(words.rstrip())


ENTRY_PLANS: Final[dict[str, Plan]] = {
    "ineffective-guard": code_guards.ineffective_guard,
    "webhook-unsigned": code_payments.signature,
    "stripe-signature-missing": code_payments.signature,
    "test-door-in-production": code_guards.door_for_tests,
    "missing-session": code_guards.missing_session,
    "money-moved-without-session": code_guards.missing_session,
    "identity-from-request": code_identity.identity_from_request,
    "weak-privilege": code_guards.weak_privilege,
    "id-only-lookup": code_rows.id_only,
    "unscoped-read": code_rows.id_only,
    "unscoped-write": code_rows.id_only,
    "user-client-leak": code_rows.id_only,
    "parent-authorised-child-by-id": code_rows.parent_child,
    "mass-assignment": code_rows.mass_assignment,
    "foreign-reference-unchecked": code_rows.foreign_reference,
    "service-role-on-user-path": code_others.user_client,
    "overfetch": code_others.columns,
    "secret-returned": code_others.columns,
    "kept-secret-answered": code_others.kept_secret,
    "whole-rows-returned": code_others.columns,
    "personal-data-logged": code_others.log,
    "token-logged": code_others.log,
    "cached-private-response": code_others.cached,
    "private-response-cached": code_others.cached,
    "private-route-kept": code_others.cached,
    "customer-by-email": code_payments.by_email,
    "private-response-cached-by-header": code_others.cached,
    "cache-key-without-tenant": code_others.cache_key,
    "cache-before-check": code_others.cache_key,
    "cache-read-before-check": code_others.cache_key,
    "missing-id-validation": code_others.validation,
    "error-tells-existence": code_others.same_answer,
    "vector-search-unscoped": code_others.vector,
    "open-redirect": code_others.redirect,
    "webhook-replayed": code_payments.once,
    "stripe-idempotency-missing": code_payments.once,
    "payment-identity-from-request": code_payments.identity,
    "stripe-lookup-by-email": code_payments.by_email,
    "price-from-request": code_payments.price,
    "client-supplied-price": code_payments.price,
}
"""Rules about an entry, in the order in which their steps are taken: who calls before whose row, and both before how it is told."""

FIRST: Final = frozenset(
    {"ineffective-guard", "webhook-unsigned", "stripe-signature-missing", "test-door-in-production"}
)
"""Rules about a door that is there and does not close: mending it closes what is behind."""

BEHIND: Final = frozenset(
    {
        "missing-session",
        "money-moved-without-session",
        "id-only-lookup",
        "parent-authorised-child-by-id",
        "unscoped-read",
        "unscoped-write",
    }
    | {"identity-from-request", "weak-privilege", "service-role-on-user-path"}
)
"""What stands behind such a door."""

GROUP_PLANS: Final[dict[str, FilePlan]] = {
    "personal-data-logged": code_others.logs,
    "webhook-replayed": code_payments.replays,
    "missing-validation": code_others.validations,
    "error-tells-existence": code_others.same_answers,
    "error-tells-internals": code_others.told_errors,
    "private-route-kept": code_others.kept_routes,
}
"""Rules that are told once for the whole repository: every place that can be mended is."""

FILE_PLANS: Final[dict[str, FilePlan]] = {
    "missing-server-only": code_others.server_only,
    "service-role-in-browser": code_others.browser,
    "open-cors": code_others.cors,
    "cors-reflects-origin": code_others.cors,
    "document-rules-open": code_others.document_rules,
    "document-rules-signed-in": code_others.document_rules,
    "document-rules-unbound": code_others.document_rules,
}
"""Rules about a module or a configuration file."""

SAFE: Final = frozenset({"server_only"})
"""Codemods that cannot change what a working application does: ``server-only`` fails a build that would have shipped a secret."""

RISKS: Final[dict[str, str]] = {
    "guard": "Callers without a session are refused now: make sure that no public page, cron job or webhook uses this handler.",
    "procedure": "Callers without a session are refused now: make sure that no public page calls this procedure.",
    "owner_filter": "Rows of others are no longer found: ask whether support staff or shared links use this handler on purpose.",
    "wrapped": "Callers without a session, or without a right to what they name, are refused now, as they are by the functions beside it.",
    "hand_on": "Rows of others are no longer found, by any handler that uses the same function: ask whether one of them is meant to see them.",
    "compare": "Rows of others are answered as missing: ask whether support staff or shared links use this handler on purpose.",
    "verify": "The handler reads one more row and refuses ids of others: ask whether sharing across customers is meant.",
    "verify_all": "The handler reads the named rows and refuses ids of others: ask whether sharing across customers is meant.",
    "access": "Callers without access to the row are refused now, as they are by the handlers that ask already.",
    "parent_access": "Callers without access to what the row hangs on are refused now, as they are by the handlers that ask already.",
    "cron_secret": "The job runs for the scheduler alone from now on: set the secret where the application and the scheduler read it before this is deployed.",
    "row_access": "Only the row's author and whoever has access to its parent may do this now: ask who else does it today.",
    "export_it": "One more function is exported: check that its module may be imported here.",
    "identity": "What the caller writes as their own id is ignored now: clients that act for others need a way of their own.",
    "row_role": "Members without the role are refused now: ask who does this today.",
    "role": "Members without the role are refused now: ask who does this today.",
    "await_check": "The check starts to work: people it should have refused all along are refused now.",
    "look_into": "The check starts to work: people it should have refused all along are refused now.",
    "secret_set": "Without the variable every request is refused: set it in every environment before you deploy.",
    "check_first": "Nothing is written for who is refused: look whether somebody counted on the write that came first.",
    "metadata": "Who has the right in the metadata that users edit alone loses it: write it where only the server does, first.",
    "without": "The fields are no longer sent: look for screens that read them. Whether strangers may read the rest is for you to say.",
    "verified_user": "Each request asks the auth server once more; an expired cookie is refused now.",
    "pick": "Fields that are not listed are no longer written: compare the list with the form.",
    "columns": "Columns that are not listed are no longer sent: look for screens that show them.",
    "no_store": "The response is computed for every request: expect more load on this route.",
    "cache_key": "Every customer has a cache entry of their own: expect more misses at first.",
    "redact": "The log line says less: whoever debugs with it needs another way.",
    "production": "The door is closed in production: whoever used it there needs another way.",
    "validate": "Requests whose id has another shape are refused with 400 now.",
    "same_answer": "A foreign row and a missing row get one answer: clients that told them apart cannot any more.",
    "user_client": "Row-level security decides now: jobs and staff that relied on the service role here see less.",
    "server_only": "A build that puts this module into the browser fails from now on, which is the point.",
    "vector": "The search finds rows of the caller's tenant alone: callers that pass no tenant get nothing.",
    "stripe_signature": "Events without a valid signature are refused: set STRIPE_WEBHOOK_SECRET before you deploy.",
    "stripe_once": "An event is handled once: run the migration before you deploy.",
    "redirect": "Only paths of this site are followed: links to other sites need a list of their own.",
    "cors": "Other origins can no longer read the response: list those that may.",
    "depends_user": "Callers without a session are refused now: make sure that no job or public page uses this endpoint.",
}
"""One sentence a codemod: what might break, whom to ask."""


def applies(steps: list[Step]) -> Applies:
    """Safe only when every step is."""
    return Applies.SAFE if all(step.codemod in SAFE for step in steps) else Applies.REVIEW
