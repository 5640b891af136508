"""What NestJS's container hands to a constructor: by its class, by the token that a module provides, by a mapper's decorator."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.entries_look import callee_of, value_of
from assistant.collect.code.entries_providers import spelled
from assistant.collect.code.follow.classes import instance
from assistant.collect.code.values import (
    UNKNOWN,
    Blueprint,
    Chain,
    Closure,
    Constant,
    Shape,
    Step,
    request,
    text_of,
    unwrapped,
)
from assistant.domain.syntax import Attribute, Call, Name, Record, Sequence


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Value
    from assistant.domain.syntax import Expression, Parameter

_COMMON = "@nestjs/common"
_DEEPEST = 6
_CLASS = re.compile(r"^[A-Z]\w*$")
_WHOLE = {
    ("nestjs-kysely", "InjectKysely"): Chain("kysely", "Kysely", (Step("", (), True, "", 0, 0),)),
    ("@nestjs/mongoose", "InjectConnection"): Chain("mongoose", "connection"),
    ("@nestjs/typeorm", "InjectDataSource"): Chain("typeorm", "dataSource"),
    ("@nestjs/typeorm", "InjectEntityManager"): Chain("typeorm", "manager"),
    ("@nestjs/typeorm", "InjectConnection"): Chain("typeorm", "dataSource"),
}
"""Decorators that ask for the whole store."""
_RESOLVES = frozenset({"resolve", "get"})
_CONTAINERS = ("tsyringe", "typedi", "inversify", "awilix", "@nestjs/core")
_REPOSITORIES = {"@nestjs/typeorm": "typeorm", "@mikro-orm/nestjs": "@mikro-orm/core"}


def resolved(run: Run, chain: Chain) -> Value | None:
    """``container.resolve(InvoiceStore)`` and ``moduleRef.get(InvoiceStore)``: the object of that class; None for any other call."""
    last = chain.last
    given = last.arguments if last is not None and last.name in _RESOLVES else None
    if not given or not isinstance(given[0], Blueprint) or not chain.source.startswith(_CONTAINERS):
        return None
    return Container(run, UNKNOWN).object_of(given[0])


class Container:
    """The objects that NestJS makes once for an application, as far as one run needs them."""

    def __init__(self, run: Run, reflector: Value) -> None:
        """``reflector`` answers for what decorators say of the method that is called."""
        self.run = run
        self.reflector = reflector
        self._made: dict[int, Shape] = {}
        self._asked: set[str] = set()
        self._depth = 0

    def object_of(self, blueprint: Blueprint) -> Shape:
        """The one object of a class, its constructor given what it asks for."""
        key = id(blueprint.klass)
        if key not in self._made:
            self._made[key] = Shape({}, (UNKNOWN,))  # for services that ask for each other
            self._depth += 1
            start = next((one for one in blueprint.klass.methods if one.name == "constructor"), None)
            given = tuple(self._given(blueprint.module, one) for one in start.parameters) if start else ()
            self._depth -= 1
            self._made[key] = instance(self.run, blueprint, given, blueprint.module, blueprint.klass.at)
        return self._made[key]

    def _given(self, module: str, parameter: Parameter) -> Value:
        """What stands for a parameter of a constructor: what its decorator asks for, else the class that it is declared as."""
        declared = parameter.annotation.strip()
        if declared.startswith("Reflector"):
            return self.reflector
        for node in parameter.decorators:
            asked = self._asked_for(module, node)
            if asked is not None:
                return asked
        if not _CLASS.match(declared) or self._depth > _DEEPEST:
            return UNKNOWN
        return self._of_token(module, Name(declared, 0, 0))

    def _asked_for(self, module: str, node: Expression) -> Value | None:
        """``@Inject(TOKEN)``, ``@InjectRepository(Invoice)``, ``@InjectModel(Invoice.name)``; None for a decorator that chooses nothing."""
        found = self.run.world.program.modules.get(module)
        local = callee_of(node)
        source, name = (
            next(((one.source, one.name) for one in found.imports if one.local == local), ("", ""))
            if found
            else ("", "")
        )
        first = node.arguments[0] if isinstance(node, Call) and node.arguments else None
        if (source, name) in _WHOLE:
            return _WHOLE[source, name]
        if source == _COMMON and name == "Inject" and first is not None:
            if isinstance(first, Name) and first.id == "REQUEST":  # the object is made for each request
                return request("request")
            return self._of_token(module, first) if self._depth <= _DEEPEST else UNKNOWN
        if name == "InjectRepository" and source in _REPOSITORIES and first is not None:
            entity = self.run.evaluate(first, self.run.world.scope(module))
            step = Step("getRepository", (entity,), False, module, first.at, first.end)
            return Chain(_REPOSITORIES[source], "dataSource", (step,))
        if name == "InjectModel" and first is not None:
            return self._model(module, source, first)
        return None

    def _model(self, module: str, source: str, first: Expression) -> Value | None:
        value = self.run.evaluate(first, self.run.world.scope(module))
        if source == "@nestjs/sequelize":
            return value
        if source != "@nestjs/mongoose":
            return None
        if isinstance(first, Attribute) and first.name == "name" and isinstance(first.of, Name):
            word = first.of.id  # the name of a class
        else:
            word = text_of(value) or ""
        step = Step("model", (Constant(word),), False, module, first.at, first.end)
        return Chain("mongoose", "mongoose", (step,))

    def _of_token(self, module: str, token: Expression) -> Value:
        """What a module provides for a token, else the object of the class that it is."""
        provided = self._provided(module, spelled(token))
        if provided is not None:
            return provided
        value = unwrapped(self.run.evaluate(token, self.run.world.scope(module)))
        if isinstance(value, Chain) and value.name == "forwardRef" and value.last is not None:
            later = next((one for one in value.last.arguments or () if isinstance(one, Closure)), None)
            value = unwrapped(self.run.settle(self.run.call(later, (), module, token.at))) if later else UNKNOWN
        if isinstance(value, Blueprint):
            return self.object_of(value)
        if isinstance(value, Chain) and not value.steps:
            return value.through((Step("", (), True, module, 0, 0),))
        return UNKNOWN

    def _provided(self, module: str, token: str) -> Value | None:
        """``{ provide: InvoiceRepository, useClass: StoredInvoices }`` of the nearest module that says it."""
        if not token or token in self._asked:
            return None
        self._asked.add(token)
        try:
            for where, record in self.run.world.providers.nearest(token, module):
                made = self._made_by(where, record)
                if made is not UNKNOWN:
                    return made
        finally:
            self._asked.discard(token)
        return None

    def _made_by(self, module: str, record: Record) -> Value:
        scope = self.run.world.scope(module)
        of_class, existing = value_of(record, "useClass"), value_of(record, "useExisting")
        factory, ready = value_of(record, "useFactory"), value_of(record, "useValue")
        if of_class is not None:
            value = unwrapped(self.run.evaluate(of_class, scope))
            return self.object_of(value) if isinstance(value, Blueprint) else UNKNOWN
        if existing is not None:
            return self._of_token(module, existing)
        if factory is not None:
            makes = unwrapped(self.run.evaluate(factory, scope))
            if not isinstance(makes, Closure):
                return UNKNOWN
            asks = value_of(record, "inject")
            items = asks.items if isinstance(asks, Sequence) else ()
            given = tuple(self._of_token(module, _token(one)) for one in items)
            return self.run.settle(self.run.attempt(makes, given, module, factory.at))
        return self.run.evaluate(ready, scope) if ready is not None else UNKNOWN


def _token(item: Expression) -> Expression:
    """``inject: [{ token: CACHE, optional: true }]``."""
    said = value_of(item, "token") if isinstance(item, Record) else None
    return said if said is not None else item
