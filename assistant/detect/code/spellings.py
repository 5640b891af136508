"""Spellings of one and the same key: ``id_empresa``, ``empresa_id``, ``company_db_id`` and ``p_company`` all name a company.

Code is written in many languages and its keys are not: what stands for a tenant or a person in Spanish, Portuguese, French, Italian or German is
led back to the English word that the rules know. Only whole words of keys are, never those of tables or texts.
"""

from __future__ import annotations

import re
from typing import Final


_KEYS: Final = re.compile(r"_(?:db_id|uuid|guid|pk|ref_id|fk)$")
"""Other spellings of ``_id``."""
_ARGUMENT: Final = re.compile(r"^(?:p|in|arg|param|v)_(\w+)$")
"""Arguments of database functions, as they are told apart from columns."""
_AHEAD: Final = re.compile(r"^(?:id|fk|fk_id|id_fk)_(\w+)$")
"""``id_usuario``: the key comes first where the language has it so."""
_NO_KEYS: Final = frozenset(
    [
        "token",
        "card",
        "number",
        "type",
        "verified",
        "document",
        "proof",
        "photo",
        "image",
        "front",
        "back",
        "expiry",
        "verification",
        "hash",
        "key",
        "status",
        "check",
        "scan",
    ]
)
"""What follows in ``id_card`` and ``id_token``, which are no keys."""

_ENGLISH: Final = {
    "usuario": "user",
    "utilizador": "user",
    "utilisateur": "user",
    "utente": "user",
    "benutzer": "user",
    "cliente": "client",
    "kunde": "customer",
    "paciente": "patient",
    "alumno": "student",
    "aluno": "student",
    "estudiante": "student",
    "empresa": "company",
    "entreprise": "company",
    "azienda": "company",
    "firma": "company",
    "negocio": "business",
    "estabelecimento": "business",
    "organizacion": "organization",
    "organizacao": "organization",
    "inquilino": "tenant",
    "mandant": "tenant",
    "clinica": "clinic",
    "escuela": "school",
    "escola": "school",
    "colegio": "school",
    "tienda": "store",
    "loja": "store",
    "agencia": "agency",
    "equipo": "team",
    "equipe": "team",
    "comunidad": "community",
    "restaurante": "restaurant",
    "salao": "salon",
    "barbearia": "salon",
    "hogar": "household",
}


def key_of(column: str) -> str:
    """The one spelling of a key that is already written in lower case with underscores."""
    key = _KEYS.sub("_id", column)
    ahead = _ahead(key)
    if ahead:
        key = f"{ahead}_id"
    argument = _ARGUMENT.match(key)
    if argument is not None:
        key = argument[1] if "_" in argument[1] else f"{argument[1]}_id"
    return "_".join(_ENGLISH.get(word, word) for word in key.split("_"))


def _ahead(key: str) -> str:
    found = _AHEAD.match(key)
    return found[1] if found is not None and found[1].partition("_")[0] not in _NO_KEYS else ""


def stands_ahead(parts: tuple[str, ...]) -> bool:
    """The words of a column that begin with its key: ``idUsuario``, ``id_empresa``; no ``id_card``."""
    return len(parts) > 1 and parts[0] == "id" and parts[1] not in _NO_KEYS
