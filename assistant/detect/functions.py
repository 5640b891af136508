"""What kind of function a function is, as far as several rules need to know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.sql import body


if TYPE_CHECKING:
    from assistant.domain.catalog import Function

_DISTANCE: Final = re.compile(r"<=>|<->|<#>|<\+>|\b(?:cosine_distance|l2_distance|inner_product)\s*\(", re.IGNORECASE)
_QUEUE: Final = re.compile(r"^pgmq\.")
_ANSWERS: Final = frozenset({"boolean", "bool", "void"})


def is_vector_search(function: Function) -> bool:
    """True when it orders rows by the distance of their embeddings."""
    takes = any(
        argument.type.split("(")[0].rpartition(".")[2] in {"vector", "halfvec", "sparsevec"}
        for argument in function.arguments
    )
    return bool(_DISTANCE.search(body.code_only(function.body))) and (takes or "embedding" in function.body.lower())


def reads_queue(function: Function) -> bool:
    """True when it works on a queue of ``pgmq``."""
    return any(_QUEUE.match(word) for word in body.words(function.body))


def returns_answer(function: Function) -> bool:
    """True when it returns yes or no (or nothing): a helper of policies, most often."""
    return function.returns in _ANSWERS
