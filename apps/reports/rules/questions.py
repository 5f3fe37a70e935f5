"""Everything the forms ask, so that nothing is asked twice, and what answering costs.

Source: issue "never ask twice"; the burden is fields to type × who answers × how often.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apps.reports.rules.declaration import Field, PeriodKind, ReportForm
from apps.reports.rules.layout import layout_of

TIMES_A_YEAR = {
    PeriodKind.TEN_DAYS: 36,
    PeriodKind.MONTH: 12,
    PeriodKind.QUARTER: 4,
    PeriodKind.YEAR: 1,
}


@dataclass(frozen=True)
class Question:
    """One field that is asked: in which form, at which row of its workbook."""

    form: ReportForm
    field: Field
    code: str
    row: int

    @property
    def source(self) -> str:
        """Where the answer comes from without asking: a measure or another form; empty when it is asked."""
        return self.field.measure or self.field.same_as


def asked(forms: Iterable[ReportForm]) -> Iterator[Question]:
    """Every field somebody has to type, in the order of the forms."""
    for form in forms:
        layout = layout_of(form)
        for code, each in form.by_code.items():
            if each.entered:
                yield Question(form, each, code, layout.place(code, 1)[0])


def normal(label: Any) -> str:
    """A label as it is compared: without case, blanks and punctuation."""
    return "".join(sign for sign in str(label).casefold() if sign.isalnum())


def twice(form: ReportForm, others: Iterable[ReportForm]) -> Iterator[tuple[Field, Question]]:
    """The fields of a form that others ask of the same owner already, without saying so by `same_as`."""
    known: dict[tuple[str, str], Question] = {}
    for question in asked(each for each in others if each.code != form.code and each.owner is form.owner):
        for key in _keys(question.field):
            known.setdefault(key, question)
    for each in form.by_code.values():
        if not each.entered or each.measure or each.same_as or each.kind in ("text", "long"):
            continue
        found = next((known[key] for key in _keys(each) if key in known), None)
        if found is not None:
            yield each, found


def _keys(each: Field) -> Iterator[tuple[str, str]]:
    yield "label", normal(each.label)
    if each.measure:
        yield "measure", each.measure


@dataclass(frozen=True)
class Burden:
    """What a form costs those who answer: fields to type, how many answer, hours a year."""

    form: ReportForm
    fields: int
    given: int
    owners: int
    times: int

    @property
    def answers(self) -> int:
        """Answers a year."""
        return self.fields * self.owners * self.times

    @property
    def hours(self) -> int:
        """Hours a year, rounded up."""
        return -(-self.form.minutes * self.owners * self.times // 60)


def burden(form: ReportForm, owners: Mapping[str, int]) -> Burden:
    """The burden of a form; `owners` is how many owners of each kind there are."""
    entered = [each for each in form.by_code.values() if each.entered]
    given = sum(1 for each in entered if each.measure or each.same_as)
    return Burden(form, len(entered) - given, given, owners.get(form.code, 0), TIMES_A_YEAR[form.period])
