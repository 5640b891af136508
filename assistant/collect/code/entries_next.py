"""Entry points of Next.js: route handlers, API routes, pages and what loads their data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.entries_point import EntryPoint, point, settings_of, spot_of
from assistant.collect.code.entries_webhooks import is_webhook
from assistant.domain.code import EntryKind


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.entries_paths import Routed, Routes
    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Module


VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_VIEWS = ("page", "layout", "template", "default", "loading", "not-found", "forbidden", "unauthorized")
_IMAGES = ("opengraph-image", "twitter-image", "icon", "apple-icon", "sitemap", "robots", "manifest")
_LOADERS = {
    "generateMetadata": "metadata",
    "generateStaticParams": "static-params",
    "generateViewport": "viewport",
    "generateImageMetadata": "image-metadata",
    "generateSitemaps": "sitemaps",
}
_PROPS = ("getServerSideProps", "getStaticProps", "getStaticPaths")


def next_entries(program: Program, routes: Routes) -> Iterator[EntryPoint]:
    """Every handler, page and loader below an app or pages folder."""
    for path, module in program.modules.items():
        if module.language == "py":
            continue
        routed = routes.of(path)
        if routed is None or routed.private:
            continue
        if routed.router == "pages":
            yield from _pages(program, module, routed)
        elif routed.stem == "route":
            yield from _route(program, module, routed)
        elif routed.stem in _VIEWS:
            yield from _view(program, module, routed)
        elif routed.stem.rstrip("0123456789") in _IMAGES:
            yield from _image(program, module, routed)


_INHERITED = frozenset({"dynamic", "revalidate", "fetchCache"})
"""Settings of a layout that hold for the pages below it."""


def _route(program: Program, module: Module, routed: Routed) -> Iterator[EntryPoint]:
    settings = settings_of(module)
    names = program.export_names(module.path)
    verbs = [verb for verb in VERBS if verb in names]
    webhook = is_webhook(program, module, routed.url, verbs)
    for verb in verbs:
        if spot := spot_of(program, module.path, verb):
            yield point(
                program,
                spot,
                id=f"{verb} {routed.url}",
                kind=EntryKind.ROUTE,
                inputs="route",
                symbol=verb,
                verb=verb,
                path=routed.url,
                settings=settings,
                root=routed.root,
                webhook=webhook,
            )


def _view(program: Program, module: Module, routed: Routed) -> Iterator[EntryPoint]:
    if "use client" in module.directives:
        return
    settings = _from_layouts(program, module) | settings_of(module)
    if spot := spot_of(program, module.path, "default"):
        yield point(
            program,
            spot,
            id=f"{routed.stem} {routed.url}",
            kind=EntryKind.PAGE,
            inputs="page",
            path=routed.url,
            settings=settings,
            root=routed.root,
        )
    for name, says in _LOADERS.items():
        if spot := spot_of(program, module.path, name):
            yield point(
                program,
                spot,
                id=f"{says} {routed.url}" if routed.stem == "page" else f"{says} {routed.stem} {routed.url}",
                kind=EntryKind.PAGE,
                inputs="metadata",
                symbol=name,
                path=routed.url,
                settings=settings,
                root=routed.root,
            )


def _from_layouts(program: Program, module: Module) -> dict[str, str]:
    """Route settings of the layouts around a page, which hold for it too; the nearest says."""
    out: dict[str, str] = {}
    parts = module.path.split("/")[:-1]
    for depth in range(1, len(parts) + 1):
        folder = "/".join(parts[:depth])
        for ending in ("tsx", "ts", "jsx", "js"):
            layout = program.modules.get(f"{folder}/layout.{ending}")
            if layout is not None and layout is not module:
                out |= {name: said for name, said in settings_of(layout).items() if name in _INHERITED}
    return out


def _image(program: Program, module: Module, routed: Routed) -> Iterator[EntryPoint]:
    """Files that Next.js turns into route handlers of their own."""
    url = f"{routed.url.rstrip('/')}/{routed.stem}"
    settings = settings_of(module)
    if spot := spot_of(program, module.path, "default"):
        yield point(
            program,
            spot,
            id=f"GET {url}",
            kind=EntryKind.ROUTE,
            inputs="page",
            verb="GET",
            path=url,
            settings=settings,
            root=routed.root,
        )
    for name in ("generateImageMetadata", "generateSitemaps"):
        if spot := spot_of(program, module.path, name):
            yield point(
                program,
                spot,
                id=f"{_LOADERS[name]} {url}",
                kind=EntryKind.PAGE,
                inputs="metadata",
                symbol=name,
                path=url,
                settings=settings,
                root=routed.root,
            )


def _pages(program: Program, module: Module, routed: Routed) -> Iterator[EntryPoint]:
    settings = settings_of(module)
    if routed.url == "/api" or routed.url.startswith("/api/"):
        if spot := spot_of(program, module.path, "default"):
            yield point(
                program,
                spot,
                id=f"* {routed.url}",
                kind=EntryKind.PAGES_API,
                inputs="pages-api",
                verb="*",
                path=routed.url,
                settings=settings,
                root=routed.root,
                webhook=is_webhook(program, module, routed.url, ["POST"]),
            )
        return
    for name in _PROPS:
        if spot := spot_of(program, module.path, name):
            yield point(
                program,
                spot,
                id=f"{name} {routed.url}",
                kind=EntryKind.SERVER_PROPS,
                inputs="server-props",
                symbol=name,
                path=routed.url,
                settings=settings,
                root=routed.root,
            )
