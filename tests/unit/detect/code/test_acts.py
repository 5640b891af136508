"""What rules about caches, payments, logs and redirects leave alone, on maps made by hand."""

from __future__ import annotations

import pytest

from assistant.detect.code.caching import publishes, withholds
from assistant.detect.code.rules.host_caches_private_path import covers
from assistant.domain.code import (
    Act,
    ActKind,
    ActPart,
    ClientKind,
    GuardKind,
    HostRule,
    Mark,
    Origin,
    OriginKind,
    TieKind,
)
from assistant.domain.facts import Place
from assistant.domain.matrix import Severity
from tests.unit.detect.code.rig import a_guard, a_query, an_entry, asked, caller, look, sets, tied, where


FILE = "app/api/chats/route.ts"
constant = Origin(OriginKind.CONSTANT, "'x'")


def an_act(kind, name, detail="", *, order=5, line=9, **parts):
    return Act(
        kind=kind,
        name=name,
        detail=detail,
        place=Place(file=FILE, line=line, symbol="GET"),
        order=order,
        parts=tuple(
            ActPart(key.replace("__", "."), (origins,) if isinstance(origins, Origin) else origins, "text")
            for key, origins in parts.items()
        ),
    )


def told(report):
    return {one.rule for one in report.findings}


def serious(report):
    return [one.rule for one in report.findings if one.severity in {Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM}]


def row(number, column="id"):
    return Origin(OriginKind.ROW, column, number)


def signed_in(order=1):
    return a_guard(order=order, subjects=(caller("session.user"),))


# --- caches -------------------------------------------------------------------------------------------------------------


def kept(*key, answer=True, tie=None, guards=None, answer_order=4):
    """An entry that reads a cache, reads rows, and fills the cache."""
    query = a_query("message", "select", where("id", asked("path.id")), id=7, order=6, returned=("*",), tie=tie)
    acts = [
        an_act(ActKind.CACHE, "redis.get", "read", order=3, key=key),
        an_act(ActKind.RESPOND, "Response.json", "", order=answer_order, body=key if answer else constant),
        an_act(ActKind.CACHE, "redis.set", "fill", order=8, key=key, value=row(7, "text")),
        an_act(ActKind.RESPOND, "Response.json", "", order=9, body=row(7, "text")),
    ]
    return an_entry(guards=guards or (signed_in(),), queries=(query,), acts=tuple(acts))


def test_a_key_of_constants_is_everybodys():
    assert "cache-key-without-tenant" in told(look(kept(constant)))


def test_the_caller_in_the_key_keeps_them_apart():
    assert "cache-key-without-tenant" not in told(look(kept(constant, caller())))


def test_a_credential_in_the_key_keeps_them_apart():
    assert "cache-key-without-tenant" not in told(look(kept(asked("header.authorization.1"))))


def test_a_cached_row_that_is_compared_afterwards_is_fine():
    entry = kept(asked("path.id"), answer=False, tie=tied(TieKind.COMPARED, order=8))
    assert not {"cache-before-check", "cache-key-without-tenant"} & told(look(entry))


def test_an_answer_before_the_check_is_not():
    entry = kept(asked("path.id"), tie=tied(TieKind.COMPARED, order=8))
    assert "cache-before-check" in told(look(entry))


@pytest.mark.parametrize(
    ("header", "value", "open_"),
    [
        ("cache-control", "public, max-age=60", True),
        ("cache-control", "s-maxage=120", True),
        ("cache-control", "public, max-age=0, must-revalidate", False),
        ("cache-control", "private, max-age=60", False),
        ("cache-control", "max-age=60", False),
        ("cdn-cache-control", "max-age=60", True),
        ("cdn-cache-control", "no-store", False),
        ("content-type", "public", False),
    ],
)
def test_which_headers_publish(header, value, open_):
    assert publishes(header, value) is open_


def test_a_handler_that_tells_public_and_private_answers_apart_is_believed():
    headers = [
        an_act(ActKind.HEADER, "cache-control", "public, s-maxage=60", order=7),
        an_act(ActKind.HEADER, "cache-control", "private, no-store", order=8),
    ]
    query = a_query("message", "select", where("userId", caller()), tie=tied(), returned=("*",))
    one, both = (an_entry(guards=(signed_in(),), queries=(query,), acts=tuple(acts)) for acts in (headers[:1], headers))
    assert "private-response-cached-by-header" in told(look(one))
    assert "private-response-cached-by-header" not in told(look(both))
    assert withholds("Private, max-age=1")


@pytest.mark.parametrize(
    ("source", "path", "covered"),
    [
        ("/api/(.*)", "/api/orders", True),
        ("/api/:path*", "/api", True),
        ("/(.*)", "/api/orders", True),
        ("/static/(.*)", "/api/orders", False),
        ("/api", "/api/orders", False),
        ("/api/orders/:id", "/api/orders/[id]", True),
        ("/((?!api).*)", "/api/orders", False),
    ],
)
def test_which_paths_a_hosts_rule_covers(source, path, covered):
    rule = HostRule(place=Place(file="vercel.json", line=1), source=source, header="cache-control", value="public")
    assert covers(rule, path) is covered


# --- payments and webhooks ----------------------------------------------------------------------------------------------


def hook(*acts, guards=(), **more):
    query = a_query("subscription", "update", where("stripeId", asked("body.data.object.id")), order=6)
    return an_entry("/api/webhooks/stripe", "POST", webhook=True, guards=guards, queries=(query,), acts=acts, **more)


def test_a_webhook_that_believes_anybody():
    report = look(hook())
    assert [one.severity for one in report.findings if one.rule == "webhook-unsigned"] == [Severity.HIGH]


def test_a_webhook_that_asks_the_provider_back_is_fine():
    back = an_act(ActKind.PROVIDER, "stripe.events.retrieve", order=3, id=asked("body.id"))
    assert "webhook-unsigned" not in told(look(hook(back)))


def test_a_signature_that_was_not_followed_is_not_accused():
    mark = Mark(kind="signature-checked", place=Place(file=FILE, line=2, symbol="POST"))
    (found,) = [one for one in look(hook(), marks=(mark,)).findings if one.rule == "webhook-unsigned"]
    assert found.severity is Severity.LOW
    assert found.title.startswith("Worth asking")


def charge(name, *, guards=(), path="/api/pay", **parts):
    return an_entry(path, "POST", guards=guards, acts=(an_act(ActKind.PROVIDER, name, **parts),))


def test_an_amount_is_the_requests_and_a_quantity_is_not():
    assert "price-from-request" in told(look(charge("stripe.paymentIntents.create", amount=asked("body.amount"))))
    basket = charge("stripe.paymentIntents.create", amount=(asked("body.items"), row(1, "price")))
    assert "price-from-request" not in told(look(basket))


def test_donors_choose_what_they_give():
    report = look(charge("stripe.paymentIntents.create", path="/api/donate", amount=asked("body.amount")))
    assert serious(report) == []


def test_a_payment_method_of_the_callers_own_customer_is_fine():
    portal = charge("stripe.billingPortal.sessions.create", guards=(signed_in(),), customer=asked("body.customerId"))
    own = charge("stripe.customers.update", guards=(signed_in(),), default_payment_method=asked("body.method"))
    assert "payment-identity-from-request" in told(look(portal))
    assert "payment-identity-from-request" not in told(look(own))


def test_refunds_want_somebody():
    assert "money-moved-without-session" in told(look(charge("stripe.refunds.create")))
    assert "money-moved-without-session" not in told(look(charge("stripe.refunds.create", guards=(signed_in(),))))


def settled(path, *, client=ClientKind.POOL, marks=()):
    payment = a_query(
        "payment", "select", where("reference", asked(path)), where("userId", caller()), tie=tied(), order=3
    )
    order = a_query(
        "order",
        "update",
        where("id", row(1)),
        order=5,
        client=client,
        written=(sets("status", Origin(OriginKind.CONSTANT, "'PAID'")),),
    )
    entry = an_entry("", "", name="confirm", symbol="confirm", guards=(signed_in(),), queries=(payment, order))
    return look(entry, marks=marks)


def test_a_payment_that_the_caller_names_is_compared():
    assert "payment-amount-not-compared" in told(settled("argument.providerRef"))
    mark = Mark(kind="amount-compared", place=Place(file=FILE, line=4, symbol="confirm"))
    assert "payment-amount-not-compared" not in told(settled("argument.providerRef", marks=(mark,)))


def test_a_merchants_own_book_keeping_is_no_payment():
    assert "payment-amount-not-compared" not in told(settled("argument.stageId"))


# --- doors, logs, redirects ---------------------------------------------------------------------------------------------


def test_a_door_for_tests_is_closed_by_the_environment():
    query = a_query("user", "update", where("id", asked("body.id")), order=6)
    opened = an_entry("/api/dev/seed", "POST", queries=(query,))
    closed = an_entry("/api/dev/seed", "POST", queries=(query,), guards=(a_guard(GuardKind.ENVIRONMENT, order=1),))
    assert "test-door-in-production" in told(look(opened))
    assert "test-door-in-production" not in told(look(closed))


@pytest.mark.parametrize("path", ["/api/developers/keys", "/api/devices", "/api/latest"])
def test_ordinary_words_are_no_doors(path):
    query = a_query("user", "update", where("id", asked("body.id")))
    assert "test-door-in-production" not in told(look(an_entry(path, "POST", queries=(query,))))


def logged(text, *origins):
    part = ActPart("0", origins, text)
    act = Act(kind=ActKind.LOG, name="console.log", place=Place(file=FILE, line=4), order=2, parts=(part,))
    return look(an_entry(acts=(act,)))


def test_a_secret_in_a_log_is_the_secret_itself():
    key = Origin(OriginKind.ENVIRONMENT, "STRIPE_SECRET_KEY")
    assert serious(logged("STRIPE_SECRET_KEY", key)) == ["personal-data-logged"]
    assert serious(logged("mintToken().id", key)) == []
    assert serious(logged("body.password", asked("body.password"))) == ["personal-data-logged"]


def test_a_prefix_keeps_a_redirect_at_home():
    def sent(*origins):
        return look(an_entry(acts=(an_act(ActKind.REDIRECT, "redirect", target=origins),)))

    assert "open-redirect" in told(sent(asked("query.next")))
    assert "open-redirect" not in told(sent(Origin(OriginKind.CONSTANT, "'/app/'"), asked("query.next")))
    assert "open-redirect" not in told(sent(asked("query.page")))
