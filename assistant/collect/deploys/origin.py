"""Where a token may be sent: https to one origin, http to this machine alone, and a redirect never anywhere else."""

from __future__ import annotations

import ipaddress
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from assistant.domain.errors import UsageError


if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import Message
    from typing import IO

    from assistant.collect.deploys.host import Host


def checked(address: str) -> str:
    """The address of an API without a slash at its end.

    Raises:
        UsageError: it is not https and not on this machine, or holds a name, a password or a query.
    """
    try:
        split = urlsplit(address.strip())
        host, _port = split.hostname or "", split.port
    except ValueError:
        split, host = urlsplit(""), ""
    safe = split.scheme == "https" or (split.scheme == "http" and is_here(host))
    if not host or not safe or split.username or split.password or split.query or split.fragment:
        raise UsageError(
            "the address of the API must begin with https:// and hold neither a password nor a query.",
            "Correct it, or leave it out to ask the host itself.",
        )
    return split.geturl().rstrip("/")


def token_of(host: Host, environment: Mapping[str, str]) -> str:
    """The token for a host.

    Raises:
        UsageError: the variable is not set, or holds what no token is. The value is never shown.
    """
    token = environment.get(host.token, "").strip()
    if not token:
        raise UsageError(
            f"{host.token} is not set, so {host.title} cannot be asked.",
            f"Export a token that may read deployments as {host.token}, or give the list as a JSON file.",
        )
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise UsageError(f"{host.token} does not hold a token.", "Set it again, without spaces or line breaks.")
    return token


def is_here(host: str) -> bool:
    """True for this machine's own loopback addresses."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _SameOrigin(urllib.request.HTTPRedirectHandler):
    """Follows a redirect on the same scheme, host and port; any other stays an answer of status 3xx."""

    max_redirections = 3
    max_repeats = 2

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message[str, str], newurl: str
    ) -> urllib.request.Request | None:
        """None for another origin, which leaves the answer as it is."""
        if _origin(newurl) != _origin(req.full_url):
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def _origin(address: str) -> tuple[str, str, int | None]:
    split = urlsplit(address)
    return split.scheme, split.hostname or "", split.port or {"https": 443, "http": 80}.get(split.scheme)


def opener(address: str) -> urllib.request.OpenerDirector:
    """Opens http and https addresses and no other kind; this machine is asked without a proxy."""
    director = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler({} if is_here(urlsplit(address).hostname or "") else None),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _SameOrigin(),
    ):
        director.add_handler(handler)
    return director
