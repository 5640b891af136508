"""Grants of Firebase rules files: ``firestore.rules``, ``storage.rules``, ``database.rules.json``.

Match blocks are joined to one path from the documents' root, ``read`` and ``write`` are spelled out, and functions are looked up outwards
from where they are called. A file that cannot be read to its end yields the grants before the break and says where it stopped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.collect.firebase_expressions import Reader, next_token, read_expression
from assistant.collect.firebase_json import grants_of_tree
from assistant.collect.firebase_reach import RuleFunction, judge
from assistant.domain.code import DocumentRule, Reach
from assistant.domain.facts import Place


if TYPE_CHECKING:
    from collections.abc import Mapping

_VERBS: Final = {"read": ("get", "list"), "write": ("create", "update", "delete")}
_ROOT: Final = re.compile(r"^/(?:databases/\{[^/]*\}/documents|b/\{[^/]*\}/o)(?=/|$)")
_RULES: Final = re.compile(r"(?:^|/)[\w.-]*\.rules\Z")
_TREE: Final = re.compile(r"(?:^|/)[\w.-]*rules[\w.-]*\.json\Z")
_LONGEST: Final = 400


def documents(manifests: Mapping[str, bytes]) -> tuple[DocumentRule, ...]:
    """Every grant in the rules files among ``manifests``, by file and line."""
    found: list[DocumentRule] = []
    for path in sorted(manifests):
        if _RULES.search(path):
            text = manifests[path].decode("utf-8", "replace")
            if re.search(r"\bservice\s+(?:cloud\.firestore|firebase\.storage)\b", text):
                found += _Rules(path, text).grants()
        elif _TREE.search(path):
            text = manifests[path].decode("utf-8", "replace")
            if '"rules"' in text and re.search(r'"\.(?:read|write)"', text):
                found += grants_of_tree(path, text)
    return tuple(found)


class _Rules:
    """One ``.rules`` file."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.at = 0
        self.found: list[tuple[DocumentRule, tuple[dict[str, RuleFunction], ...]]] = []
        self.service = "firestore"

    def grants(self) -> list[DocumentRule]:
        """All of them; conditions are judged at the end, when every function is known."""
        self._block("", ({},))
        return [self._judged(rule, scopes) for rule, scopes in self.found]

    def _judged(self, rule: DocumentRule, scopes: tuple[dict[str, RuleFunction], ...]) -> DocumentRule:
        from dataclasses import replace

        functions = {name: function for scope in scopes for name, function in scope.items()}
        if not rule.condition:
            return replace(rule, reach=Reach.PUBLIC, binds=False)
        text = self.text[rule.at[0] : rule.at[1]]
        verdict = judge(read_expression(text), functions)
        before, after = len(self.text[: rule.at[0]].encode()), len(text.encode())
        return replace(rule, reach=verdict.reach, until=verdict.until, binds=verdict.binds, at=(before, before + after))

    def _block(self, path: str, scopes: tuple[dict[str, RuleFunction], ...]) -> None:
        """Statements up to the closing brace of this block, or to the end of the file."""
        while (token := next_token(self.text, self.at)) is not None:
            self.at = token.end
            if token.text == "}":
                return
            if token.text == "service":
                self.service = "storage" if "storage" in self._until("{") else "firestore"
                self._block("", (*scopes, {}))
            elif token.text == "match":
                below = next_token(self.text, self.at, operand=True)
                if below is None or below.kind != "path":
                    return
                self.at = below.end
                self._until("{")
                self._block(path + below.text.rstrip("/"), (*scopes, {}))
            elif token.text == "function":
                self._function(scopes[-1])
            elif token.text == "allow":
                self._allow(path, token.at, scopes)
            elif token.text not in {";", "}"}:
                self._statement_end()

    def _until(self, sign: str) -> str:
        """Text up to and over that sign."""
        end = self.text.find(sign, self.at)
        end = len(self.text) if end < 0 else end
        skipped = self.text[self.at : end]
        self.at = end + len(sign)
        return skipped

    def _statement_end(self) -> None:
        while (token := next_token(self.text, self.at, operand=True)) is not None:
            if token.text in {"}", "{"}:
                return
            self.at = token.end
            if token.text == ";":
                return

    def _function(self, scope: dict[str, RuleFunction]) -> None:
        head = self._until("{")
        name, _, parameters = head.partition("(")
        lets = []
        while (token := next_token(self.text, self.at)) is not None and token.text == "let":
            self.at = token.end
            variable = self._until("=").strip()
            reader = Reader(self.text, self.at)
            lets.append((variable, reader.read()))
            self.at = reader.at
            self._statement_end()
        token = next_token(self.text, self.at)
        if token is not None and token.text == "return":
            reader = Reader(self.text, token.end)
            names = tuple(part.strip() for part in parameters.partition(")")[0].split(",") if part.strip())
            scope[name.strip()] = RuleFunction(names, tuple(lets), reader.read())
            self.at = reader.at
        self._until("}")

    def _allow(self, path: str, at: int, scopes: tuple[dict[str, RuleFunction], ...]) -> None:
        """``allow read, write: if condition;``."""
        end = self._end_of_statement()
        text = self.text[self.at : end]
        verbs_text, colon, rest = text.partition(":")
        start = self.at + len(verbs_text) + len(colon)
        condition = re.match(r"\s*if\b\s*", rest)
        start += condition.end() if condition else 0
        raw = self.text[start:end] if condition else ""
        raw = raw.rstrip()
        self.at = end + (end < len(self.text) and self.text[end] == ";")
        verbs: list[str] = []
        for word in re.findall(r"[a-z]+", verbs_text):
            verbs += _VERBS.get(word, (word,))
        place = _ROOT.sub("", path) or "/"
        self.found.append(
            (
                DocumentRule(
                    place=Place(file=self.path, line=self.text.count("\n", 0, at) + 1, symbol=place),
                    service=self.service,
                    path=place,
                    verbs=tuple(dict.fromkeys(verbs)),
                    condition=" ".join(raw.split())[:_LONGEST],
                    reach=Reach.UNKNOWN,
                    at=(start, start + len(raw)),
                ),
                scopes,
            )
        )

    def _end_of_statement(self) -> int:
        """Where the ``allow`` ends: its semicolon, or the brace of its block when somebody forgot it."""
        at, depth, operand = self.at, 0, False
        while (token := next_token(self.text, at, operand=operand)) is not None:
            if depth == 0 and token.text in {";", "}", "allow", "match", "function"}:
                return token.at
            depth += (token.text in {"(", "[", "{"}) - (token.text in {")", "]", "}"})
            operand = token.kind == "sign" and token.text not in {")", "]", "}"}
            at = token.end
        return len(self.text)
