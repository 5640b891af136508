"""Small builders: a chain as it reads in the code.

``grow("@supabase/supabase-js", "createClient").call(url, key).do("from", "chats").do("select", "*")`` is the value that the follower makes of
``createClient(url, key).from("chats").select("*")``. Plain Python values become constants, dicts object literals, lists arrays.
"""

from __future__ import annotations

from typing import Any

from assistant.collect.code.values import Chain, Constant, Known, Listed, Shape, Step
from assistant.domain.code import Origin, OriginKind


def value(given: Any) -> Any:
    """The abstract value of a plain one."""
    if isinstance(given, Grown):
        return given.chain
    if given is None or isinstance(given, (str, int, float, bool)):
        return Constant(given)
    if type(given) is dict:
        return Shape(
            {key: value(each) for key, each in given.items() if not key.startswith("...")},
            tuple(value(each) for key, each in given.items() if key.startswith("...")),
        )
    if type(given) is list:
        return Listed(tuple(value(each) for each in given))
    return given


class Grown:
    """A chain that is being written."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain

    def _with(self, name: str, arguments: Any, *, new: bool = False, text: str = "") -> Grown:
        step = Step(name, arguments, new, "app/x.ts", 0, 0, text)
        return Grown(self.chain.through((*self.chain.steps, step)))

    def get(self, *names: str) -> Grown:
        """Attributes that are only read."""
        out = self
        for name in names:
            out = out._with(name, None)
        return out

    def do(self, name: str, *arguments: Any) -> Grown:
        """A method that is called."""
        return self._with(name, tuple(value(each) for each in arguments))

    def call(self, *arguments: Any) -> Grown:
        """The value itself is called."""
        return self.do("", *arguments)

    def new(self, *arguments: Any) -> Grown:
        """``new X(…)``."""
        return self._with("", tuple(value(each) for each in arguments), new=True)

    def tag(self, name: str, text: str, *arguments: Any) -> Grown:
        """A tagged template."""
        return self._with(name, tuple(value(each) for each in arguments), text=text)


def grow(source: str, name: str) -> Grown:
    """What was imported."""
    return Grown(Chain(source, name))


def env(name: str) -> Known:
    """A variable of the environment."""
    return Known(frozenset({Origin(OriginKind.ENVIRONMENT, name)}))


def template(text: str, *values: Any) -> Chain:
    """A plain template."""
    return grow("global", "template").tag("", text, *values).chain


def pairs(draft: Any) -> list[tuple[str, str]]:
    """Columns and operators of the conditions."""
    return [(column, how) for column, how, _ in draft.filters]
