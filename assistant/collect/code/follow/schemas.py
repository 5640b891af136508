"""What is left of an input after a schema parsed it: only the keys that the schema names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.demanded import validated
from assistant.collect.code.follow.limits import fixed_fields
from assistant.collect.code.follow.scope import either
from assistant.collect.code.values import (
    NOTHING,
    UNKNOWN,
    Chain,
    Constant,
    Either,
    Known,
    Listed,
    Shape,
    Step,
    Value,
    unwrapped,
)
from assistant.domain.code import Origin, OriginKind


if TYPE_CHECKING:
    from collections.abc import Mapping

_OBJECT = frozenset({"object", "strictObject", "strict_object", "interface"})
_LOOSE = frozenset({"passthrough", "catchall", "looseObject", "unknown", "loose"})
_SAFE = frozenset({"safeParse", "safeParseAsync", "spa", "safeParser"})
_MAYBE = frozenset(
    {"optional", "nullish", "nullable", "default", "catch", "prefault", "any", "unknown", "undefined", "void", "null"}
    | {"exactOptional", "partial", "union", "preprocess", "lazy", "nullableOptional", "isOptional"}
)
"""Words of a schema by which a field may be left out."""
_LEFT_OUT = frozenset({"optional", "nullish", "nullable", "undefined", "any", "unknown"})
"""Words of a schema by which a variable of the environment may be missing and nothing stands in for it."""
_BOTH = frozenset({"intersection", "and"})
"""Words by which several schemas hold at once."""
_SETTINGS = frozenset({"process.env", "import.meta.env", "meta.env", "Deno.env"})
_DEEPEST = 3
_ANYTHING = frozenset({"any", "unknown", "custom", "json"})
"""Schemas that every object passes with all of its keys."""
_TABLES = frozenset({"createInsertSchema", "createUpdateSchema", "createSelectSchema"})
"""Schemas of a table: all of its columns, unless some are picked or left out."""
_GIVEN_FIRST = frozenset({"valibot", "superstruct"})
"""Libraries whose schema is an argument: ``v.parse(schema, input)``."""
_OF_LISTS = frozenset(
    {"min", "max", "length", "nonempty", "optional", "nullable", "nullish", "readonly", "refine", "describe"}
)
"""Words after which a list of things is still a list of them."""
_LISTS = frozenset({"enum", "nativeEnum", "literal", "picklist", "oneOf", "valid"})
"""Words of a schema that write down what may be sent."""
_STRIPS = frozenset({"noUnknown", "stripUnknown", "exact", "strict"})


def schema_of(chain: Chain) -> Value:
    """The schema that a call parses with."""
    last = chain.last
    if chain.source in _GIVEN_FIRST and last is not None and last.arguments:
        return last.arguments[0]
    return chain.through(chain.steps[:-1])


def keeps(chain: Chain) -> str:
    """What becomes of keys that the schema does not name: ``keys`` when they are refused or dropped, ``open`` when a field of its own takes anything.

    ``loose`` when they stay; empty when it cannot be told.
    """
    return kept_by(schema_of(chain), chain)


def kept_by(schema: Value, chain: Chain) -> str:
    """The same of a schema that ``chain`` parses with, or that a builder was given."""
    if not isinstance(schema, Chain):
        return ""
    if _keeps_unknown(chain, schema):
        return "loose"
    if fields_of(schema) is None:
        return ""
    return "open" if _takes_anything(chain, schema, 0) else "keys"


def _takes_anything(chain: Chain, schema: Chain, depth: int) -> bool:
    """``z.object({ data: z.any() })``, ``z.array(z.any())``: a field or a list into which whole objects fit, keys and all."""
    parts = (*(fields_of(schema) or {}).values(), _item(schema))
    inner = [one for one in parts if isinstance(one, Chain)]
    return depth <= _DEEPEST and any(
        _keeps_unknown(chain, one) or _takes_anything(chain, one, depth + 1) for one in inner
    )


def _keeps_unknown(chain: Chain, schema: Chain) -> bool:
    names = [step.name for step in schema.steps]
    called = {schema.name, *names}
    if schema.source == "yup":
        return "object" in called and not called & _STRIPS and not _options_strip(chain)
    if schema.name in _TABLES:
        return not called & {"pick", "omit"}
    first = names[0] if names else ""
    return bool(called & _LOOSE) or first in _ANYTHING or (first == "record" and not _of_listed_keys(schema))


def _of_listed_keys(schema: Chain) -> bool:
    """The keys of a record are listed: ``z.record(z.enum([…]), …)``."""
    arguments = schema.steps[0].arguments or ()
    first = arguments[0] if len(arguments) > 1 else None
    return isinstance(first, Chain) and any(
        step.name in {"enum", "nativeEnum", "literal", "picklist"} for step in first.steps
    )


def _options_strip(chain: Chain) -> bool:
    """The call says so: ``schema.validate(body, { stripUnknown: true })``."""
    arguments = chain.last.arguments or () if chain.last is not None else ()
    return any(isinstance(one, Shape) and "stripUnknown" in one.fields for one in arguments[1:])


def narrowed(chain: Chain, about: Value) -> Value:
    """What ``schema.parse(about)`` gives; for the safe forms an object with ``success`` and ``data``."""
    schema = schema_of(chain)
    if keeps(chain) == "loose" and isinstance(schema, Chain) and schema.source == "yup":
        return unwrapped(about)
    seen = _set(schema, unwrapped(about)) if isinstance(schema, Chain) else None
    value = seen or shaped(schema, unwrapped(about), 0)
    last = chain.last
    if last is not None and last.name in _SAFE:
        return Shape({"data": value, "output": value}, (Known(frozenset({Origin(OriginKind.UNKNOWN)})),))
    return value


def required(chain: Chain, about: Value) -> frozenset[Origin]:
    """Values of the request that are there once ``schema.parse(about)`` came back: fields that the schema does not let out."""
    return required_by(schema_of(chain), about)


def required_by(schema: Value, about: Value) -> frozenset[Origin]:
    """The same of the schema itself."""
    whole = unwrapped(about)
    sources = [one for one in (whole.values if isinstance(whole, Either) else (whole,)) if isinstance(one, Known)]
    return frozenset(
        _below(origin, name)
        for name in _demanded(schema)
        for one in sources
        for origin in one.origins
        if origin.kind is OriginKind.REQUEST
    )


def limited(chain: Chain, about: Value) -> frozenset[Origin]:
    """Values of the request that the schema holds to a list or a pattern."""
    whole, schema = unwrapped(about), schema_of(chain)
    fields = fields_of(schema) if isinstance(schema, Chain) else None
    sources = [one for one in (whole.values if isinstance(whole, Either) else (whole,)) if isinstance(one, Known)]
    return frozenset(
        _below(origin, name)
        for name in fixed_fields((fields or {}).items())
        for one in sources
        for origin in one.origins
        if origin.kind is OriginKind.REQUEST
    )


def offered(chain: Chain, about: Value) -> frozenset[tuple[str, Origin, tuple[str, ...]]]:
    """``role: z.enum(["buyer", "admin"])``: what somebody may send there, where the schema writes it down; facts of a run."""
    whole, schema = unwrapped(about), schema_of(chain)
    fields = fields_of(schema) if isinstance(schema, Chain) else None
    sources = [one for one in (whole.values if isinstance(whole, Either) else (whole,)) if isinstance(one, Known)]
    return frozenset(
        ("offered", _below(origin, name), texts)
        for name, inner in (fields or {}).items()
        if (texts := _texts(inner))
        for one in sources
        for origin in one.origins
        if origin.kind is OriginKind.REQUEST
    )


def _texts(schema: Value) -> tuple[str, ...]:
    """The texts of an enumeration; nothing when a schema takes others, too."""
    step = next((one for one in schema.steps if one.name in _LISTS), None) if isinstance(schema, Chain) else None
    given = [unwrapped(one) for one in (step.arguments if step is not None else None) or ()]
    if step is None or not given:
        return ()
    first = given[0]
    if isinstance(first, Listed):
        given = [unwrapped(one) for one in first.items]
    elif isinstance(first, Shape) and not first.rest:
        given = [unwrapped(one) for one in first.fields.values()]
    said = [one.value for one in given if isinstance(one, Constant) and isinstance(one.value, str)]
    return tuple(said) if len(said) == len(given) else ()


def _demanded(schema: Value) -> frozenset[str]:
    """Names of the fields that an object schema, or every part of an intersection, asks for."""
    if not isinstance(schema, Chain) or not _demands(schema):
        return frozenset()
    fields = fields_of(schema)
    if fields is not None:
        return frozenset(name for name, inner in fields.items() if _demands(inner))
    parts = [one for step in schema.steps if step.name in _BOTH for one in step.arguments or ()]
    return frozenset(name for one in parts if isinstance(one, Chain) for name in _demanded(one))


def _set(schema: Chain, about: Value) -> Value | None:
    """Variables of the environment that a schema demands are set once it let them through; None when it was asked about something else."""
    fields = fields_of(schema)
    if fields is None or not _demands(schema):
        return None
    if isinstance(about, Chain) and about.dotted in _SETTINGS:
        return Shape({name: _setting(Origin(OriginKind.ENVIRONMENT, name), inner) for name, inner in fields.items()})
    if not isinstance(about, Shape) or not all(isinstance(one, Known | Constant) for one in about.fields.values()):
        return None
    out: dict[str, Value] = dict(about.fields)
    any_set = False
    for name, inner in fields.items():
        given = out.get(name)
        origin = next(iter(given.origins)) if isinstance(given, Known) and len(given.origins) == 1 else None
        if origin is not None and origin.kind is OriginKind.ENVIRONMENT:
            out[name] = _setting(origin, inner)
            any_set = True
    return Shape(out, about.rest) if any_set else None


def let_out(made: Chain, name: str) -> bool:
    """Whether ``createEnv({ server: { NAME: z.string().optional() } })`` says of a variable that it may be missing."""
    given = unwrapped(made.steps[0].arguments[0]) if made.steps and made.steps[0].arguments else None
    if not isinstance(given, Shape):
        return False
    for part in ("server", "shared", "client"):
        listed = unwrapped(given.fields[part]) if part in given.fields else None
        schema = unwrapped(listed.fields[name]) if isinstance(listed, Shape) and name in listed.fields else None
        if isinstance(schema, Chain):
            called = {step.name for step in schema.steps}
            return bool(called & _LEFT_OUT) and "default" not in called
    return False


def _setting(origin: Origin, schema: Value) -> Value:
    value = Known(frozenset({origin}))
    return validated(value) if _demands(schema) else value


def _demands(schema: Value) -> bool:
    """Nothing passes that is not there."""
    return isinstance(schema, Chain) and not any(step.name in _MAYBE for step in schema.steps)


def shaped(schema: Value, about: Value, depth: int) -> Value:
    """An object with the schema's keys, each with the origin it has in ``about``; ``about`` itself when the schema cannot be read."""
    fields = fields_of(schema) if isinstance(schema, Chain) else None
    if fields is None and isinstance(schema, Chain) and depth <= _DEEPEST:
        return _each_shaped(schema, about, depth)
    if fields is None or depth > _DEEPEST:
        return about
    if isinstance(about, Shape):
        return _laid_out(fields, about, depth)
    if isinstance(about, Listed):  # laid flat before, or nothing would have passed
        return Listed(tuple(shaped(schema, unwrapped(one), depth + 1) for one in about.items))
    if isinstance(about, Either) and not about.facts:
        return _of_several(schema, about, depth)
    if not isinstance(about, Known):
        return about
    out: dict[str, Value] = {}
    for name, inner in fields.items():
        deeper = Known(frozenset(_below(origin, name) for origin in about.origins))
        out[name] = shaped(inner, deeper, depth + 1)
    return Shape(out)


def _of_several(schema: Value, about: Either, depth: int) -> Value:
    """``schema.parse(raw instanceof FormData ? entries(raw) : raw ?? {})``: whichever it was, only the keys that the schema names are left."""
    found = [one for one in (shaped(schema, unwrapped(one), depth) for one in about.values) if one != NOTHING]
    sides = [one for one in found if isinstance(one, Shape) and not one.rest]
    if not sides or len(sides) < len(found):
        return about
    names = dict.fromkeys(name for one in sides for name in one.fields)
    return Shape({name: either(*(one.fields[name] for one in sides if name in one.fields)) for name in names})


def _each_shaped(schema: Chain, about: Value, depth: int) -> Value:
    """``z.array(shown).parse(rows)``: of each row only what the schema names; a list that came with the request stays as it is."""
    inner = _item(schema)
    if inner is None:
        return about
    if isinstance(about, Listed):
        items = tuple(shaped(inner, unwrapped(one), depth + 1) for one in about.items)
        return about if all(one is other for one, other in zip(items, about.items, strict=True)) else Listed(items)
    if not isinstance(about, Known) or any(one.kind is not OriginKind.ROW for one in about.origins):
        return about
    item = shaped(inner, about, depth + 1)
    return about if item is about else Listed((item,))


def _item(schema: Chain) -> Value | None:
    """The schema of each thing in the list that a schema asks for; None when it asks for something else."""
    number = next((n for n, step in enumerate(schema.steps) if step.name == "array"), None)
    if number is None or any(step.name not in _OF_LISTS for step in schema.steps[number + 1 :]):
        return None
    given = schema.steps[number].arguments or ()
    return unwrapped(given[0]) if given else schema.through(schema.steps[:number])


def _laid_out(fields: Mapping[str, Value], about: Shape, depth: int) -> Value:
    """``schema.parse({ ...body, id })``: of what is laid out beside other things only what the schema names."""
    spread = [one for one in about.rest if isinstance(one, Known)]
    if not spread or len(spread) < len(about.rest) or not isinstance(about.fields, dict):
        return about
    origins = frozenset().union(*(one.origins for one in spread))
    out: dict[str, Value] = {}
    for name, inner in fields.items():
        given = about.fields.get(name) or Known(frozenset(_below(origin, name) for origin in origins))
        out[name] = shaped(inner, unwrapped(given), depth + 1)
    return Shape(out)


def named_in(schema: Value, depth: int = 0) -> frozenset[str] | None:
    """Every key that an answer can have behind a schema, in the objects and lists inside too; None where some part takes anything."""
    schema = unwrapped(schema)
    if not isinstance(schema, Chain) or depth > _DEEPEST:
        return None
    lists = [step for step in schema.steps if step.name == "array" and step.arguments]
    if lists:
        return named_in((lists[0].arguments or ())[0], depth)
    words = {schema.name, *(step.name for step in schema.steps)}
    fields = fields_of(schema)
    if fields is None:
        return (
            None
            if words & (_LOOSE | _ANYTHING | {"record", "transform", "lazy", "union"}) or not depth
            else frozenset()
        )
    below = [named_in(one, depth + 1) for one in fields.values()]
    known = [one for one in below if one is not None]
    return frozenset(fields).union(*known) if len(known) == len(below) else None


def _below(origin: Origin, name: str) -> Origin:
    if origin.kind is OriginKind.REQUEST or (origin.kind is OriginKind.ROW and not origin.path.startswith("!")):
        return origin._replace(path=f"{origin.path}.{name}" if origin.path else name)
    return origin


def fields_of(schema: Chain) -> Mapping[str, Value] | None:
    """The keys of an object schema; None when it is no object or lets other keys through."""
    fields: dict[str, Value] | None = None
    for number, step in enumerate(schema.steps):
        if step.name in _LOOSE:
            return None
        if step.name == "shape" and step.arguments is None:
            return _of_one_field(fields or {}, schema.steps[number + 1 :])
        if step.arguments is None:
            continue
        first = unwrapped(step.arguments[0]) if step.arguments else None
        if step.name in _OBJECT and isinstance(first, Shape):
            fields = _laid_beside(first)
        elif step.name == "extend" and isinstance(first, Shape) and fields is not None:
            fields |= dict(first.fields)
        elif step.name == "merge" and isinstance(first, Chain) and fields is not None:
            fields |= dict(fields_of(first) or {})
        elif step.name == "pick" and isinstance(first, Shape) and not first.rest:
            known = dict.fromkeys(first.fields, UNKNOWN) if fields is None else fields  # of a table's schema, say
            fields = {key: value for key, value in known.items() if key in first.fields}
        elif step.name == "omit" and isinstance(first, Shape) and fields is not None:
            fields = {key: value for key, value in fields.items() if key not in first.fields}
        elif step.name in {
            "array",
            "union",
            "record",
            "transform",
            "pipe",
            "lazy",
            "discriminatedUnion",
            "preprocess",
            "and",
            "intersection",
        }:
            return None
    return fields


def _of_one_field(fields: Mapping[str, Value], steps: tuple[Step, ...]) -> Mapping[str, Value] | None:
    """``invoiceSchema.shape.customer``: the keys of that field; of ``invoiceSchema.shape`` those of the object."""
    if not steps:
        return fields
    inner = unwrapped(fields.get(steps[0].name, UNKNOWN))
    return fields_of(inner.through((*inner.steps, *steps[1:]))) if isinstance(inner, Chain) else None


def _laid_beside(written: Shape) -> dict[str, Value] | None:
    """``z.object({ ...invoiceSchema.shape, note: z.string() })``; None where something is laid out that cannot be read."""
    fields: dict[str, Value] = {}
    for one in written.rest:
        last = one.last if isinstance(one, Chain) else None
        known = fields_of(one) if isinstance(one, Chain) and last is not None and last.name == "shape" else None
        if not known:
            return None
        fields |= known
    return fields | dict(written.fields)
