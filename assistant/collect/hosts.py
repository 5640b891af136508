"""What configuration files of hosts and frameworks say about caching, CORS, redirects, rewrites, image proxies and cron.

Each kind of file is read by its own small function; a file that cannot be parsed yields nothing rather than half a rule. Values are kept
as written: whether a rule is a fault is decided in ``assistant.detect.code``.
"""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any, Final

from assistant.collect.hosts_next import rules_of_next
from assistant.domain.code import HostRule
from assistant.domain.facts import Place


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_COMMENTS: Final = re.compile(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING: Final = re.compile(r",(\s*[}\]])")
_NEXT: Final = re.compile(r"(?:^|/)next\.config\.[cm]?[jt]s\Z")
_NGINX: Final = re.compile(r"(?:^|/)(?:nginx[\w.-]*\.conf|[\w.-]+\.nginx|nginx/[\w./-]+\.conf)\Z")
_LOCATION: Final = re.compile(r"location\s+(?:[=~^*]+\s+)?(?P<path>[^\s{]+)\s*\{")
_DIRECTIVE: Final = re.compile(
    r"^\s*(?P<name>add_header|proxy_cache|proxy_cache_key|proxy_cache_valid|expires|proxy_ignore_headers|return|rewrite)\s+(?P<rest>[^;]+);",
    re.MULTILINE,
)
_HEADER_LINE: Final = re.compile(r"^\s+!?\s*([A-Za-z0-9-]+)\s*:\s*(.+?)\s*$")


def hosts(manifests: Mapping[str, bytes]) -> tuple[HostRule, ...]:
    """Every rule in the configuration files among ``manifests``, by file and line."""
    found: list[HostRule] = []
    for path in sorted(manifests):
        read = _reader(path)
        if read is not None:
            found += read(path, manifests[path])
    return tuple(sorted(found, key=lambda rule: (rule.place.file, rule.place.line, rule.source, rule.header)))


def _reader(path: str) -> Callable[[str, bytes], Iterator[HostRule]] | None:
    name = path.rpartition("/")[2]
    fixed: dict[str, Callable[[str, bytes], Iterator[HostRule]]] = {
        "vercel.json": _vercel,
        "now.json": _vercel,
        "netlify.toml": _netlify,
        "_headers": _headers,
        "_redirects": _redirects,
        "wrangler.toml": _wrangler,
        "wrangler.json": _wrangler,
        "wrangler.jsonc": _wrangler,
        "firebase.json": _firebase,
        "staticwebapp.config.json": _static_web_app,
    }
    if name in fixed:
        return fixed[name]
    if _NEXT.search(path):
        return rules_of_next
    return _nginx if _NGINX.search(path) else None


class _Lines:
    """Where a value stands in a file: its first mention at or after the last one that was asked for."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._at = 0

    def place(self, *words: object) -> Place:
        """The line on which all ``words`` are next found one after the other; the line reached so far when they are not."""
        at = self._at
        for word in words:
            found = self.text.find(str(word), at)
            if found < 0:
                break
            at = found
        self._at = at
        return Place(file=self.path, line=self.text.count("\n", 0, at) + 1)


def _json(data: bytes) -> Any:  # noqa: ANN401 - whatever the file holds
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    bare = _TRAILING.sub(r"\1", _COMMENTS.sub(lambda found: found.group(1) or "", text))
    try:
        return json.loads(bare)
    except (ValueError, RecursionError):
        return None


def _toml(data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8", "replace"))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _items(value: object, key: str) -> list[dict[str, Any]]:
    """The records in a list under ``key``; nothing for anything else."""
    listed = value.get(key) if isinstance(value, dict) else None
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def _conditions(rule: dict[str, Any]) -> str:
    """``has`` and ``missing`` of a rule of Vercel or Next in words."""
    said = [
        f"{kind} {item.get('type', '')} {item.get('key', item.get('value', ''))}".strip()
        for kind in ("has", "missing")
        for item in _items(rule, kind)
    ]
    return ", ".join(said)


def _vercel(path: str, data: bytes) -> Iterator[HostRule]:
    config = _json(data)
    lines = _Lines(path, data.decode("utf-8", "replace"))
    for key, header in (("redirects", "redirect"), ("rewrites", "rewrite")):
        for rule in _items(config, key):
            yield HostRule(
                place=_Lines(path, lines.text).place(f'"{key}"', rule.get("source", "")),
                source=str(rule.get("source", "")),
                header=header,
                value=str(rule.get("destination", "")),
                when=_conditions(rule),
            )
    for rule in [*_items(config, "headers"), *_items(config, "routes")]:
        source = str(rule.get("source", rule.get("src", "")))
        listed = rule.get("headers")
        pairs = (
            [(item.get("key"), item.get("value")) for item in listed if isinstance(item, dict)]
            if isinstance(listed, list)
            else list(listed.items())
            if isinstance(listed, dict)
            else []
        )
        for name, value in pairs:
            yield HostRule(
                place=_Lines(path, lines.text).place(source, name),
                source=source,
                header=str(name).lower(),
                value=str(value),
                when=_conditions(rule),
            )
    for rule in _items(config, "crons"):
        yield HostRule(
            place=_Lines(path, lines.text).place('"crons"', rule.get("path", "")),
            source=str(rule.get("path", "")),
            header="cron",
            value=str(rule.get("schedule", "")),
        )


def _netlify(path: str, data: bytes) -> Iterator[HostRule]:
    config = _toml(data)
    text = data.decode("utf-8", "replace")
    for rule in _items(config, "headers"):
        source = str(rule.get("for", ""))
        values = rule.get("values")
        for name, value in values.items() if isinstance(values, dict) else ():
            said = ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)
            place = _Lines(path, text).place(source, name)
            yield HostRule(place=place, source=source, header=str(name).lower(), value=said)
    for rule in _items(config, "redirects"):
        source, target = str(rule.get("from", "")), str(rule.get("to", ""))
        passed_on = rule.get("status") == 200  # noqa: PLR2004 - HTTP: not a redirect, the content itself
        yield HostRule(
            place=_Lines(path, text).place(source, target),
            source=source,
            header="rewrite" if passed_on else "redirect",
            value=target,
            when="conditions" if rule.get("conditions") else "",
        )


def _headers(path: str, data: bytes) -> Iterator[HostRule]:
    """``_headers`` of Netlify and Cloudflare Pages: a path, then indented headers."""
    source = ""
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not line[0].isspace():
            source = line.strip()
        elif source and (found := _HEADER_LINE.match(line)):
            place = Place(file=path, line=number)
            yield HostRule(place=place, source=source, header=found.group(1).lower(), value=found.group(2))


def _redirects(path: str, data: bytes) -> Iterator[HostRule]:
    """``_redirects``: from, to, status."""
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        words = line.partition("#")[0].split() if not line.lstrip().startswith("#") else []
        targets = [word for word in words[1:] if word.startswith(("/", "http"))]
        if not words or not targets:
            continue
        header = "rewrite" if any(word.startswith("200") for word in words[1:]) else "redirect"
        yield HostRule(place=Place(file=path, line=number), source=words[0], header=header, value=targets[0])


def _wrangler(path: str, data: bytes) -> Iterator[HostRule]:
    config = _toml(data) if path.endswith(".toml") else _json(data)
    triggers = config.get("triggers") if isinstance(config, dict) else None
    crons = triggers.get("crons") if isinstance(triggers, dict) else None
    text = data.decode("utf-8", "replace")
    for schedule in crons if isinstance(crons, list) else ():
        yield HostRule(
            place=_Lines(path, text).place("crons", schedule), source="scheduled", header="cron", value=str(schedule)
        )


def _firebase(path: str, data: bytes) -> Iterator[HostRule]:
    config = _json(data)
    hosting = config.get("hosting") if isinstance(config, dict) else None
    text = data.decode("utf-8", "replace")
    for site in hosting if isinstance(hosting, list) else [hosting]:
        for rule in _items(site, "headers"):
            source = str(rule.get("source", rule.get("regex", "")))
            for item in _items(rule, "headers"):
                name, value = str(item.get("key", "")), str(item.get("value", ""))
                place = _Lines(path, text).place(source, name)
                yield HostRule(place=place, source=source, header=name.lower(), value=value)
        for key, header in (("redirects", "redirect"), ("rewrites", "rewrite")):
            for rule in _items(site, key):
                source = str(rule.get("source", ""))
                place = _Lines(path, text).place(f'"{key}"', source)
                yield HostRule(place=place, source=source, header=header, value=str(rule.get("destination", "")))


def _static_web_app(path: str, data: bytes) -> Iterator[HostRule]:
    config = _json(data)
    text = data.decode("utf-8", "replace")
    for rule in _items(config, "routes"):
        source = str(rule.get("route", ""))
        named = rule.get("headers")
        for name, value in named.items() if isinstance(named, dict) else ():
            place = _Lines(path, text).place(source, name)
            yield HostRule(place=place, source=source, header=str(name).lower(), value=str(value))
    everywhere = config.get("globalHeaders") if isinstance(config, dict) else None
    for name, value in everywhere.items() if isinstance(everywhere, dict) else ():
        place = _Lines(path, text).place("globalHeaders", name)
        yield HostRule(place=place, source="/*", header=str(name).lower(), value=str(value))


def _nginx(path: str, data: bytes) -> Iterator[HostRule]:
    """Headers and caching of nginx, with the ``location`` they stand in."""
    text = data.decode("utf-8", "replace")
    places = [(found.start(), found.group("path")) for found in _LOCATION.finditer(text)]
    for found in _DIRECTIVE.finditer(text):
        source = _enclosing(text, places, found.start())
        name, words = found.group("name"), found.group("rest").strip().split(None, 1)
        at = Place(file=path, line=text.count("\n", 0, found.start("name")) + 1)
        if name == "add_header" and len(words) > 1:
            value = words[1].removesuffix("always").strip().strip("\"'")
            yield HostRule(place=at, source=source, header=words[0].strip("\"'").lower(), value=value)
        elif name not in {"add_header", "return", "rewrite"}:
            yield HostRule(place=at, source=source, header=name, value=found.group("rest").strip())


def _enclosing(text: str, places: list[tuple[int, str]], at: int) -> str:
    """The innermost ``location`` around ``at``; ``/`` for the server itself."""
    for start, source in reversed(places):
        if start < at and text.count("{", start, at) > text.count("}", start, at):
            return source
    return "/"
