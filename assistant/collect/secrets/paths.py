"""What a path says: environment file and of which environment, test or example, lock file, binary; how names in it are read."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import Final


class Reading(Enum):
    """How far a name is trusted in a file."""

    ASSIGNMENTS = "assignments"
    """An environment file: every line names its value."""
    SETTINGS = "settings"
    """Compose files, pipelines, Dockerfiles, TOML, INI, shell."""
    SOURCE = "source"
    """Code and JSON: quoted literals."""
    FORMS_ALONE = "forms"
    """Tests, examples, documentation, source maps, data: names prove nothing there."""


_ENVIRONMENT_FILE: Final = re.compile(
    r"(?:^|/)(?:\.env(?:rc)?(?:[.-](?P<dotted>[\w.-]+))?|(?P<named>[\w-]+)\.env|\.dev\.vars(?:\.(?P<vars>[\w-]+))?)$",
    re.IGNORECASE,
)
_EXAMPLE: Final = re.compile(
    r"example|sample|template|dist$|default|tpl|schema|copy|mock|stub|dummy|^ci$", re.IGNORECASE
)
_ENVIRONMENTS: Final = (
    ("production", re.compile(r"prod|live", re.IGNORECASE)),
    ("preview", re.compile(r"preview", re.IGNORECASE)),
    ("staging", re.compile(r"stag|uat|qa", re.IGNORECASE)),
    ("test", re.compile(r"test|e2e", re.IGNORECASE)),
    ("development", re.compile(r"dev|local", re.IGNORECASE)),
)
_TESTS: Final = re.compile(
    r"(?:^|/)(?:__tests__|__mocks__|__fixtures__|tests?|spec|e2e|cypress|playwright|fixtures?|mocks?|testdata|test-data|test-utils|stories|examples?|samples?"
    r"|docs?|documentation|seeds?)/|[._-](?:test|tests|spec|e2e|mock|mocks|fixture|fixtures|stories|example|sample|cy)\.[\w.]+$"
    r"|(?:^|/)(?:conftest|(?:test|mock|fixture|seed)s?(?:[_-][\w-]*)?)\.\w+$|\.mdx?$|\.rst$|\.adoc$|(?:^|/)(?:README|CHANGELOG|CONTRIBUTING)[^/]*$",
    re.IGNORECASE,
)
_SETTINGS: Final = re.compile(
    r"\.(?:ya?ml|toml|ini|conf|cfg|properties|tfvars|sh|bash|zsh|ps1|npmrc|service)$|(?:^|/)(?:Dockerfile|Makefile|Procfile|Jenkinsfile)[\w.-]*$|\.dockerfile$",
    re.IGNORECASE,
)
_SOURCE: Final = re.compile(
    r"\.(?:[cm]?[jt]sx?|vue|svelte|astro|json5?|jsonc|py|rb|go|php|java|kt|cs|rs|swift|dart|html?|ex|exs|prisma|sql|ipynb)$",
    re.IGNORECASE,
)
LOCK_FILES: Final = (
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "bun.lock",
    "bun.lockb",
    "deno.lock",
    "Cargo.lock",
    "poetry.lock",
    "uv.lock",
    "Pipfile.lock",
    "composer.lock",
    "Gemfile.lock",
    "Podfile.lock",
    "pubspec.lock",
    "go.sum",
    "mix.lock",
    "flake.lock",
)
_BINARY: Final = re.compile(
    r"\.(?:png|jpe?g|gif|webp|avif|ico|icns|bmp|tiff?|psd|ai|pdf|mp[34]|m4a|mov|webm|wav|ogg|woff2?|[to]tf|eot|zip|t?gz|bz2|xz|7z|rar|jar|wasm|node|so|dylib"
    r"|dll|exe|bin|class|pyc|sqlite|db|parquet|onnx|glb|gltf|heic)$",
    re.IGNORECASE,
)
VENDORED: Final = re.compile(
    r"(?:^|/)(?:node_modules|bower_components|\.yarn/(?:releases|cache|unplugged)|site-packages|vendor/bundle)/"
)


@lru_cache(maxsize=4096)
def reading_of(path: str) -> Reading:
    """How far a name is trusted in this file."""
    if is_environment_file(path):
        return Reading.FORMS_ALONE if in_tests(path) else Reading.ASSIGNMENTS
    if in_tests(path) or path.endswith(".map"):
        return Reading.FORMS_ALONE
    if _SETTINGS.search(path):
        return Reading.SETTINGS
    return Reading.SOURCE if _SOURCE.search(path) else Reading.FORMS_ALONE


@lru_cache(maxsize=4096)
def in_tests(path: str) -> bool:
    """The path says test, fixture, example or documentation."""
    return bool(_TESTS.search(path)) or (
        is_environment_file(path) and (is_example(path) or environment_of(path) == "test")
    )


def is_environment_file(path: str) -> bool:
    """``.env``, ``.env.production``, ``prod.env``, ``.dev.vars``, ``.envrc``."""
    return bool(_ENVIRONMENT_FILE.search(path))


def is_example(path: str) -> bool:
    """An environment file that shows the names: ``.env.example``."""
    match = _ENVIRONMENT_FILE.search(path)
    return bool(match and _EXAMPLE.search(match["dotted"] or match["named"] or match["vars"] or ""))


def environment_of(path: str) -> str:
    """``production``, ``preview``, ``staging``, ``test``, ``development``, or empty: ``.env`` alone is for all of them."""
    match = _ENVIRONMENT_FILE.search(path)
    if match is None or is_example(path):
        return ""
    words = match["dotted"] or match["named"] or match["vars"] or ("local" if ".dev.vars" in path else "")
    return next((name for name, pattern in _ENVIRONMENTS if pattern.search(words)), "")


def left_out(path: str) -> str:
    """Why a file is not read, empty when it is."""
    if path.rpartition("/")[2] in LOCK_FILES:
        return "lock file"
    if _BINARY.search(path):
        return "binary"
    return "somebody else's code" if VENDORED.search(path) else ""
