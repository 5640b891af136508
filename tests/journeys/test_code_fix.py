"""The shop that leaks in every class, patched: it type-checks, is formatted, serves its customers, and gives nothing away any more."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from assistant.collect.code.map import read_code
from assistant.detect.code.run import detect_code
from assistant.domain.errors import UsageError
from assistant.domain.fixes import Applies, Fix, NoFix
from assistant.engine.patching import propose_closing
from assistant.propose.code import propose_code
from assistant.write.branch import apply_on_branch
from assistant.write.patches import apply_here, plan_patches, preview, undo
from tests.unit.write.line import copy_world, line


pytestmark = [pytest.mark.shadow, pytest.mark.xdist_group("bazaar")]
TOOLS = {"typescript": "5.9.3", "prettier": "3.6.2"}
BY_HAND = {"rate-limit-absent"}
"""Rules that have no patch: what to do is a decision."""


@dataclass
class Bazaar:
    """The shop before and after."""

    root: Path
    findings: tuple
    answers: tuple
    known: dict

    @property
    def fixes(self) -> list[Fix]:
        return [one for one in self.answers if isinstance(one, Fix)]

    def look(self, root: Path) -> tuple:
        """Findings of a tree, with what the database said about the tables."""
        code_map = read_code(root, workers=1)
        found = detect_code(code_map, **self.known)
        paths = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and ".git" not in path.parts]
        answers = propose_code(found, code_map, lambda path: (root / path).read_bytes(), paths=paths, **self.known)
        return found, answers


@pytest.fixture(scope="module")
def bazaar(tmp_path_factory: pytest.TempPathFactory) -> Bazaar:
    root = copy_world("bazaar", tmp_path_factory.mktemp("bazaar"))
    with line(root) as rehearsed:
        known = {"catalog": rehearsed.catalog, "ownership": rehearsed.ownership, "matrix": rehearsed.matrix}
    shop = Bazaar(root, (), (), known)
    shop.findings, shop.answers = shop.look(root)
    return shop


@pytest.fixture(scope="module")
def patched(bazaar: Bazaar, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with every patch applied."""
    root = tmp_path_factory.mktemp("patched") / "repo"
    shutil.copytree(bazaar.root, root)
    apply_here(root, plan_patches(root, bazaar.fixes))
    return root


def test_every_finding_has_a_patch_or_a_reason(bazaar: Bazaar) -> None:
    answered = [name for fix in bazaar.fixes for name in fix.findings]
    answered += [one.finding for one in bazaar.answers if isinstance(one, NoFix)]
    assert sorted(answered) == sorted(one.fingerprint for one in bazaar.findings)
    rules = {one.fingerprint: one.rule for one in bazaar.findings}
    refused = {rules[one.finding]: one.reason for one in bazaar.answers if isinstance(one, NoFix)}
    assert set(refused) <= BY_HAND, refused
    closed = {rules[name] for fix in bazaar.fixes for name in fix.findings}
    assert {
        "missing-session",
        "id-only-lookup",
        "parent-authorised-child-by-id",
        "identity-from-request",
        "ineffective-guard",
        "mass-assignment",
        "foreign-reference-unchecked",
        "weak-privilege",
        "service-role-on-user-path",
        "overfetch",
        "private-response-cached-by-header",
        "private-route-kept",
        "cache-key-without-tenant",
        "vector-search-unscoped",
        "webhook-unsigned",
        "webhook-replayed",
        "payment-identity-from-request",
        "test-door-in-production",
        "personal-data-logged",
        "missing-validation",
        "open-redirect",
    } <= closed
    codemods = {fix.title for fix in bazaar.fixes}
    for said in (
        "Ask for access to the row in DELETE /api/reviews/[id]",
        "Look whose rows the ids name in POST /api/parcels",
        "Check before the write in POST /api/notes/[id]/lines",
        "Decide by what the server wrote in GET /api/audit",
        "Put the owner into the cache key in GET /api/totals",
        "Find only rows of the caller in GET /api/receipts/[id]",
    ):
        assert said in codemods, sorted(codemods)


def test_every_fix_says_its_risk_and_is_read_before_it_is_applied(bazaar: Bazaar) -> None:
    for fix in bazaar.fixes:
        assert fix.risk
        assert fix.title
        safe = all(hunk.text.strip(";\n") == 'import "server-only"' for patch in fix.patches for hunk in patch.hunks)
        assert (fix.applies is Applies.SAFE) == safe, fix.id
    assert len({fix.id for fix in bazaar.fixes}) == len(bazaar.fixes)


def test_the_findings_are_gone_and_a_second_run_has_nothing_to_do(bazaar: Bazaar, patched: Path) -> None:
    before = {one.fingerprint for one in bazaar.findings if one.rule not in BY_HAND}
    found, answers = bazaar.look(patched)
    left = [(one.rule, str(one.where)) for one in found if one.rule not in BY_HAND]
    assert not [one for one in found if one.fingerprint in before and one.severity in {"critical", "high", "medium"}], (
        left
    )
    assert [fix.id for fix in answers if isinstance(fix, Fix)] == []


def test_the_same_input_gives_the_same_patches(bazaar: Bazaar) -> None:
    _, again = bazaar.look(bazaar.root)
    assert again == bazaar.answers


def test_patches_apply_as_git_would_and_are_taken_back(bazaar: Bazaar, tmp_path: Path) -> None:
    root = tmp_path / "repo"
    shutil.copytree(bazaar.root, root)
    chosen = plan_patches(root, bazaar.fixes)
    (tmp_path / "all.patch").write_bytes(preview(chosen).encode())
    subprocess.run(["git", "apply", "--check", str(tmp_path / "all.patch")], cwd=root, check=True)
    written = apply_here(root, chosen, keep=tmp_path / "keep")
    subprocess.run(["git", "apply", "--check", str(tmp_path / "keep/undo.patch")], cwd=root, check=True)
    assert sorted(undo(root, chosen)) == sorted(written.files)
    for path in written.files:
        assert (root / path).read_bytes() == (bazaar.root / path).read_bytes()


def test_patches_go_on_a_branch(bazaar: Bazaar, tmp_path: Path) -> None:
    root = tmp_path / "repo"
    shutil.copytree(bazaar.root, root)
    who = ["-c", "user.name=t", "-c", "user.email=t@t.example"]
    subprocess.run(["git", "add", "."], cwd=root, check=True)
    subprocess.run(["git", *who, "commit", "-q", "-m", "shop"], cwd=root, check=True)
    done = apply_on_branch(root, plan_patches(root, bazaar.fixes), "stanch/close-leaks")
    said = subprocess.run(["git", "diff", "HEAD", done.commit], cwd=root, check=True, capture_output=True).stdout
    assert said.count(b"diff --git") == len({patch.path for fix in bazaar.fixes for patch in fix.patches})
    status = subprocess.run(["git", "status", "--porcelain"], cwd=root, check=True, capture_output=True).stdout
    assert status == b""


def test_a_declined_hunk_stays_out(bazaar: Bazaar) -> None:
    for file in plan_patches(bazaar.root, bazaar.fixes):
        for number, choice in enumerate(file.choices):
            if choice.hunk.text and not choice.hunk.supports:
                assert file.choose(number, accepted=False).after != file.after


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with TypeScript and prettier."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("there is no node here: .ci/run installs it")
    folder = tmp_path_factory.mktemp("node")
    (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": TOOLS}))
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
    try:
        done = subprocess.run(install, cwd=folder, check=False, capture_output=True, text=True, timeout=180)
    except subprocess.TimeoutExpired:
        pytest.skip("the npm registry does not answer")
    if done.returncode:
        pytest.skip(f"npm could not install TypeScript: {done.stderr[-200:]}")
    return folder / "node_modules" / ".bin"


@pytest.mark.slow
@pytest.mark.parametrize("state", ["before", "after"])
def test_the_shop_type_checks_is_formatted_and_serves_its_customers(
    state: str, bazaar: Bazaar, patched: Path, tools: Path, tmp_path: Path
) -> None:
    root = bazaar.root if state == "before" else patched
    checked = subprocess.run([tools / "tsc", "--noEmit"], cwd=root, check=False, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
    format_ = subprocess.run(
        [tools / "prettier", "--check", "."], cwd=root, check=False, capture_output=True, text=True
    )
    assert format_.returncode == 0, format_.stderr
    subprocess.run([tools / "tsc", "--outDir", tmp_path], cwd=root, check=True, capture_output=True)
    surroundings = {**os.environ, "NODE_PATH": str(root / "test" / "fakes")}
    tests = subprocess.run(
        ["node", "--test", "test/app.test.js"],
        cwd=tmp_path,
        env=surroundings,
        check=False,
        capture_output=True,
        text=True,
    )
    assert tests.returncode == 0, tests.stdout
    leaks = subprocess.run(
        ["node", "test/leaks.js"], cwd=tmp_path, env=surroundings, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    leaks = [one for one in leaks if not one.startswith(("profile changed", "[redacted]"))]
    assert len(leaks) == (28 if state == "before" else 0), leaks


@pytest.mark.slow
def test_a_route_can_be_closed_by_a_setting(bazaar: Bazaar, tools: Path, tmp_path: Path) -> None:
    """While its leak is used, a route is closed at once: the module is written, the handler asks it, and nothing else changes."""
    root = tmp_path / "repo"
    shutil.copytree(bazaar.root, root)
    half = SimpleNamespace(map=read_code(root, workers=1))
    proposal = propose_closing(root, half, ["/api/invoices/[id]", "POST /api/messages"])
    assert sorted(file.path for file in proposal.files) == [
        "app/api/invoices/[id]/route.ts",
        "app/api/messages/route.ts",
        "lib/maintenance.ts",
    ]
    assert 'MAINTENANCE="/api/invoices/[id],/api/messages"' in proposal.afterwards
    apply_here(root, proposal.files)
    for checked in ([tools / "tsc", "--noEmit"], [tools / "prettier", "--check", "."]):
        done = subprocess.run(checked, cwd=root, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    half = SimpleNamespace(map=read_code(root, workers=1))
    again = propose_closing(root, half, ["/api/invoices/[id]"])
    assert again.files == ()
    assert [none.reason for none in again.not_fixed] == ["The handler asks the switch already."]
    with pytest.raises(UsageError, match="no way into the code"):
        propose_closing(root, half, ["/api/nowhere"])
    undo(root, proposal.files)
    assert not (root / "lib/maintenance.ts").exists()
