"""Handlers of queues and timetables: Trigger.dev, Inngest, BullMQ, Agenda, node-cron, pg-boss; and the routes that vercel.json calls on a timetable."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.collect.code.entries_look import callee_of, nodes_within, text, value_of
from assistant.collect.code.entries_point import EntryPoint, Spot, point
from assistant.collect.code.resolve_files import folder_of
from assistant.collect.code.resolve_json import read_record
from assistant.domain.code import EntryKind
from assistant.domain.syntax import Call, Lambda, Name, Record


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Expression, Function, Module


_LIBRARIES = (
    "@trigger.dev/", "inngest", "bullmq", "bull", "bee-queue", "agenda", "node-cron", "cron", "croner", "pg-boss", "graphile-worker", "@defer/", "node-schedule",
    "@temporalio", "@upstash/workflow", "@vercel/queue", "quirrel", "amqplib", "kafkajs", "@aws-sdk/client-sqs", "sqs-consumer", "@google-cloud/pubsub",
)  # fmt: skip
_RUNS = frozenset({"task", "schemaTask", "schedules.task", "client.defineJob", "defineJob", "triggerTask"})
_LAST = frozenset({"createFunction", "createStepFunction"})
_NAMED = {"process": 1, "define": 1, "work": 1, "schedule": 1, "scheduleJob": 1, "every": 1}
_WORKERS = frozenset({"Worker", "CronJob", "Cron"})


def job_entries(program: Program) -> Iterator[EntryPoint]:
    """Every handler that a queue or a timetable calls."""
    for module in program.modules.values():
        if module.language == "py" or not any(_queues(program, module, one.source) for one in module.imports):
            continue
        for node, within in nodes_within(module.body, Call):
            assert isinstance(node, Call)
            handler = _handler(node)
            if handler is not None:
                yield _point(program, module, node, handler, within)


def _queues(program: Program, module: Module, source: str) -> bool:
    """True for a queue library, and for a module of the repository that wraps one in its name."""
    if source.startswith(_LIBRARIES):
        return True
    last = source.rpartition("/")[2]
    return (
        last in {"trigger", "inngest", "queue", "queues", "client", "cron"}
        and "inngest" in source
        and program.target(module.path, source) is not None
    )


def _handler(call: Call) -> Expression | None:
    name = callee_of(call)
    last = name.rpartition(".")[2]
    if not call.arguments or not last:
        return None
    if name in _RUNS or last in {"task", "schemaTask", "defineJob"}:
        return value_of(call.arguments[-1], "run") or (value_of(call.arguments[0], "run"))
    if last in _LAST and len(call.arguments) > 1:
        return call.arguments[-1]
    if call.new and last in _WORKERS and len(call.arguments) > 1:
        return next((one for one in call.arguments[1:] if isinstance(one, Lambda | Name)), None)
    if last in _NAMED and len(call.arguments) > _NAMED[last] and "." in name:
        functions = [one for one in call.arguments[1:] if isinstance(one, Lambda | Name)]
        return functions[-1] if functions and not isinstance(call.arguments[0], Record) else None
    return None


def _point(
    program: Program, module: Module, call: Call, handler: Expression, within: tuple[Function, ...]
) -> EntryPoint:
    first = call.arguments[0]
    given = text(first) or text(value_of(first, "id", "name"))
    declared = next(
        (
            name
            for name, one in program.declared(module.path).items()
            if getattr(one, "value", None) is not None and one.at <= call.at < one.end
        ),
        "",
    )
    symbol = declared if declared not in {"", "default"} else (given or "job")
    return point(
        program,
        Spot(module.path, handler, call.at, within),
        id=f"job {given or f'{module.path}#{symbol}'}",
        kind=EntryKind.JOB,
        inputs="job",
        symbol=symbol,
    )


def scheduled(program: Program, entries: Iterable[EntryPoint]) -> list[EntryPoint]:
    """The entries with the timetable of vercel.json in their settings: they stay routes, for anybody can call their URL."""
    times: dict[tuple[str, str], str] = {}
    for path, data in program.manifests.items():
        if path.rpartition("/")[2] == "vercel.json":
            for cron in read_record(data).get("crons") or ():
                if isinstance(cron, dict) and isinstance(cron.get("path"), str):
                    times[(folder_of(path), cron["path"].partition("?")[0].rstrip("/"))] = str(
                        cron.get("schedule") or ""
                    )
    if not times:
        return list(entries)
    out = []
    for entry in entries:
        when = times.get((entry.root, entry.path)) or (times.get(("", entry.path)) if entry.path else None)
        out.append(entry if when is None else replace(entry, settings={**entry.settings, "cron": when}))
    return out
