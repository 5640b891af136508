"""Modules that must stay on the server, and those of them that reach the browser.

A module is private when it makes a privileged client or reads a secret from the environment. Next replaces ``process.env.X`` by nothing in
the browser unless X begins with ``NEXT_PUBLIC_``: such a module is then broken rather than leaking, which is why the variable is told.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from assistant.collect.code.walking import expressions_of
from assistant.domain.code import BrowserModule, ServerModule
from assistant.domain.facts import Place
from assistant.domain.syntax import Assign, Attribute, Call, Declare, Define, DefineClass, Literal, Name


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Expression, Module, Statement

_PUBLIC: Final = re.compile(r"(?:NEXT_PUBLIC|VITE|EXPO_PUBLIC|REACT_APP|PUBLIC|NUXT_PUBLIC|GATSBY)_")
_SERVICE: Final = re.compile(r"SERVICE_?ROLE|SERVICE_?KEY|SUPABASE_SECRET|SUPABASE_ADMIN")
_SECRET: Final = re.compile(
    r"SECRET|SERVICE_?ROLE|SERVICE_?KEY|PRIVATE_KEY|PASSWORD|DATABASE_URL|DIRECT_URL|POSTGRES_(?:URL|PRISMA)|MONGO(?:DB)?_UR[IL]|SIGNING_KEY|ENCRYPTION_KEY"
    r"|(?:OPENAI|ANTHROPIC|RESEND|SENDGRID|PINECONE|GROQ|MISTRAL|COHERE|REPLICATE|ELEVENLABS|DEEPSEEK|TAVILY|LEMONSQUEEZY|PADDLE|POSTMARK)_API_(?:KEY|TOKEN)"
    r"|(?:REDIS_REST|TWILIO_AUTH|GITHUB|SLACK_BOT|BLOB_READ_WRITE|REPLICATE_API)_TOKEN"
)
_NO_SECRET: Final = re.compile(
    r"PUBLISHABLE|ANON|_PUBLIC_KEY|SITE_KEY|CLIENT_ID|MAPS|MAPBOX|POSTHOG|SENTRY_DSN|FIREBASE_API_KEY|RECAPTCHA"
)
_SERVER_PLACES: Final = re.compile(
    r"(?:^|/)(?:pages/api/|supabase/functions/|scripts?/|prisma/|tests?/|e2e/|__tests__/|__mocks__/|migrations/|cypress/|playwright/)"
    r"|(?:^|/)(?:route|middleware|proxy|instrumentation|sitemap|robots)\.[cm]?[jt]sx?\Z|\A[^/]+\.[cm]?js\Z|\.(?:config|test|spec|stories)\.[cm]?[jt]sx?\Z|(?:^|/)seed[\w.-]*\.[cm]?[jt]s\Z"
)
_FACTORIES: Final = frozenset({"createClient", "createServerClient", "createBrowserClient", "Stripe", "initializeApp"})
_PASSES: Final = ("@t3-oss/env", "envalid", "znv")
"""Libraries that keep server variables out of the browser themselves."""
_CALLED: Final = "service-role client"


class _Held(NamedTuple):
    """What makes a module private."""

    says: str
    variable: str
    at: int
    symbol: str

    @property
    def public(self) -> bool:
        return bool(_PUBLIC.match(self.variable))

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """Public first, then the service role, then the first line."""
        return (not self.public, self.says != _CALLED, self.at)


def boundary(program: Program) -> tuple[tuple[BrowserModule, ...], tuple[ServerModule, ...]]:
    """Private modules that reach the browser, and all private modules; both by file and line."""
    reached = program.browser_modules()
    apart = not reached
    browser: list[BrowserModule] = []
    server: list[ServerModule] = []
    for path in sorted(program.modules):
        module = program.modules[path]
        if module.language == "py" or not (path in reached or _worth_reading(module)):
            continue
        held = _held(module)
        if held is None:
            continue
        place = Place(file=path, line=module.line(held.at), symbol=held.symbol or None)
        chain = program.graph.chain_to_browser(path) if path in reached and not _SERVER_PLACES.search(path) else ()
        if chain:
            browser.append(BrowserModule(place=place, says=held.says, chain=chain, variable=held.variable))
        server.append(
            ServerModule(
                place=place,
                says=held.says,
                server_only=apart or _stays(program, module),
                public_variable=held.variable if held.public else "",
            )
        )
    return tuple(browser), tuple(server)


def is_secret_variable(name: str) -> bool:
    """An environment variable of this name holds something nobody but the server may know."""
    bare = _PUBLIC.sub("", name, count=1)
    return bool(_SECRET.search(bare)) and not _NO_SECRET.search(bare)


def _worth_reading(module: Module) -> bool:
    """Modules that import a library with privileged keys, or are named like the place they are kept in."""
    if re.search(r"admin|service|secret|server|stripe|env|config", module.path.rpartition("/")[2]):
        return True
    return any(
        not one.type_only and one.source.startswith(("@supabase/", "stripe", "npm:@supabase", "openai"))
        for one in module.imports
    )


def _stays(program: Program, module: Module) -> bool:
    """No browser code can import it, or the build refuses it when some does."""
    if "use server" in module.directives or _SERVER_PLACES.search(module.path):
        return True
    if any(one.source.partition("/")[0] == "dotenv" for one in module.imports):
        return True  # it is run by hand: what reads a file of variables is no part of the application
    if any(_ends_process(each) for each in expressions_of(module.body)):
        return True  # so is what ends its process; no browser has one
    near = [module, *(program.modules[path] for path in program.imports(module.path) if path in program.modules)]
    return any(one.source in {"server-only", "next/headers"} for each in near for one in each.imports)


def _ends_process(expression: Expression) -> bool:
    """``process.exit(1)``."""
    return (
        isinstance(expression, Attribute)
        and expression.name == "exit"
        and isinstance(expression.of, Name)
        and expression.of.id == "process"
    )


def _held(module: Module) -> _Held | None:
    """What is most private in a module; None when nothing is."""
    if not module.says_env or any(one.source.startswith(_PASSES) for one in module.imports):
        return None
    if not any(_environment(each) is not None for each in expressions_of(module.body)):
        return None  # nearly every module
    found: list[_Held] = []
    variables = _variables(module)
    for statement in module.body:
        symbol = _symbol(statement)
        for expression in expressions_of(statement):
            name = _environment(expression)
            if name is not None and is_secret_variable(name):
                found.append(_Held(name, name, expression.at, symbol))
            elif isinstance(expression, Call) and (key := _privileged(expression, variables)) is not None:
                found.append(_Held(_CALLED, key, expression.at, symbol))
    if not found:
        return None
    clients = [one for one in found if one.says == _CALLED]
    best = min(clients or found, key=lambda one: one.rank)
    return (
        best
        if best.public
        else best._replace(variable=next((one.variable for one in found if one.public), best.variable))
    )


def _variables(module: Module) -> Mapping[str, str]:
    """Names of the module that hold a secret of the environment, with the variable's name."""
    held: dict[str, str] = {}
    for statement in module.body:
        if isinstance(statement, Declare) and isinstance(statement.pattern, Name) and statement.value is not None:
            _note(held, statement.pattern.id, statement.value)
    for expression in expressions_of(module.body):
        if isinstance(expression, Assign) and isinstance(expression.target, Name):
            _note(held, expression.target.id, expression.value)
    return held


def _note(held: dict[str, str], name: str, value: Expression) -> None:
    if isinstance(value, Call):
        return
    for expression in expressions_of(value):
        variable = _environment(expression)
        if variable is not None and is_secret_variable(variable):
            held.setdefault(name, variable)


def _privileged(call: Call, variables: Mapping[str, str]) -> str | None:
    """The variable whose secret a client is made with; None for any other call."""
    callee = call.callee
    name = callee.name if isinstance(callee, Attribute) else callee.id if isinstance(callee, Name) else ""
    if name not in _FACTORIES:
        return None
    for argument in call.arguments[:2]:
        for expression in expressions_of(argument):
            variable = variables.get(expression.id) if isinstance(expression, Name) else _environment(expression)
            if variable is not None and _SERVICE.search(variable):
                return variable
    return None


def _environment(expression: Expression) -> str | None:
    """``process.env.X``, ``import.meta.env.X``, ``env.X``, ``Deno.env.get("X")``: X; None for anything else."""
    if isinstance(expression, Attribute) and expression.name.isupper():
        of = expression.of
        base = of.name if isinstance(of, Attribute) else of.id if isinstance(of, Name) else ""
        return expression.name if "env" in base.lower() else None
    if isinstance(expression, Call) and isinstance(expression.callee, Attribute) and expression.callee.name == "get":
        first = expression.arguments[0] if expression.arguments else None
        of = expression.callee.of
        if (
            isinstance(of, Attribute)
            and of.name == "env"
            and isinstance(first, Literal)
            and isinstance(first.value, str)
        ):
            return first.value
    return None


def _symbol(statement: Statement) -> str:
    """What a top-level statement declares."""
    if isinstance(statement, Declare) and isinstance(statement.pattern, Name):
        return statement.pattern.id
    if isinstance(statement, Define):
        return statement.function.name
    if isinstance(statement, DefineClass):
        return statement.klass.name
    return ""
