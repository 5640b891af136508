"""One host's HTTP API, asked with a token: read-only, slow when the host wants it, and never anywhere else.

Only GET, only https (http on this machine alone, for tests), only to the address of the API. A redirect is followed on the same origin
and refused anywhere else, so that no other machine sees the token. The token comes from the environment and stands in one header; it
is in no sentence, no file and no journal. Answers have a largest size and a longest time. Nothing of an answer is run.
"""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from assistant.collect.deploys.host import Answer
from assistant.collect.deploys.limits import UNSAID, is_limited, is_spent, seconds_until_free
from assistant.collect.deploys.origin import checked, opener
from assistant.domain.errors import UnreachableError


if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message

    from assistant.collect.deploys.host import Host, Request

LARGEST: Final = 32 * 1024 * 1024
"""Bytes of the largest answer that is read."""
SILENCE: Final = 20.0
"""Seconds without a byte after which the host counts as unreachable."""
LONGEST: Final = 90.0
"""Seconds that one answer may take."""
PATIENCE: Final = 180.0
"""Seconds that limits of the host may cost altogether."""
_BLOCK: Final = 1 << 16
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _REDIRECTS = 401, 403, 404, range(300, 400)


class Api:
    """Asks one host."""

    def __init__(
        self,
        host: Host,
        address: str,
        token: str,
        *,
        on_progress: Callable[[str], None],
        cancelled: Callable[[], bool] = lambda: False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Args: host: whom; address: of the API; token: as it is sent; on_progress: told in a sentence when it waits."""
        self._host, self._address = host, checked(address)
        self._headers = {"Accept": "application/json", "User-Agent": "stanch", **host.headers}
        self._headers["Authorization"] = f"Bearer {token}"
        self._tell, self._cancelled, self._sleep, self._patience = on_progress, cancelled, sleep, PATIENCE
        self._pause = 0.0
        self._opener = opener(self._address)

    def ask(self, request: Request) -> Answer:
        """The answer to one GET; waits first when the host asks for it and it is not for long.

        Raises:
            UnreachableError: it cannot be had, or what came is no JSON; says why and what to do.
        """
        while True:
            self._stop_when_told()
            self._wait()
            status, headers, body = self._got(request)
            if is_limited(status, headers):
                until = seconds_until_free(headers, time.time())
                self._pause = UNSAID if until is None else max(until, 1.0)
                continue
            if is_spent(headers):
                self._pause = seconds_until_free(headers, time.time()) or 0.0
            self._refuse(status)
            try:
                return Answer(body=json.loads(body), headers=headers)
            except (ValueError, RecursionError):
                raise self._wrong("answered with something that is not JSON") from None

    def _wait(self) -> None:
        pause, self._pause = self._pause, 0.0
        if not pause:
            return
        if pause > self._patience:
            raise UnreachableError(
                f"{self._host.title} limits requests and wants a pause of {_long(pause)}.",
                "Run it again after that, or give the list as a JSON file.",
            )
        self._patience -= pause
        self._tell(f"{self._host.title} limits requests: waiting {_long(pause)}.")
        while pause > 0:
            self._sleep(min(pause, 1.0))
            pause -= 1.0
            self._stop_when_told()

    def _stop_when_told(self) -> None:
        if self._cancelled():
            raise UnreachableError(
                f"{self._host.title} was not asked any further, because you stopped it.", "Run it again for the rest."
            )

    def _got(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        query = f"?{urlencode(request.query)}" if request.query else ""
        asked = urllib.request.Request(  # noqa: S310 - the scheme was checked
            self._address + request.path + query, headers=self._headers, method="GET"
        )
        try:
            with self._opener.open(asked, timeout=SILENCE) as answer:
                return answer.status, _lowered(answer.headers), self._read(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _lowered(error.headers), b""
        except TimeoutError:
            raise self._silent() from None
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise self._silent() from None
            reason = getattr(error.reason, "strerror", None) or type(error.reason).__name__
            raise UnreachableError(
                f"{self._host.title} cannot be reached ({reason}).", "Look at the connection, or give a JSON file."
            ) from None
        except (OSError, http.client.HTTPException, ValueError):
            raise self._wrong("broke the answer off") from None

    def _read(self, answer: http.client.HTTPResponse) -> bytes:
        blocks, size, end = [], 0, time.monotonic() + LONGEST
        while block := answer.read1(_BLOCK):
            blocks.append(block)
            size += len(block)
            if size > LARGEST:
                raise self._wrong(f"answered with more than {LARGEST >> 20} MB")
            if time.monotonic() > end:
                raise self._silent()
        if answer.length:  # read1 ends quietly when the connection does
            raise self._wrong("broke the answer off")
        return b"".join(blocks)

    def _refuse(self, status: int) -> None:
        title, token = self._host.title, self._host.token
        if status == _UNAUTHORIZED:
            raise UnreachableError(f"{title} does not accept the token in {token}.", f"Put a valid one into {token}.")
        if status == _FORBIDDEN:
            raise UnreachableError(
                f"the token in {token} may not read these deployments.", f"Give it the right to read them at {title}."
            )
        if status == _NOT_FOUND:
            raise UnreachableError(
                f"{title} knows no such project, or hides it from the token in {token}.", f"Give {self._host.wants}."
            )
        if status in _REDIRECTS:
            raise UnreachableError(
                f"{title} sent the request on to another machine or in a circle; stanch did not follow with the token.",
                "Look at the address of the API that is configured.",
            )
        if status != http.client.OK:
            raise UnreachableError(f"{title} answered with status {status}.", "Try again later, or give a JSON file.")

    def _silent(self) -> UnreachableError:
        return UnreachableError(f"{self._host.title} did not answer in time.", "Try again, or give a JSON file.")

    def _wrong(self, what: str) -> UnreachableError:
        return UnreachableError(f"{self._host.title} {what}.", "Look at the address of the API, or give a JSON file.")


def _lowered(headers: Message[str, str]) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in headers.items()}


def _long(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{round(seconds)} seconds" if seconds < 120 else f"{minutes:,} minutes"  # noqa: PLR2004 - two minutes
