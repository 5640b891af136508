"""The pages of a host's list, followed to the beginning of the window and no further."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.collect.deploys.lists import page_of
from assistant.domain.errors import UnreachableError
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from assistant.collect.deploys.api import Api
    from assistant.collect.deploys.host import Entry, Host, Request

_MOST_PAGES: Final = 400


def walked(
    host: Host, api: Api, request: Request, since: datetime, on_progress: Callable[[str], None]
) -> Iterator[Entry]:
    """Entries since a moment, page by page, newest first; then the older ones of the last page, which come without another request."""
    asked: set[Request] = set()
    onward: Request | None = request
    number = 0
    while onward is not None and len(asked) < _MOST_PAGES:
        if onward in asked:
            raise UnreachableError(f"the pages of {host.title} go round in a circle.", "Give the list as a JSON file.")
        asked.add(onward)
        answer = api.ask(onward)
        page = page_of(answer.body)
        if page is None:
            raise UnreachableError(
                f"{host.title} answered with JSON that is no list of deployments.", "Look at the project's name."
            )
        young = [entry for entry in page if not is_before(host, entry, since)]
        yield from young
        number += len(young)
        on_progress(f"{host.title}: {plural(number, 'deployment')} read.")
        past = [entry for entry in page if is_before(host, entry, since)]
        yield from past
        onward = None if past or not page else host.onward(onward, page, answer)
    if onward is not None:
        raise UnreachableError(
            f"{host.title} has more than {_MOST_PAGES} pages for that time.", "Ask for a later start with --last-good."
        )


def is_before(host: Host, entry: Entry, since: datetime) -> bool:
    """True when it was made before the window."""
    at = host.begun(entry)
    return at is not None and at < since


def with_outcome(host: Host, api: Api, request: Request, entry: Entry) -> Entry | None:
    """The entry with how it ended; None when that was not asked for."""
    if host.ended is None or not host.fits(entry):
        return entry
    asked = host.ended(entry, request)
    if asked is None:
        return entry if "statuses" in entry else None
    return {**entry, "statuses": page_of(api.ask(asked).body) or []}


def only(host: Host, entries: list[Entry], since: datetime, why: str) -> str:
    """How far a list goes that ended early, and why, as a sentence with its number."""
    times = [at for entry in entries if (at := host.begun(entry)) is not None]
    reach = f" back to {min(times):%Y-%m-%d %H:%M} UTC" if times else ""
    number = plural(len(entries), "deployment")
    return f"Only {number} of {host.title}{reach} were read of those since {since:%Y-%m-%d %H:%M} UTC: {why}"
