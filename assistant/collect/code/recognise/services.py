"""Calls that leave the application: payments, messages, jobs. What is sent is an act; whose object it is, ``providers`` tells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.drafts import Deed
from assistant.collect.code.recognise.chains import NOBODYS, Seen, belongs, package_of, said
from assistant.collect.code.recognise.providers import flattened, provider_of
from assistant.collect.code.values import Chain, Shape, Step, Value


if TYPE_CHECKING:
    from collections.abc import Iterator

SENDERS = (
    "resend",
    "nodemailer",
    "@sendgrid/",
    "sendgrid",
    "postmark",
    "mailgun.js",
    "@aws-sdk/client-ses",
    "@aws-sdk/client-sesv2",
    "@getbrevo/",
    "loops",
    "twilio",
    "@novu/",
    "@slack/web-api",
    "@slack/webhook",
    "web-push",
    "expo-server-sdk",
    "plunk",
    "@plunk/node",
    "@mailchimp/",
    "pusher",
    "ably",
    "inngest",
    "@trigger.dev/",
    "@upstash/qstash",
    "@upstash/workflow",
    "bullmq",
    "celery",
    "@knocklabs/",
    "@react-email/",
)
"""Packages that send something out."""
_SENDS = frozenset(
    {
        "send",
        "sendMail",
        "sendEmail",
        "sendEmailWithTemplate",
        "create",
        "postMessage",
        "sendNotification",
        "trigger",
        "triggerBatch",
        "publish",
        "publishJSON",
        "enqueue",
        "add",
        "delay",
        "batchTrigger",
        "triggerAndWait",
        "sendTransactionalEmail",
        "sendEvent",
        "notify",
        "batch",
        "addBulk",
        "apply_async",
    }
)
_BY_NAME = re.compile(
    r"^(?:send|queue|enqueue|deliver|notify|trigger|publish)\w*(?:email|mail|sms|notification|message|webhook|invite|invitation|event)s?\w*$",
    re.IGNORECASE,
)


def deeds(chain: Chain, _seen: Seen) -> Iterator[Deed]:
    """What the last call sends."""
    last = chain.last
    if last is None or last.arguments is None or last.new:
        return
    if any(step.arguments is not None and not step.new and step.name for step in chain.steps[1:-1]):
        return  # something done with what a call gave back
    package = package_of(chain.source)
    provider = provider_of(chain)
    names = [step.name for step in chain.steps if step.name]
    if (
        provider is not None
        and names
        and last.name
        and "webhooks" not in names
        and provider.engine not in {"openai", "anthropic"}
    ):
        yield Deed(
            "provider",
            ".".join([provider.engine, *(name for name in names if name.lower() not in provider.names)]),
            _parts(last),
        )
    elif package.startswith("@supabase/") and names[-2:] == ["functions", "invoke"]:
        yield Deed("fetch", "supabase.functions.invoke", _parts(last))
    elif belongs(package, SENDERS) and (last.name or chain.name) in _SENDS:
        yield Deed("provider", ".".join([package.rpartition("/")[2], *names]), _parts(last))
    elif chain.source in NOBODYS - {"global"} and _BY_NAME.match(last.name or chain.name):
        yield Deed("provider", last.name or chain.name, _parts(last))


def _parts(last: Step) -> tuple[tuple[str, Value, str], ...]:
    out: list[tuple[str, Value, str]] = []
    for number, value in enumerate(last.arguments or ()):
        if isinstance(value, Shape):
            out += [(key, each, said(each)) for key, each in flattened(value)]
        else:
            out.append((str(number), value, said(value)))
    return tuple(out)
