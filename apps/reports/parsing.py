"""Reading what was typed, uploaded or sent into the values of fields, by the strict parsers only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from apps.core.spreadsheet import values
from apps.core.spreadsheet.errors import Phrase, ValueProblem, excerpt
from apps.core.spreadsheet.messages import PROBLEMS
from apps.core.spreadsheet.parsing import Parser
from apps.reports.rules.declaration import Field, Finding, Kind, Level, Value

RECOGNISED = "“%(raw)s” was read as %(value)s."
NOTE = values.text(500)


@dataclass(frozen=True)
class Reading:
    """What a raw cell holds: a value, a finding, or both (a value that had to be recognised)."""

    value: Value | None = None
    finding: Finding | None = None

    @property
    def refused(self) -> bool:
        """Whether the cell could not be read."""
        return self.finding is not None and self.finding.level is Level.ERROR


def parser_of(each: Field) -> Parser[Any]:
    """The strict parser of a field."""
    if each.kind is Kind.MONEY:
        return values.money()
    if each.kind is Kind.INTEGER:
        return values.integer()
    if each.kind in (Kind.NUMBER, Kind.PERCENT):
        return values.decimal(4 if each.kind is Kind.PERCENT else each.places)
    if each.kind is Kind.DATE:
        return values.date()
    if each.kind is Kind.CHOICE:
        spelt = {str(label): code for code, label in each.choices} | {code: code for code, _ in each.choices}
        return values.choice(spelt)
    return values.text(each.longest)


def read(each: Field, raw: Any, *, place: str, row: int = 0) -> Reading:
    """The value of a raw cell or why it has none, said at its place."""
    parser = parser_of(each)
    try:
        value = cast("Value | None", parser.parse(raw))
    except ValueProblem as problem:
        return Reading(finding=refusal(problem, raw, place=place, row=row))
    if value is None or not parser.recognised(raw):
        return Reading(value)
    params = {"raw": excerpt(raw), "value": f"{value:,}" if each.numeric else str(value)}
    found = Finding("recognised", Level.INFO, place, RECOGNISED, params, row, value=params["raw"])
    return Reading(value, found)


def refusal(problem: ValueProblem, raw: Any, *, place: str, row: int = 0, note: bool = False) -> Finding:
    """The finding of a parser's refusal."""
    shown = excerpt(raw)
    params = {"value": shown, "expected": problem.expected.as_json()}
    return Finding(problem.code, Level.ERROR, place, PROBLEMS[problem.code], params, row, note, shown)


def phrase(finding: Finding, field_label: Any) -> Phrase:
    """The sentence of a finding for any reader's language, its field named."""
    params = {
        key: Phrase.from_json(value) if isinstance(value, dict) else value
        for key, value in finding.params.items()
    }
    return Phrase(finding.message, {"field": field_label, **params})
