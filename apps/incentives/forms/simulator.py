"""What the reader assumes in the simulator, and what a policy would pay then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from apps.incentives.forms.editor import Drawing
from apps.incentives.rules import declared, reasons, simulating, words
from apps.incentives.rules.declared import Problem, fields_of
from apps.incentives.rules.document import PolicyDocument
from apps.incentives.rules.outcomes import ComponentOutcome
from apps.incentives.rules.simulating import Assumed
from apps.incentives.rules.types import TYPES

PREFIX = "sim"


def example(
    document: PolicyDocument, posted: Mapping[str, Any], lang: str, names: Mapping[str, str], on: date
) -> dict[str, Any]:
    """The fields of the simulator with what they bring: amounts by clause, steps, the next car."""
    given = {
        name: text
        for name, _each in fields_of(Assumed)
        if (text := str(posted.get(f"{PREFIX}.{name}", "")).replace(",", "").strip())
    }
    problems: list[Problem] = []
    assumed = declared.read(Assumed, given, PREFIX, problems)
    measured = {code: str(posted.get(f"{PREFIX}.m.{code}", "")).strip() for code in sorted(document.measures)}
    nodes = Drawing(lang, {}, problems).part(Assumed, given, PREFIX)
    shown: dict[str, Any] = {
        "sim_fields": [each for each in nodes if _asked(each.name, document)],
        "sim_measures": [
            {"name": f"{PREFIX}.m.{code}", "label": names.get(code, code), "value": value}
            for code, value in measured.items()
        ],
    }
    if assumed is None:
        return shown
    outcome = simulating.simulate(document, assumed, on, _numbers(measured))
    clauses = [_clause(document, each, lang, names) for each in outcome.components]
    return shown | {"sim_clauses": clauses, "sim_total": outcome.amount, "sim_units": assumed.units}


def _asked(name: str, document: PolicyDocument) -> bool:
    """Whether an assumption matters for the clauses of a document."""
    kinds = {each.type for each in document.components}
    if name == f"{PREFIX}.last_year":
        return "growth" in kinds
    if name == f"{PREFIX}.place":
        return any(TYPES[each.type].ranked(each.params) is not None for each in document.components)
    return True


def _numbers(texts: Mapping[str, str]) -> dict[str, Decimal]:
    found = {}
    for code, text in texts.items():
        try:
            value = Decimal(text.rstrip("%")) / 100 if text.endswith("%") else Decimal(text)
        except InvalidOperation:
            continue
        if value.is_finite():
            found[code] = value
    return found


def _clause(
    document: PolicyDocument, found: ComponentOutcome, lang: str, names: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "no": words.clause_no(document, found.code),
        "label": document.component(found.code).name.text(lang),
        "amount": found.amount,
        "reason": reasons.why(found.reason, lang, names) if found.reason else "",
        "steps": words.explain(found.trace, lang, names),
        "next": found.next_step,
    }
