"""The command line: verbs, flags and their help. Imports argparse and nothing of stanch, so that help costs nothing."""

from __future__ import annotations

import argparse
import difflib
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from assistant import __version__
from assistant.domain.errors import UsageError


if TYPE_CHECKING:
    from collections.abc import Sequence

VERBS = {
    "prove": "attack a rehearsal database as every actor; show which rows leak to whom",
    "scan": "name everything that is wrong in schema and code; --map shows every way in",
    "deploys": "rank the commits since the last good one by what each did to access",
    "fix": "write the migration (or --code: the edits) that closes the leaks, after approval",
    "bisect": "name the commit that opened a leak, by attacking the schema of the commits between",
    "own": "show who owns each row, say which routes are public; kept in stanch.toml",
    "incident": "list, show, verify, export or resume case files",
    "runbook": "print the incident's runbook as Markdown",
    "demo": "walk an incident in a small leaking app made for it",
    "doctor": "check what stanch needs on this machine",
    "completion": "print shell completion for bash, zsh or fish",
}

INCIDENT_VERBS = {
    "list": "all incidents of the repository",
    "show": "timeline, steps and state of one incident",
    "verify": "check the hash chain of the journal and every piece of evidence",
    "export": "write a redacted archive: journal, evidence, runbook",
    "resume": "open an incident where it was left",
}

SHELLS = ("bash", "zsh", "fish")


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence instead of printing the usage over it."""

    def error(self, message: str) -> NoReturn:
        """Raise what ``argparse`` would print."""
        raise UsageError(f"{message.rstrip('.')}.", f"See `{self.prog} --help`.")


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The parsed command line; ``verb`` is empty when the terminal interface is asked for.

    Raises:
        UsageError: it does not parse.
        SystemExit: help or version was printed.
    """
    if argv and argv[0] in VERBS:
        return _verb_parser(argv[0]).parse_args(argv[1:])
    arguments = _top_parser().parse_args(argv)
    repo = str(arguments.repo)
    if repo != "." and not arguments.repo.exists():
        near = difflib.get_close_matches(repo, VERBS, n=1)
        raise UsageError(
            f"there is no verb and no folder named {repo!r}.",
            f"Did you mean `stanch {near[0]}`?" if near else "See `stanch --help`.",
        )
    return arguments


def _top_parser() -> Parser:
    verbs = "\n".join(f"  {verb:<12}{says}" for verb, says in VERBS.items())
    parser = Parser(
        prog="stanch",
        usage="stanch [REPO]            open the terminal interface\n       stanch VERB [REPO] …     the same without it",
        description="Find the rows that leak from a Postgres-backed app, close the hole, prove that it is closed.",
        epilog=f"verbs:\n{verbs}\n\nexit codes: 0 nothing found, 1 findings remain, 2 usage, 3 unreachable, 4 not proven,\n"
        "5 needs a person, 130 interrupted. `stanch VERB --help` explains each verb.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("repo", metavar="REPO", nargs="?", type=Path, default=Path(), help="repository (default: here)")
    parser.add_argument("--version", action="version", version=f"stanch {__version__}")
    _rehearsal_flags(parser)
    parser.set_defaults(verb="", json=False, quiet=False, no_color=False)
    return parser


def _verb_parser(verb: str) -> Parser:
    parser = Parser(prog=f"stanch {verb}", description=VERBS[verb] + ".", allow_abbrev=False)
    parser.set_defaults(verb=verb)
    _ADD[verb](parser)
    voice = parser.add_argument_group("output")
    voice.add_argument("--json", action="store_true", help="print JSON on stdout, the same bytes in a pipe")
    voice.add_argument("-q", "--quiet", action="store_true", help="no remarks and no progress on stderr")
    voice.add_argument("--no-color", action="store_true", help="no colour (NO_COLOR works too)")
    return parser


def _repo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("repo", metavar="REPO", nargs="?", type=Path, default=Path(), help="repository (default: here)")


def _rehearsal_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("rehearsal")
    group.add_argument(
        "--schema", metavar="FILE", type=Path, help="replay this pg_dump --schema-only file instead of the migrations"
    )
    group.add_argument("--database-url", metavar="URL", help="copy the schema (never rows) of this database, read-only")
    group.add_argument("--shadow", metavar="URL", help="rehearse on this scratch server instead of the embedded one")
    group.add_argument("--workers", metavar="N", type=int, help="connections that attack at the same time (default 2)")


def _pipeline(parser: argparse.ArgumentParser) -> None:
    _repo(parser)
    _rehearsal_flags(parser)


def _scan(parser: argparse.ArgumentParser) -> None:
    _pipeline(parser)
    parser.add_argument("--map", action="store_true", help="show every way into the code, who is asked, which rows")
    parser.add_argument("--history", action="store_true", help="look for secrets in every commit, reflog and stash too")
    half = parser.add_mutually_exclusive_group()
    half.add_argument("--code-only", action="store_true", help="leave the database out")
    half.add_argument("--database-only", action="store_true", help="leave the code out")


def _fix(parser: argparse.ArgumentParser) -> None:
    _pipeline(parser)
    parser.add_argument("--dry-run", action="store_true", help="show findings, proof and diff; write nothing")
    parser.add_argument("--yes", action="store_true", help="approve the diff without being asked")
    parser.add_argument("--leaks-only", action="store_true", help="leave faster spellings and hardening for later")
    code = parser.add_argument_group("code")
    code.add_argument("--code", action="store_true", help="edit the code instead of writing a migration")
    code.add_argument(
        "--only", metavar="RULE", action="append", help="only findings of this rule or fingerprint (repeatable)"
    )
    code.add_argument(
        "--branch", metavar="NAME", help="commit the edits on a new branch; the files here stay as they are"
    )
    code.add_argument(
        "--maintenance",
        metavar="ROUTE",
        action="append",
        help="make this route closable by a switch, and edit nothing else (repeatable)",
    )
    code.add_argument("--tsc", action="store_true", help="run the project's own `tsc --noEmit` before and after")


def _bisect(parser: argparse.ArgumentParser) -> None:
    _repo(parser)
    parser.add_argument(
        "--good", metavar="REV", help="a revision without the leak (default: the beginning of the history)"
    )
    parser.add_argument("--bad", metavar="REV", default="HEAD", help="a revision with it (default: HEAD)")
    parser.add_argument(
        "--leak",
        metavar="ID",
        help="fingerprint of a finding, or object/verb/actor of a leak (default: the worst leak of the bad revision)",
    )
    group = parser.add_argument_group("rehearsal")
    group.add_argument("--shadow", metavar="URL", help="rehearse on this scratch server instead of the embedded one")
    group.add_argument("--workers", metavar="N", type=int, help="connections that attack at the same time (default 2)")


def _own(parser: argparse.ArgumentParser) -> None:
    _pipeline(parser)
    parser.add_argument("--confirm", action="store_true", help="save the map as stanch.toml")
    parser.add_argument(
        "--public", metavar="ROUTE", help="keep in stanch.toml that this route group or entry needs no session"
    )
    parser.add_argument("--because", metavar="WHY", help="the reason, with --public")
    parser.add_argument("--private", metavar="ROUTE", help="keep in stanch.toml that it must not be public")


def _deploys(parser: argparse.ArgumentParser) -> None:
    _pipeline(parser)
    window = parser.add_argument_group("window")
    window.add_argument(
        "--last-good",
        metavar="WHEN",
        help="a commit, tag, date (2026-03-01) or age (`3 days`) that was good (default: 30 days, at most 200 commits)",
    )
    window.add_argument("--head", metavar="REV", default="HEAD", help="the newest commit that is live (default: HEAD)")
    window.add_argument(
        "--diff",
        metavar="A..B",
        help="instead: what actors can do at B that they could not at A, by attacking both, with the lines responsible",
    )
    records = parser.add_argument_group("what went live")
    records.add_argument(
        "--records",
        metavar="FILE",
        type=Path,
        action="append",
        help="a host's list of deployments as JSON (repeatable)",
    )
    records.add_argument(
        "--from",
        dest="host",
        metavar="HOST",
        help="ask vercel, netlify, cloudflare-pages, render or github; the token is read from the environment",
    )
    records.add_argument("--project", metavar="NAME", help="the host's project (default: the one the repository names)")
    window.add_argument("--finding", metavar="ID", help="fingerprint of the finding that is asked about")
    window.add_argument(
        "--seen", metavar="WORDS", help="what was seen that should not have been: leaks it speaks of come first"
    )
    window.add_argument(
        "--seconds", metavar="N", type=float, default=90.0, help="longest time for comparing older code (default 90)"
    )
    half = parser.add_mutually_exclusive_group()
    half.add_argument("--code-only", action="store_true", help="leave the database out")
    half.add_argument("--database-only", action="store_true", help="leave the code out")


def _incident(parser: argparse.ArgumentParser) -> None:
    does = parser.add_argument("does", metavar="WHAT", choices=tuple(INCIDENT_VERBS), help=", ".join(INCIDENT_VERBS))
    does.help = "; ".join(f"{name}: {says}" for name, says in INCIDENT_VERBS.items())
    _repo(parser)
    parser.add_argument("--id", metavar="ID", help="which incident (default: the latest)")
    parser.add_argument("--to", metavar="FILE", type=Path, help="export: where the archive goes (default: here)")
    _authors(parser)
    _rehearsal_flags(parser)


def _runbook(parser: argparse.ArgumentParser) -> None:
    _repo(parser)
    parser.add_argument("--id", metavar="ID", help="which incident (default: the latest)")
    parser.add_argument(
        "--to", metavar="FILE", type=Path, help="write it there instead of printing it; never over a file"
    )
    _authors(parser)


def _authors(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--authors", action="store_true", help="name the people who made the commits (default: pseudonyms)"
    )


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--headless", action="store_true", help="walk it to green without a person, printing each step")
    parser.add_argument(
        "--into", metavar="FOLDER", type=Path, help="where the app is unpacked (default: a new temporary folder)"
    )
    _rehearsal_flags(parser)


def _doctor(parser: argparse.ArgumentParser) -> None:
    _repo(parser)


def _completion(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help="bash, zsh or fish")


_ADD = {
    "prove": _pipeline,
    "scan": _scan,
    "deploys": _deploys,
    "fix": _fix,
    "bisect": _bisect,
    "own": _own,
    "incident": _incident,
    "runbook": _runbook,
    "demo": _demo,
    "doctor": _doctor,
    "completion": _completion,
}


def flags(verb: str) -> tuple[str, ...]:
    """The long flags of a verb, sorted; for shell completion."""
    parser = _verb_parser(verb)
    return tuple(sorted(flag for action in parser._actions for flag in action.option_strings if flag.startswith("--")))  # noqa: SLF001 - argparse offers no other way to list them
