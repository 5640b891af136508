"""Files of the server's own disk whose whole path the request says: somebody else's upload, or the settings of the server.

A path that begins in a folder of the code's is left alone: what stands there is the code's business.
"""

from __future__ import annotations

import re

from assistant.collect.code.drafts import Draft
from assistant.collect.code.recognise.chains import Seen, argument, package_of, template_of
from assistant.collect.code.values import Chain, Known, Value
from assistant.domain.code import OriginKind


PACKAGES: tuple[str, ...] = ("fs", "fs-extra", "graceful-fs")
_METHODS = {
    "readFile": "select",
    "readFileSync": "select",
    "createReadStream": "select",
    "unlink": "delete",
    "unlinkSync": "delete",
    "rm": "delete",
    "rmSync": "delete",
}
_JOINS = frozenset({"join", "resolve", "normalize"})
_PATHS = frozenset({"path", "path/posix", "upath"})
_KEPT = re.compile(r"(?:^|\.)(?:files?|uploads?)(?:\.\w+)*\.(?:path|filepath|tempFilePath)$")
"""Where a form reader has put an upload: the server named it."""


def query(chain: Chain, seen: Seen) -> Draft | None:
    """A file that is read or removed by a path of the request; None for anything else."""
    del seen
    last = chain.last
    if last is None or last.arguments is None or package_of(chain.source).partition("/")[0] not in PACKAGES:
        return None
    verb = _METHODS.get(last.name or chain.name)
    path = argument(last, 0)
    if verb is None or not _is_chosen(path):
        return None
    return Draft(
        engine="disk",
        client="provider",
        verb=verb,
        table="files",
        columns=() if verb == "delete" else None,
        filters=(("file", "eq", path),) if path is not None else (),
        single=True,
    )


def _is_chosen(path: Value | None) -> bool:
    """The outside says where the path begins."""
    if isinstance(path, Known):
        return bool(path.origins) and all(
            one.kind is OriginKind.REQUEST and not _KEPT.search(one.path) for one in path.origins
        )
    if not isinstance(path, Chain):
        return False
    written = template_of(path)
    if written is not None:
        return written[0].startswith("$1") and bool(written[1]) and _is_chosen(written[1][0])
    last = path.last
    joined = last is not None and (last.name or path.name) in _JOINS and package_of(path.source) in _PATHS
    return joined and _is_chosen(argument(last, 0))
