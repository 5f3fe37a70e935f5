"""Which sales a policy's selection covers: an SQL expression that says what `rules.selecting.scope` says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from apps.incentives.rules import reasons
from apps.incentives.rules.document import PolicyDocument, Selection

LOCAL_SHARE = "policy.local_share"
"""The measure that is taken over all sales of a dealer, also those outside a selection."""
_MODEL = (
    ("model_lines", "coalesce(s.code, '')"),
    ("models", "coalesce(m.code, '')"),
    ("trims", "f.trim_text"),
)
_OTHERS = (
    ("channels", "f.channel", reasons.CHANNEL),
    ("customer_types", "f.customer_type", reasons.CUSTOMER_TYPE),
)


@dataclass
class Scope:
    """The reason code of a sale `f` of model `m` and series `s` ("" inside), with the expression's values."""

    code: str = ""
    params: dict[str, Any] = field(default_factory=dict)

    def reason(self, selection: Selection) -> str:
        """The expression of one clause, in the order of the rule: model, channel, customer type."""
        wrong = [text for name, column in _MODEL if (text := self._out(selection, name, column))]
        cases = [f"WHEN {' OR '.join(wrong)} THEN '{reasons.WRONG_MODEL}'"] if wrong else []
        for name, column, code in _OTHERS:
            if text := self._out(selection, name, column):
                cases.append(f"WHEN {text} THEN '{code}'")
        return f"CASE {' '.join(cases)} ELSE '' END"

    def _out(self, selection: Selection, name: str, column: str) -> str:
        """The sale is none of the chosen, or nothing is known; "" where nothing was chosen."""
        chosen = getattr(selection, name)
        if not chosen:
            return ""
        key = f"scope_{len(self.params)}"
        self.params[key] = list(chosen)
        return f"NOT coalesce({column} = ANY(%({key})s), false)"


def of(document: PolicyDocument) -> Scope | None:
    """Where a policy's clauses pay no sale at all, with the first clause's reason; None without such sales.

    A policy that reads a dealer's share of local sales looks at all of them.
    """
    chosen = [each.selection for each in document.components if each.selection.kind == "retail"]
    restricted = all(any(getattr(each, name) for name, *_rest in (*_MODEL, *_OTHERS)) for each in chosen)
    if not chosen or not restricted or LOCAL_SHARE in document.to_json() or _asks_area(document):
        return None
    found = Scope()
    told = [found.reason(each) for each in chosen]
    inside = " OR ".join(f"{each} = ''" for each in told)
    found.code = told[0] if len(told) == 1 else f"CASE WHEN {inside} THEN '' ELSE {told[0]} END"
    found.code = f"({found.code})"
    return found


def _asks_area(document: PolicyDocument) -> bool:
    return any(each.type == "local_sales" for each in document.components)
