"""``stanch completion``: what a shell needs to complete verbs and flags, made from the one table of verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.faces.cli.arguments import INCIDENT_VERBS, SHELLS, VERBS, flags
from assistant.faces.cli.exits import Exit


if TYPE_CHECKING:
    import argparse

    from assistant.faces.cli.say import Voice


def run(arguments: argparse.Namespace, voice: Voice) -> int:
    """Print the script."""
    script = {"bash": _bash, "zsh": _zsh, "fish": _fish}[arguments.shell]()
    if arguments.json:
        voice.json({"shell": arguments.shell, "script": script})
    else:
        voice.text(script)
    return Exit.CALM


def _words(verb: str) -> str:
    extra = {"incident": tuple(INCIDENT_VERBS), "completion": SHELLS}.get(verb, ())
    return " ".join((*extra, *flags(verb)))


def _bash() -> str:
    cases = "\n".join(f'        {verb}) words="{_words(verb)}" ;;' for verb in VERBS)
    return f"""_stanch() {{
    local words current="${{COMP_WORDS[COMP_CWORD]}}"
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="{" ".join(VERBS)} --help --version"
    else
        case "${{COMP_WORDS[1]}}" in
{cases}
        esac
    fi
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    if [ "${{current:0:1}}" != "-" ]; then COMPREPLY+=($(compgen -d -- "$current")); fi
}}
complete -o filenames -F _stanch stanch
"""


def _zsh() -> str:
    verbs = "\n".join(f"        '{verb}:{says.replace(':', ';').replace(chr(39), '')}'" for verb, says in VERBS.items())
    cases = "\n".join(f"        {verb}) compadd -- {_words(verb)}; _files -/ ;;" for verb in VERBS)
    return f"""#compdef stanch
_stanch() {{
    local -a verbs
    verbs=(
{verbs}
    )
    if (( CURRENT == 2 )); then
        _describe verb verbs
        _files -/
        return
    fi
    case "$words[2]" in
{cases}
    esac
}}
compdef _stanch stanch
"""


def _fish() -> str:
    lines = ["complete -c stanch -f -a '(__fish_complete_directories)'"]
    for verb, says in VERBS.items():
        plain = says.replace("'", "")
        lines.append(f"complete -c stanch -n __fish_use_subcommand -a {verb} -d '{plain}'")
        for word in _words(verb).split():
            given = f"-l {word.removeprefix('--')}" if word.startswith("--") else f"-a {word}"
            lines.append(f"complete -c stanch -n '__fish_seen_subcommand_from {verb}' {given}")
    return "\n".join(lines) + "\n"
