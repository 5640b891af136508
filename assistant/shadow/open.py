"""The one call most of the program needs: a fresh shadow database, with its server, for the length of a ``with`` block."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from assistant.domain.catalog import PlatformKind


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.shadow.database import Shadow


@contextlib.contextmanager
def open_shadow(
    *,
    url: str | None = None,
    platform: PlatformKind = PlatformKind.SUPABASE,
    on_progress: Callable[[str], None] | None = None,
) -> Iterator[Shadow]:
    """A server and a fresh database with the shim of ``platform``; both are gone when the context closes.

    Raises:
        ShadowError: no server can be had; says why and what to do.
    """
    from assistant.shadow.server import open_server

    with open_server(url, platform=platform, on_progress=on_progress) as server, server.create() as shadow:
        yield shadow
