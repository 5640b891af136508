"""From a specifier in a file to the file it means. Nothing outside the repository is ever looked at; a library is None."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.resolve_files import file_at, folder_of, folders_up, joined
from assistant.collect.code.resolve_json import Json, read_record
from assistant.collect.code.resolve_packages import Packages
from assistant.collect.code.resolve_python import PythonFiles
from assistant.collect.code.resolve_tsconfig import Configurations, says_alias, through_aliases


if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


_REMOTE = ("node:", "npm:", "jsr:", "http:", "https:", "bun:", "cloudflare:", "data:", "virtual:", "astro:")
_ASSETS = (
    ".css", ".scss", ".sass", ".less", ".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".ico", ".json", ".md", ".mdx",
    ".woff", ".woff2", ".ttf", ".otf", ".mp3", ".mp4", ".webm", ".glsl", ".wasm", ".txt", ".yaml", ".yml", ".html", ".vue", ".svelte",
    ".astro", ".graphql", ".gql", ".sql", ".pdf", ".node", ".csv",
)  # fmt: skip
_MAPS = ("deno.json", "deno.jsonc", "import_map.json", "import-map.json")


class Resolver:
    """Answers for one repository; every answer is kept."""

    def __init__(self, known: Collection[str], manifests: Mapping[str, bytes]) -> None:
        """``known`` are the source files, ``manifests`` package.json, tsconfig, deno and workspace files by path."""
        self._known = known
        self.packages = Packages(manifests, known)
        self._configurations = Configurations(manifests, self.packages.manifest)
        self._python = PythonFiles(known)
        self._answers: dict[tuple[str, str], str | None] = {}
        self._maps = {path: _imports(data) for path, data in manifests.items() if path.rpartition("/")[2] in _MAPS}

    def target(self, path: str, specifier: str) -> str | None:
        """The file of the repository that the specifier means in the file at ``path``."""
        if path.endswith(".py"):
            key = (path, specifier)
            if key not in self._answers:
                self._answers[key] = self._python.target(path, specifier)
            return self._answers[key]
        key = (folder_of(path), specifier)
        if key not in self._answers:
            self._answers[key] = self._find(path, specifier.partition("?")[0])
        return self._answers[key]

    def missing(self, path: str, specifier: str) -> bool:
        """True when the specifier should be a source file of the repository and none is there."""
        if self.target(path, specifier) is not None:
            return False
        if path.endswith(".py"):
            return specifier.startswith(".")
        plain = specifier.partition("?")[0]
        if plain.startswith(_REMOTE) or plain.endswith(_ASSETS):
            return False
        if plain.startswith((".", "~/", "@/", "#", "$lib/")):
            return True
        if self.packages.named(plain):
            return True
        return any(says_alias(plain, aliases) for aliases in self._configurations.near(path))

    def _find(self, path: str, specifier: str) -> str | None:
        if not specifier or specifier.startswith(_REMOTE):
            return None
        if specifier.startswith("."):
            return file_at(joined(folder_of(path), specifier), self._known)
        for aliases in self._configurations.near(path):
            if found := through_aliases(specifier, aliases, self._known):
                return found
        if specifier.startswith("#") and (found := self.packages.own(path, specifier)):
            return found
        if self._maps and (found := self._mapped(path, specifier)):
            return found
        if found := self.packages.target(specifier):
            return found
        return self._by_convention(path, specifier)

    def _mapped(self, path: str, specifier: str) -> str | None:
        """Through the nearest Deno import map."""
        for folder in folders_up(path):
            for name in _MAPS:
                imports = self._maps.get(f"{folder}/{name}" if folder else name) or {}
                for key, value in sorted(imports.items(), key=lambda item: -len(item[0])):
                    if specifier == key or (key.endswith("/") and specifier.startswith(key)):
                        rest = specifier[len(key) :]
                        return None if value.startswith(_REMOTE) else file_at(joined(folder, value + rest), self._known)
        return None

    def _by_convention(self, path: str, specifier: str) -> str | None:
        """``@/x``, ``~/x`` and ``/x`` where no configuration says what they mean: below src, the package or the app folder; SvelteKit's ``$lib``."""
        if specifier.startswith("$lib/"):
            specifier = f"@/{specifier[1:]}"
        for prefix in ("@/", "~/", "~~/", "@@/", "#/", "/"):
            if specifier.startswith(prefix):
                inner = specifier[len(prefix) :]
                for folder in folders_up(path):
                    for start in ("src/", "", "app/"):
                        if found := file_at(joined(folder, start + inner), self._known):
                            return found
        return None


def _imports(data: bytes) -> Mapping[str, str]:
    imports: Json = read_record(data).get("imports")
    return {key: value for key, value in imports.items() if isinstance(value, str)} if isinstance(imports, dict) else {}
