"""Tells a value that could be real from one that stands for it: placeholders, examples, words, counted-up digits.

A key of a known form is taken for real unless it is visibly made up; a value known by its name alone must also look random.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections import Counter
from itertools import pairwise
from typing import Final


_STANDS_FOR: Final = re.compile(
    rb"(?:^|[^A-Za-z0-9])(?:your|fake|mock|todo)|(?:your|fake|mock|my)[_-]?(?:own|api|key|secret|token|pass|value|project|real|service|supabase|stripe)|example|placeholder|change_?-?me|replace|dummy|sample|insert|redacted|removed|hidden|secret[_-]?key[_-]?here|_here\b"
    rb"|x{4,}|\*{3,}|\.{3,}|<[^>]*>|\$\{|\{\{|%s|\[[A-Z_ -]+\]|1234567|abcdefg|0{7,}|1{7,}|abc123|deadbeef|foobar|lorem"
    rb"|super-?secret|process\.env|undefined|dev[_-]only|local[_-]?dev|not[_-]?a[_-]?real|invalid|for[_-]?test|test[_-]?(?:key|secret|token)",
    re.IGNORECASE,
)
_PUBLISHED: Final = frozenset(
    {
        "b5f1743a394ce39b42493de7",  # signing keys of the local QStash server
        "54c3b917bfd471e12e071353",
        "2cafc0970149a84f3b9e62ea",  # test keys in the documentation of Stripe
        "f2d6ca16515033e5dce14eba",
        "2d1f7723aabc5c7a51fcdc24",
        "c85debb55f2f204d868cc155",  # secret key of the local Supabase stack
        "7f59edafa4d502ca0156b8fd",  # S3 keys of the local Supabase stack
        "b0f3a96ded759f6c5f13d278",
    }
)
"""Beginnings of the SHA-256 of keys that vendors publish for local use: they open nothing of anybody."""
_WORD: Final = re.compile(rb"[A-Z]?[a-z]{3,}|[A-Z]{3,}")
_VOWELS: Final = frozenset(b"aeiouyAEIOUY")
_HEX: Final = re.compile(rb"[0-9a-f]+|[0-9A-F]+")
_CHARACTERS: Final = re.compile(rb"[A-Za-z0-9+/=_.~!@#%^&*:|-]+")
_ENOUGH: Final = 3.4
"""Bits a character: 24 random characters of base 62 have about 4.1, 32 of hexadecimal 3.6, English words glued together 3.2 to 3.6."""
_ENOUGH_HEX: Final = 3.0
_SHORTEST: Final = 16


def says_so(value: bytes) -> bool:
    """It says in words that it is a placeholder."""
    return bool(_STANDS_FOR.search(value))


def stands_for(value: bytes) -> bool:
    """A placeholder or an obvious fake, by what it says or because it repeats itself."""
    return says_so(value) or _spoken(value) or len(set(value)) < min(8, max(2, len(value) // 2)) or _counts_up(value)


def _spoken(value: bytes) -> bool:
    """The same in base64: what was drawn does not come out as a text that says so."""
    try:
        inside = base64.b64decode(value, validate=True)
    except ValueError:
        return False
    return inside.isascii() and inside.decode("ascii").isprintable() and says_so(inside)


def is_published(value: bytes) -> bool:
    """A vendor prints this very value in its documentation or ships it in its local stack."""
    return hashlib.sha256(value).hexdigest()[:24] in _PUBLISHED


def random_looking(value: bytes) -> bool:
    """Could have been drawn: long enough, many different characters, and not made of words."""
    if len(value) < _SHORTEST or not _CHARACTERS.fullmatch(value) or stands_for(value):
        return False
    digits = sum(48 <= byte <= 57 for byte in value)  # noqa: PLR2004 - the digits of ASCII
    if not digits or digits == len(value):
        return False
    if _HEX.fullmatch(value):
        return entropy(value) >= _ENOUGH_HEX
    return entropy(value) >= _ENOUGH and _in_words(value) < 0.5  # noqa: PLR2004 - half of it


def entropy(value: bytes) -> float:
    """Shannon's bits a byte."""
    length = len(value)
    return -sum(n / length * math.log2(n / length) for n in Counter(value).values()) if length else 0.0


def _in_words(value: bytes) -> float:
    """Which share of the value are runs of letters that could be spoken."""
    spoken = 0
    for word in _WORD.findall(value):
        vowels = sum(byte in _VOWELS for byte in word)
        if len(word) >= 4 and 0.2 <= vowels / len(word) <= 0.65:  # noqa: PLR2004 - English has 0.38
            spoken += len(word)
    return spoken / len(value)


def _counts_up(value: bytes) -> bool:
    """Most neighbours differ by the same small step: 0123456789, abcdef, aaaa; or every second one does: 1a2b3c4d."""
    if len(value) < 8:  # noqa: PLR2004 - too short to tell
        return False
    if len(value) >= _SHORTEST and _counts_up(value[::2]) and _counts_up(value[1::2]):
        return True
    steps = Counter(b - a for a, b in pairwise(value))
    step, times = steps.most_common(1)[0]
    return abs(step) <= 1 and times * 2 > len(value)
