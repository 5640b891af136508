"""The module of the maintenance guard, written from its template in the habits of the file that will call it."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from assistant.domain.fixes import NewModule

TEMPLATE: Final = "maintenance.ts.j2"


def guard_module(wanted: NewModule) -> str:
    """Text of the module; nothing in it comes from outside but the habits and the name of the variable."""
    import jinja2

    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - TypeScript, and every value is one of a few that stanch knows
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    template = files("playbooks").joinpath("templates", TEMPLATE).read_text(encoding="utf-8")
    text = environment.from_string(template).render(
        variable=wanted.variable,
        typed=wanted.path.endswith((".ts", ".tsx")),
        quote=wanted.quote,
        semicolon=wanted.semicolon,
        indent=wanted.indent,
    )
    return text.replace("\n", wanted.eol)
