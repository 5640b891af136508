"""Which files are the code of a repository: no page may be missed for its name, and nothing outside may be opened."""

from __future__ import annotations

import os

import pytest

from assistant.collect.code.sources import list_sources, read_manifests, read_regular


@pytest.fixture
def tree(tmp_path):
    def make(*paths):
        for path in paths:
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("export const a = 1\n")
        return tmp_path

    return make


def paths(root):
    return [path for path, _ in list_sources(root).files]


def test_built_generated_and_trial_files_are_left_out_and_counted(tree):
    root = tree(
        "node_modules/x/index.js",
        "apps/web/node_modules/x/index.js",
        ".next/server/a.js",
        "dist/a.js",
        "packages/ui/build/a.js",
        "coverage/a.js",
        "packages/db/generated/client/index.js",
        "convex/_generated/api.js",
        "src/types.d.ts",
        "public/app.min.js",
        "public/sw.js",
        "src/a.test.ts",
        "src/__tests__/b.ts",
        "src/Button.stories.tsx",
        "cypress/e2e/a.cy.ts",
        "tests/a.ts",
        "api/test_users.py",
        "conftest.py",
        "src/a.ts",
        "scripts/seed.ts",
        "service/main.py",
    )
    assert paths(root) == ["scripts/seed.ts", "service/main.py", "src/a.ts"]
    assert set(list_sources(root).skipped) == {"built", "generated", "hidden", "tests"}


def test_an_address_called_test_build_or_vendor_is_still_an_address(tree):
    """A forgotten ``/api/test`` is where data leaks, and a marketplace has vendors."""
    pages = [
        "app/.well-known/x/route.ts",
        "app/api/test/route.ts",
        "app/api/vendor/[id]/route.ts",
        "app/build/page.tsx",
        "pages/api/tests/run.ts",
        "src/app/out/page.tsx",
        "src/features/vendor/queries.ts",
        "supabase/functions/test/index.ts",
    ]
    assert paths(tree(*pages)) == pages


def test_a_gitignore_for_python_does_not_hide_the_code(tree):
    root = tree("lib/db.ts", "src/a.ts", "bundle/a.js", "kept/a.ts")
    (root / ".gitignore").write_text("# c\nlib/\n/bundle\n*.log\n!kept\nsrc/\n")
    assert paths(root) == ["kept/a.ts", "lib/db.ts", "src/a.ts"]


def test_links_and_pipes_are_not_followed(tree, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.ts").write_text("export const key = 1")
    root = tree("src/a.ts")
    (root / "src" / "link.ts").symlink_to(outside / "secret.ts")
    (root / "linked").symlink_to(outside)
    (root / "loop").symlink_to(root)
    os.mkfifo(root / "src" / "pipe.ts")
    assert paths(root) == ["src/a.ts"]
    with pytest.raises(OSError, match="link"):
        read_regular(root / "src" / "link.ts", 1000)
    with pytest.raises(ValueError, match="regular"):
        read_regular(root / "src" / "pipe.ts", 1000)


def test_configuration_is_taken_along_and_secrets_are_not(tree):
    wanted = [
        ".env.example",
        "apps/web/.env.local.example",
        "apps/web/next.config.mjs",
        "apps/web/tsconfig.json",
        "firestore.rules",
        "netlify.toml",
        "package.json",
        "packages/tsconfig/nextjs.json",
        "pnpm-workspace.yaml",
        "public/_headers",
        "supabase/config.toml",
        "turbo.json",
        "vercel.json",
        "wrangler.jsonc",
    ]
    root = tree(*wanted, ".env", ".env.local", ".env.production", "node_modules/x/package.json", "data.json")
    listing = list_sources(root)
    assert list(listing.manifests) == sorted(wanted)
    (root / "package.json").write_bytes(b" " * (2 << 20))
    not_read = {}
    found = read_manifests(root, listing.manifests, not_read)
    assert found["vercel.json"] == b"export const a = 1\n"
    assert list(not_read) == ["package.json"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")
def test_a_folder_that_cannot_be_opened_is_told(tree):
    root = tree("src/a.ts", "locked/b.ts")
    (root / "locked").chmod(0)
    try:
        assert "locked" in list_sources(root).not_read
    finally:
        (root / "locked").chmod(0o700)


def test_a_name_that_is_not_utf8_is_told(tree):
    root = tree("src/a.ts")
    with open(os.fsencode(root) + b"/src/\xff.ts", "wb"):  # noqa: PTH123 - a path of bytes
        pass
    listing = list_sources(root)
    assert [path for path, _ in listing.files] == ["src/a.ts"]
    assert list(listing.not_read.values()) == ["its name is not UTF-8"]
