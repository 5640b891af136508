"""Deploy records: what the hosts say went live and when, from files that were saved or from their APIs when the operator asks.

Files are recognised by their shape. The network is touched by ``fetch`` alone. Whatever was left out is counted and said, a list that
ends early says how far it goes, and nothing is guessed: a deployment without a whole commit hash is no deploy here.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from typing import TYPE_CHECKING, Final

from assistant.collect.deploys.gathered import HOSTS, Fetched, in_order, told
from assistant.collect.deploys.lists import documents, entries_of
from assistant.collect.deploys.paging import is_before, only, walked, with_outcome
from assistant.collect.files import read_text
from assistant.domain.errors import UnreachableError, UsageError
from assistant.domain.replay import NotRead
from assistant.text.plural import plural
from assistant.text.screen import screen


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from assistant.collect.deploys.api import Api
    from assistant.collect.deploys.host import Entry, Host, Request
    from assistant.domain.deploys import Deploy

PLACES: Final = (
    "deployments*.json",
    "deploys*.json",
    ".vercel/deploy*.json",
    ".netlify/deploy*.json",
    ".render/deploy*.json",
    ".github/deployments*.json",
    ".stanch/deploys/*.json",
)
"""Where lists that people saved are looked for."""
ADDRESS: Final = "STANCH_DEPLOYS_URL"
"""Environment variable with the address of an API that is not the host's own."""
_TELL: Final = 20
"""Outcomes that are asked for one by one between two sentences about it."""
_OTHERS: Final = "are for other environments than production, whose outcome was not asked for"


def from_file(path: Path) -> tuple[Deploy, ...]:
    """The deploys in a JSON file, newest first; ``read_file`` says what it leaves out.

    Raises:
        UsageError: the file cannot be read, is not JSON, or no known host writes such a list.
    """
    return read_file(path).deploys


def read_file(path: Path) -> Fetched:
    """The deploys in a JSON file that holds a list as a host's API returns it; the host is recognised by the shape.

    Args:
        path: any regular file: one page, a bare list, an array of pages, or pages behind each other.

    Raises:
        UsageError: the file cannot be read, is not JSON, or no known host writes such a list.
    """
    name = screen(path.name)
    try:
        target = path.resolve()
    except (OSError, RuntimeError):  # a loop of links
        target = path
    text = read_text(target.parent, target.name)
    if isinstance(text, NotRead):
        raise UsageError(f"{name} is not read: {text.reason}", "Give the JSON that the host's API answered.")
    entries = [entry for document in documents(text, name) for entry in entries_of(document)]
    if not entries:
        return Fetched(deploys=())
    host = next((host for entry in entries for host in HOSTS.values() if host.fits(entry)), None)
    if host is None:
        known = ", ".join(host.title for host in HOSTS.values())
        raise UsageError(
            f"{name} is no list of deployments as a known host returns it.", f"Give one of {known}, unchanged."
        )
    return told(host, entries)


def in_repository(root: Path) -> Fetched:
    """The deploys in lists that lie in the repository, see ``PLACES``; a file that is none of them is a remark.

    Args:
        root: top of the work tree.
    """
    deploys: list[Deploy] = []
    remarks: list[str] = []
    for path in sorted({path for place in PLACES for path in root.glob(place)}):
        name = screen(path.relative_to(root).as_posix())
        try:
            if not path.resolve().is_relative_to(root.resolve()):
                remarks.append(f"{name} leads out of the repository and was not read.")
                continue
            found = read_file(path)
        except (UsageError, OSError, RuntimeError) as error:
            remarks.append(str(error) if isinstance(error, UsageError) else f"{name} cannot be read.")
            continue
        deploys += found.deploys
        remarks += [f"{name}: {remark}" for remark in found.remarks]
    return Fetched(deploys=in_order(deploys), remarks=tuple(remarks))


def fetch(
    host: str,
    project: str,
    since: datetime,
    on_progress: Callable[[str], None],
    *,
    address: str = "",
    environment: Mapping[str, str] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], None] = time.sleep,
) -> Fetched:
    """Ask a host for the deployments of a project to production. The only function here that touches the network.

    Args:
        host: one of ``HOSTS``.
        project: as that host names it; ``linked.linked_projects`` finds the names that the repository knows.
        since: aware; of the deployments that were made before, only the one that was live then is told.
        on_progress: told in sentences how far it is and when it waits.
        address: of the API, when it is not the host's own; else from ``STANCH_DEPLOYS_URL``, and for GitHub ``GITHUB_API_URL``.
        environment: variables; the process's own when None. Holds the token.
        cancelled: True ends it with what there is.
        sleep: how to wait when the host limits requests.

    Raises:
        UsageError: no such host, no token, the project or the address does not fit. Nothing was sent then.
        UnreachableError: nothing could be read.
    """
    from assistant.collect.deploys.api import Api
    from assistant.collect.deploys.origin import token_of

    variables = os.environ if environment is None else environment
    chosen = HOSTS.get(host)
    if chosen is None:
        raise UsageError(f"{screen(host)!r} is no host that stanch can ask.", f"Choose one of {', '.join(HOSTS)}.")
    account = variables.get(chosen.account_variable, "").strip() if chosen.account_variable else ""
    if account and account.startswith(chosen.account_begins) and project and "/" not in project:
        project = f"{account}/{project}"
    request = chosen.request(project)
    token = token_of(chosen, variables)
    address = address or variables.get(ADDRESS, "") or variables.get(chosen.address_variable, "") or chosen.address
    api = Api(chosen, address, token, on_progress=on_progress, cancelled=cancelled, sleep=sleep)
    return _gathered(chosen, api, request, since, on_progress)


def _gathered(chosen: Host, api: Api, request: Request, since: datetime, on_progress: Callable[[str], None]) -> Fetched:
    """Everything since a moment, and the one that was live then; what was read before a failure is kept and says how far it goes."""
    entries: list[Entry] = []
    left_out: Counter[str] = Counter()
    incomplete = ""
    try:
        for entry in walked(chosen, api, request, since, on_progress):
            whole = with_outcome(chosen, api, request, entry)
            if whole is None:
                left_out[_OTHERS] += 1
                continue
            if is_before(chosen, entry, since):
                deploy = chosen.deploy(whole) if chosen.fits(whole) else ""
                if isinstance(deploy, str) or not deploy.succeeded:
                    continue
                entries.append(whole)
                break
            entries.append(whole)
            if chosen.ended is not None and len(entries) % _TELL == 0:
                on_progress(f"{chosen.title}: outcome of {plural(len(entries), 'deployment')} read.")
    except UnreachableError as error:
        if not entries:
            raise
        incomplete = only(chosen, entries, since, str(error))
    return told(chosen, entries, says_incomplete=incomplete, left_out=left_out)
