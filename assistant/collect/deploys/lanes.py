"""Which lane a changed file belongs to, by its name alone: code, migrations, configuration, dependencies, or nothing that counts."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from assistant.collect.code.sources import is_source
from assistant.domain.deploys import Lane


_DEPENDENCIES: Final = re.compile(
    r"(?:^|/)(?:package\.json|pyproject\.toml|requirements[\w.-]*\.txt|Pipfile|deno\.jsonc?|import_map\.json)\Z"
)
_CONFIGURATION: Final = re.compile(
    r"(?:^|/)(?:\.env[\w.-]*|next\.config\.[cm]?[jt]s|vercel\.json|now\.json|netlify\.toml|wrangler\.(?:toml|jsonc?)|_headers|_redirects"
    r"|render\.ya?ml|fly\.toml|Dockerfile[\w.-]*|(?:docker-)?compose[\w.-]*\.ya?ml|firebase\.json|firestore\.rules|storage\.rules|[\w.-]+\.rules"
    r"|nginx[\w.-]*\.conf|[tj]sconfig[\w.-]*\.json|config\.toml|turbo\.json|staticwebapp\.config\.json)\Z|(?:^|/)\.github/workflows/"
)
_SCHEMA: Final = re.compile(r"\.sql\Z|(?:^|/)schema\.prisma\Z|\.prisma\Z|(?:^|/)meta/_journal\.json\Z")
_OUTSIDE: Final = re.compile(
    r"(?:^|/)(?:node_modules|vendor|third_party|dist|\.next|__generated__|coverage|__snapshots__)/"
)


@lru_cache(maxsize=65_536)
def lane_of(path: str) -> Lane:
    """The lane of a path relative to the root of the repository."""
    if _OUTSIDE.search(path):
        return Lane.OTHER
    if _SCHEMA.search(path):
        return Lane.MIGRATIONS
    if _DEPENDENCIES.search(path):
        return Lane.DEPENDENCIES
    if _CONFIGURATION.search(path):
        return Lane.CONFIGURATION
    return Lane.CODE if is_source(path) else Lane.OTHER
