"""Extensions that were switched on in a dashboard: no migration creates them, and the first statement that needs one fails.

Which extension would have helped is read from the error, so nothing is switched on that nothing uses.
"""

from __future__ import annotations

import re
from typing import Final


_PROVIDERS: Final = (
    (
        "vector",
        r'type "?(?:vector|halfvec|sparsevec)"? |access method "(?:hnsw|ivfflat)"|operator class "?(?:half)?vec(?:tor)?_\w+_ops',
    ),
    (
        "pg_trgm",
        r"operator class \"?g(?:in|ist)_trgm_ops|function (?:\w+\.)?(?:word_|strict_word_)?similarity\(|function (?:\w+\.)?show_trgm\(",
    ),
    ("citext", r'type "?(?:\w+\.)?citext"? '),
    ("ltree", r'type "?(?:\w+\.)?l(?:tree|query)"? '),
    ("hstore", r'type "?(?:\w+\.)?hstore"? |function (?:\w+\.)?hstore\('),
    ("postgis", r'type "?(?:\w+\.)?geo(?:graphy|metry)"? |function (?:\w+\.)?st_\w+\('),
    ("uuid-ossp", r"function (?:\w+\.)?uuid_generate_v\d"),
    ("pgcrypto", r"function (?:\w+\.)?(?:crypt|gen_salt|digest|hmac|gen_random_bytes|armor|pgp_\w+|encrypt|decrypt)\("),
    ("unaccent", r'function (?:\w+\.)?unaccent\(|text search dictionary "(?:\w+\.)?unaccent"'),
    ("moddatetime", r"function (?:\w+\.)?moddatetime\("),
    ("pg_cron", r'function cron\.|relation "cron\.|schema "cron"'),
    ("pg_net", r'function net\.|relation "net\.|schema "net"'),
    ("pgmq", r'function pgmq\.|relation "pgmq\.|schema "pgmq"'),
    ("http", r"function (?:\w+\.)?http_(?:get|post|put|delete|header)\(|type \"?(?:\w+\.)?http_(?:request|header)"),
    ("pgjwt", r"function (?:\w+\.)?(?:sign|verify|url_encode)\("),
    ("pg_jsonschema", r"function (?:\w+\.)?jsonb?_matches_schema\("),
    ("btree_gist", r'data type (?:uuid|integer|bigint|text) has no default operator class for access method "gist"'),
    ("fuzzystrmatch", r"function (?:\w+\.)?(?:levenshtein|soundex|dmetaphone|metaphone)\w*\("),
    ("tablefunc", r"function (?:\w+\.)?crosstab\w*\("),
    ("pg_stat_statements", r'relation "(?:\w+\.)?pg_stat_statements"'),
)
_COMPILED: Final = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _PROVIDERS)


def extension_behind(message: str) -> str | None:
    """The extension whose absence the server's sentence shows, or None."""
    return next((name for name, pattern in _COMPILED if pattern.search(message)), None)
