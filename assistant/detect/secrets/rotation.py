"""In which order to change secrets, once the code no longer shows them: what browsers have, what was pushed, what is only here.

Within each, what opens everything comes before payments, these before models, these before mail; test keys and made-up looking ones last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.secrets.guides import AS_OF, guide_of
from assistant.domain.secrets import RotationStep, SecretKind, Standing, Weight


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.domain.secrets import SecretsFound, Sighting

K = SecretKind
_FAMILIES: Final = (
    (
        K.SUPABASE_SERVICE_ROLE,
        K.SUPABASE_SECRET,
        K.SUPABASE_JWT,
        K.SUPABASE_ACCESS,
        K.DATABASE_URL,
        K.NEON,
        K.PLANETSCALE,
    ),
    (K.AWS, K.GOOGLE_ACCOUNT, K.VERCEL, K.GITHUB, K.GITLAB, K.NPM, K.PRIVATE_KEY),
    (K.STRIPE_LIVE, K.WEBHOOK),
    (K.CLERK_LIVE, K.AUTH_SECRET, K.JWT_SECRET, K.GOOGLE_CLIENT),
    (K.OPENAI, K.ANTHROPIC, K.OPENROUTER, K.GROQ, K.REPLICATE, K.HUGGING_FACE, K.PINECONE),
    (K.RESEND, K.SENDGRID, K.MAILGUN, K.TWILIO),
)
_RANK: Final = {kind: n for n, family in enumerate(_FAMILIES) for kind in family}
_IN_BROWSERS, _PUSHED, _HERE = range(3)
_WHY: Final = {
    _IN_BROWSERS: "Browsers have it already: it is public now.",
    _PUSHED: "It stands in commits that were pushed: whoever has a clone has it.",
    _HERE: "It stands in the repository; as far as this clone knows it was not pushed.",
}
_NEED_NOT: Final = frozenset({Standing.IGNORED, Standing.UNTRACKED})


def rotation_order(found: SecretsFound) -> tuple[RotationStep, ...]:
    """Every secret to change, the most urgent first; those declared known, and those that only stand where they belong, are left out."""
    by_secret: dict[str, list[Sighting]] = {}
    for seen in found.sightings:
        if seen.standing in _NEED_NOT and not seen.public_variable:
            continue
        if not any(seen.fingerprint.startswith(known) for known in found.known):
            by_secret.setdefault(seen.fingerprint, []).append(seen)
    ordered = sorted(by_secret.values(), key=_urgency)
    names = [name for name in found.public_names if not name.in_tests and name.variable not in _valued(found)]
    steps: list[RotationStep] = []
    for name in names:
        guide = guide_of(K.NAMED)
        steps.append(
            RotationStep(
                order=len(steps) + 1,
                kind=K.NAMED,
                fingerprint="",
                shown=name.variable,
                why_now="Its prefix puts it into what browsers download; its value is not in the repository, so look at the host what it opens.",
                places=(name.where,),
                console=guide.console,
                commands=guide.commands,
                then=guide.then,
                as_of=AS_OF,
                docs=guide.docs,
            )
        )
    for equal in ordered:
        seen, guide = equal[0], guide_of(equal[0].kind)
        steps.append(
            RotationStep(
                order=len(steps) + 1,
                kind=seen.kind,
                fingerprint=seen.fingerprint,
                shown=seen.shown,
                why_now=_why(equal),
                places=tuple(sorted({each.where for each in equal}, key=str)),
                console=guide.console,
                commands=guide.commands,
                then=guide.then,
                as_of=AS_OF,
                docs=guide.docs,
            )
        )
    return tuple(steps)


def _valued(found: SecretsFound) -> set[str | None]:
    return {seen.where.symbol for seen in found.sightings if seen.public_variable}


def _reach(equal: Sequence[Sighting]) -> int:
    if any(
        seen.standing is Standing.BUNDLE or (seen.public_variable and seen.standing is not Standing.HISTORY)
        for seen in equal
    ):
        return _IN_BROWSERS
    return _PUSHED if any(seen.past is not None and seen.past.pushed for seen in equal) else _HERE


def _why(equal: Sequence[Sighting]) -> str:
    why = _WHY[_reach(equal)]
    if all(seen.past is not None and seen.past.pushed is None for seen in equal):
        why = "It stands in commits; this clone cannot tell whether they were pushed, so take it that they were."
    return f"{why} ({equal[0].about})" if equal[0].about else why


def _urgency(equal: Sequence[Sighting]) -> tuple[bool, int, bool, int, str]:
    """Sort key; what looks made up comes behind everything else."""
    seen = equal[0]
    return (
        all(each.in_tests for each in equal) and _reach(equal) != _IN_BROWSERS,
        _reach(equal),
        all(each.weight is Weight.LITTLE for each in equal),
        _RANK.get(seen.kind, len(_FAMILIES)),
        str(seen.where),
    )
