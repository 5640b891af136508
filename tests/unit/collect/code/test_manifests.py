"""Next's build output is believed only when it is newer than the sources, and its encryption key never leaves the file."""

from __future__ import annotations

import json
import os

import pytest

from assistant.collect.code.manifests import exposed, oracle_of, read_builds, told_by_build

from .repository import entries


KEY = "c2VjcmV0LWtleS10aGF0LW11c3Qtbm90LWxlYWs="
ACTIONS = {
    "node": {
        "40a": {"workers": {}, "filename": "app/actions.ts", "exportedName": "save"},
        "40b": {"filename": "app/page.tsx", "exportedName": "$$RSC_SERVER_ACTION_0"},
    },
    "edge": {},
    "encryptionKey": KEY,
}
FUNCTIONS = {
    "functions": {
        "/_middleware": {
            "matchers": [
                {"regexp": "^(?:\\/(_next\\/data\\/[^/]{1,}))?\\/dash(?:\\/((?:[^\\/#\\?]+?)))?[\\/#\\?]?$"},
                {"regexp": "^\\/api\\/b$", "missing": [{"type": "header", "key": "next-router-prefetch"}]},
            ]
        },
        "/api/x": {"matchers": [{"regexp": "^.*$"}]},
    }
}
PRERENDER = {
    "routes": {
        "/api/a": {"initialRevalidateSeconds": False, "srcRoute": "/api/a"},
        "/api/b": {"initialRevalidateSeconds": 60},
    },
    "preview": {"previewModeId": KEY, "previewModeSigningKey": KEY, "previewModeEncryptionKey": KEY},
}


@pytest.fixture
def built(tmp_path):
    def make(folder="", age=100, **files):
        app = tmp_path / folder
        (app / ".next/server").mkdir(parents=True)
        (app / ".next/static/chunks").mkdir(parents=True)
        (app / ".next/static/chunks/main.js").write_text("1")
        given = {
            "BUILD_ID": "x",
            "server/server-reference-manifest.json": ACTIONS,
            "server/functions-config-manifest.json": FUNCTIONS,
            "prerender-manifest.json": PRERENDER,
            "app-path-routes-manifest.json": {"/api/a/route": "/api/a"},
            **files,
        }
        for name, content in given.items():
            (app / ".next" / name).write_text(content if isinstance(content, str) else json.dumps(content))
        source = app / "app.ts"
        source.write_text("export {}")
        made = (app / ".next/BUILD_ID").stat().st_mtime
        os.utime(source, (made - age, made - age))
        return read_builds(tmp_path)

    return make


SOURCES = {
    "app/actions.ts": '"use server"\nexport async function save() {}\nexport async function unused() {}',
    "app/page.tsx": 'export default function Page() { async function inline() { "use server" } return <form action={inline} /> }',
    "app/api/a/route.ts": "export async function GET() {}",
    "app/api/b/route.ts": "export async function GET() {}\nexport async function POST() {}",
    "app/dash/[id]/page.tsx": "export default function Page() {}",
}


def test_the_encryption_key_is_never_returned_and_never_shown(built):
    builds = built()
    assert builds[0].used
    assert KEY not in repr(builds)
    assert KEY not in oracle_of(builds)
    assert "encryptionKey" not in repr(builds)


def test_an_action_that_was_built_away_is_known(built):
    builds = built()
    found = entries(SOURCES)
    assert exposed(found["action app/actions.ts#save"], builds) is True
    assert exposed(found["action app/actions.ts#unused"], builds) is False
    assert exposed(found["action app/page.tsx#inline"], builds) is None
    assert exposed(found["GET /api/a"], builds) is None


def test_an_older_next_names_no_files_and_so_says_nothing(built):
    builds = built(
        **{
            "server/server-reference-manifest.json": {
                "node": {"40a": {"workers": {"app/page": "1"}}},
                "encryptionKey": KEY,
            }
        }
    )
    assert exposed(entries(SOURCES)["action app/actions.ts#save"], builds) is None


def test_really_cached_routes_and_compiled_matchers_reach_the_entries(built):
    builds = built()
    found = {name: told_by_build(entry, builds) for name, entry in entries(SOURCES).items()}
    assert found["GET /api/a"].settings == {"prerendered": "forever"}
    assert found["GET /api/b"].settings == {"prerendered": "60"}
    assert found["POST /api/b"].settings == {}
    assert found["page /dash/[id]"].covered_by == "compiled middleware"
    assert found["GET /api/b"].covered_by == "compiled middleware (not with header next-router-prefetch)"
    assert found["GET /api/a"].covered_by == ""
    assert builds[0].chunks == (".next/static/chunks/main.js",)


def test_a_build_older_than_the_sources_is_not_believed(built):
    builds = built(age=-100)
    assert not builds[0].used
    assert "older than app.ts" in oracle_of(builds)
    assert exposed(entries(SOURCES)["action app/actions.ts#unused"], builds) is None


def test_damaged_manifests_are_a_sentence(built):
    builds = built(
        **{"server/server-reference-manifest.json": '{"encryptionKey": "' + KEY, "prerender-manifest.json": "[]"}
    )
    assert builds[0].used
    assert "server-reference-manifest.json could not be read" in builds[0].says
    assert KEY not in repr(builds)


def test_an_unfinished_or_missing_build_is_a_sentence(tmp_path):
    assert "No build output" in oracle_of(read_builds(tmp_path))
    (tmp_path / ".next").mkdir()
    assert "no BUILD_ID" in oracle_of(read_builds(tmp_path))


def test_each_application_of_a_monorepo_has_its_own_build(built):
    builds = built(folder="apps/web")
    assert [build.root for build in builds] == ["apps/web"]
    found = entries({f"apps/web/{path}": text for path, text in SOURCES.items()})
    assert exposed(found["action apps/web/app/actions.ts#save"], builds) is True
