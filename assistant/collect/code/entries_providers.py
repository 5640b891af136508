"""What modules of NestJS provide, by token: ``{ provide: InvoiceRepository, useClass: StoredInvoices }``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.entries_look import text, value_of
from assistant.collect.code.walking import nodes_of
from assistant.domain.syntax import Attribute, Name, Record
from assistant.text.paths import shared_parts


if TYPE_CHECKING:
    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Expression

_TESTS = re.compile(r"(?:^|/)(?:tests?|__tests__|__mocks__|testing|e2e)/|[.-](?:spec|test|e2e-spec|mock)\.\w+$")
_WAYS = ("useClass", "useExisting", "useFactory", "useValue")


def of_tests(path: str) -> bool:
    """A module of tests: what it makes stands in for something else."""
    return bool(_TESTS.search(path))


class Providers:
    """Every provider of a program that stands for a token."""

    def __init__(self, program: Program) -> None:
        """Reads the modules that use NestJS; providers of tests are left out."""
        self._by_token: dict[str, list[tuple[str, Record]]] = {}
        for path, module in program.modules.items():
            if module.language == "py" or of_tests(path):
                continue
            if not any(one.source.startswith("@nestjs/") for one in module.imports):
                continue
            for node in nodes_of(module.body):
                if isinstance(node, Record) and value_of(node, *_WAYS) is not None:
                    token = spelled(value_of(node, "provide"))
                    if token:
                        self._by_token.setdefault(token, []).append((path, node))

    def nearest(self, token: str, module: str) -> list[tuple[str, Record]]:
        """The providers of a token; those that share most folders with ``module`` come first."""
        found = self._by_token.get(token, [])
        return sorted(found, key=lambda one: (-shared_parts(one[0], module), one[0], one[1].at))


def spelled(node: Expression | None) -> str:
    """A token as it is written: a class, a constant, a member of one, a text."""
    if isinstance(node, Name):
        return node.id
    if isinstance(node, Attribute):
        owner = spelled(node.of)
        return f"{owner}.{node.name}" if owner else ""
    return text(node) or ""
