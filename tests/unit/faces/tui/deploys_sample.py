"""A window of four commits as the ranking would tell it: one that opened the leak, hostile names included."""

from __future__ import annotations

from datetime import UTC, datetime

from assistant.collect.deploys.standing import Standing
from assistant.domain.deploys import Commit, Deploy, Lane, Ranking, Reason, Suspect, Window
from assistant.engine.deploys import Told


def commit(letter: str, day: int, author: str, subject: str, files: dict[str, Lane]) -> Commit:
    return Commit(
        sha=letter * 40,
        parents=("0" * 40,),
        at=datetime(2026, 11, day, 9, 30, tzinfo=UTC),
        author=author,
        email=f"{letter}@parley.example",
        subject=subject,
        files=files,
    )


OPENED = Suspect(
    commit=commit(
        "a",
        12,
        "Dana [bold]Doe\x1b[2J",
        "Share a chat [red]by link",
        {"supabase/migrations/3_share.sql": Lane.MIGRATIONS},
    ),
    score=18.0,
    reasons=(
        Reason(
            kind="wrote-the-line",
            says="always-true: Anyone on the internet can read rows of public.chats.",
            file="supabase/migrations/3_share.sql",
            line=2,
            weight=15.0,
            finding="f" * 16,
        ),
        Reason(
            kind="policy-true",
            says="a policy lets everybody through",
            file="supabase/migrations/3_share.sql",
            line=3,
            weight=3.0,
        ),
    ),
    deploys=(
        Deploy(
            id="dpl_7",
            sha="b" * 40,
            at=datetime(2026, 11, 12, 10, 5, tzinfo=UTC),
            source="vercel",
            url="https://parley.example/7",
        ),
    ),
)
MAYBE = Suspect(
    commit=commit("b", 14, "Kim", "Faster lists", {"app/api/lists/route.ts": Lane.CODE}),
    score=2.0,
    reasons=(
        Reason(
            kind="owner-filter-removed",
            says="a condition that ties rows to the caller was removed",
            file="app/api/lists/route.ts",
            line=8,
            weight=2.0,
        ),
    ),
    deploys=(),
)
FAINT = Suspect(
    commit=commit("c", 15, "Kim", "Search", {"app/search/page.tsx": Lane.CODE}),
    score=0.4,
    reasons=(Reason(kind="new-door", says="a new way in", file="app/search/page.tsx", line=1, weight=0.4),),
)
QUIET = Suspect(commit=commit("d", 16, "Dana", "Dark mode", {"app/globals.css": Lane.OTHER}), score=0.0, reasons=())


def told() -> Told:
    suspects = (OPENED, MAYBE, FAINT, QUIET)
    window = Window(
        good="0" * 40,
        head="d" * 40,
        commits=tuple(one.commit for one in reversed(suspects)),
        why="what came after v1.4.0",
        shortcomings=("this clone is shallow: older commits are not here; `git fetch --unshallow` brings them",),
    )
    standing = Standing(
        deployed=OPENED.deploys[0],
        branch="HEAD",
        head="d" * 40,
        is_here=True,
        live_not_here=(),
        here_not_live=(FAINT.commit, QUIET.commit),
        says="bbbbbbbbbb is live since 2026-11-12 10:05 UTC; 2 commits of HEAD are not live.",
    )
    return Told(ranking=Ranking(window=window, suspects=suspects, compared=2), standing=standing, remarks=())


PATCH = """diff --git a/supabase/migrations/3_share.sql b/supabase/migrations/3_share.sql
--- /dev/null
+++ b/supabase/migrations/3_share.sql
@@ -0,0 +1,3 @@
+create policy "shared [bold]chats" on public.chats
+  for select to anon
+  using (true);
"""
