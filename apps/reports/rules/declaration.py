"""A report form as it is declared once: fields, tables, cross-checks, who, how often.

Page, Excel template, reading, API schema, duty link and the register of everything asked follow from it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from apps.kernel.period import Month, PeriodError, Quarter, TenDay, Year
from apps.reports.rules import formulas

Value = Decimal | int | str | date
Period = Month | TenDay | Quarter | Year


class Owner(StrEnum):
    """Whose report it is."""

    DEALER = "dealer"
    UNIT = "unit"
    PERSON = "person"


class PeriodKind(StrEnum):
    """What time a report is about."""

    MONTH = "month"
    TEN_DAYS = "xun"
    QUARTER = "quarter"
    YEAR = "year"


class Filed(StrEnum):
    """Which period a report handed in on a named day is about: the one to come, the running, the one past."""

    AHEAD = "ahead"
    WITHIN = "within"
    AFTER = "after"


class Kind(StrEnum):
    """What a field holds."""

    MONEY = "money"
    NUMBER = "number"
    INTEGER = "integer"
    PERCENT = "percent"
    DATE = "date"
    TEXT = "text"
    LONG = "long"
    CHOICE = "choice"


NUMERIC = frozenset({Kind.MONEY, Kind.NUMBER, Kind.INTEGER, Kind.PERCENT})


class Sign(StrEnum):
    """Which sign a number may have."""

    ANY = "any"
    POSITIVE = "positive"
    """Below 0 is an error."""
    EXPLAIN = "explain"
    """Below 0 is unusual and needs a note."""


class Level(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    EXPLAIN = "explain"
    INFO = "info"


@dataclass(frozen=True)
class Field:
    """One thing that is asked, or derived (`formula`) from others.

    `measure` names the measure or KPI the product knows it by, `same_as` (`form.code:field`) another form
    that asks it: what is known is given, not asked again. `blank_is_zero` lets an empty cell count as 0 in
    sums. `swing` is the relative change against the period before beyond which a note is asked, for this
    field instead of the form's.
    """

    code: str
    label: Any
    kind: Kind = Kind.MONEY
    unit: Any = ""
    required: bool = False
    sign: Sign = Sign.ANY
    formula: str = ""
    measure: str = ""
    same_as: str = ""
    swing: Decimal | None = None
    most: Decimal | None = None
    """The highest value allowed."""
    blank_is_zero: bool = False
    choices: tuple[tuple[str, Any], ...] = ()
    places: int = 2
    longest: int = 500
    help: Any = ""

    @property
    def numeric(self) -> bool:
        """Whether the field holds a number."""
        return self.kind in NUMERIC

    @property
    def entered(self) -> bool:
        """Whether somebody has to type it."""
        return not self.formula

    @cached_property
    def parsed(self) -> formulas.Formula:
        """The formula of a derived field."""
        return formulas.parse(self.formula)


@dataclass(frozen=True)
class Section:
    """A group of fields; with `rows` a table of at most so many rows whose columns are the fields."""

    code: str
    label: Any
    fields: tuple[Field, ...]
    rows: int = 0
    least: int = 0
    """How many rows a table must have."""
    help: Any = ""

    @property
    def is_table(self) -> bool:
        """Whether the section is a table."""
        return self.rows > 0


@dataclass(frozen=True)
class Check:
    """A declared relation of two sums: `left` must be equal to, at most or at least `right`.

    `message` is an English sentence (translated as any other) with %(left)s, %(right)s, %(difference)s.
    Nothing is said while a part is missing. `at` is the field it is shown on.
    """

    code: str
    left: str
    right: str
    message: str
    relation: str = "="
    tolerance: Decimal = Decimal(0)
    level: Level = Level.ERROR
    at: str = ""

    @property
    def place(self) -> str:
        """The field the finding is shown on."""
        return self.at or formulas.parse(self.left).refs[0]


@dataclass(frozen=True)
class Content:
    """What a report says: values and notes by field code, rows of tables by section code."""

    values: Mapping[str, Value] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, tuple[Mapping[str, Value], ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """What a check may compare with: the period before, the version before, what the product knows.

    `extra` is what the form's `context` query found, for its own rules.
    """

    prior: Mapping[str, Value] = field(default_factory=dict)
    given: Mapping[str, Value] = field(default_factory=dict)
    former: Content | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """What is wrong, unusual or was recognised: where, how heavy, and a sentence with its values.

    `field` is a field code, `section.column` in a table (with `row` counted from 1), or a header place
    (`@owner`, `@period`, `@form`). `message` is untranslated.
    """

    code: str
    level: Level
    field: str
    message: str
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    row: int = 0
    note: bool = False
    """Whether it is about the note beside the value."""
    value: str = ""

    @property
    def place(self) -> str:
        """The cell it is about: the field, in a table `section.column:row`."""
        return f"{self.field}:{self.row}" if self.row else self.field


Rule = Callable[[Content, Context], Iterable[Finding]]


@dataclass(frozen=True)
class Subject:
    """Whose report of which period: what the queries of a form are asked for."""

    period: Period
    dealer_id: int | None = None
    unit_id: int | None = None
    user_id: int | None = None


@dataclass(frozen=True)
class ReportForm:
    """A declared report form.

    `given(subject)` answers what the product knows already (shown, not asked again), `rows(subject)` the rows
    its tables begin with, by section, `prior(subject)` the values of the period before where they are known
    from elsewhere than reports, `context(subject)` what the pure `rules` need. `on_submitted`, `on_approved`
    and `on_returned` are services called in the transaction of the step as
    `f(submission=…, content=…, actor=…, now=…)`. `roles` fill it in; `reviewer` is the role that reviews;
    `duties` are the codes of the duty rules it fulfils. `filed` says which period a report is about: a duty
    that asks for the form is about that period, whatever its rule's named day.
    """

    code: str
    label: Any
    owner: Owner
    period: PeriodKind
    roles: frozenset[str]
    sections: tuple[Section, ...]
    checks: tuple[Check, ...] = ()
    rules: tuple[Rule, ...] = ()
    swing: Decimal | None = None
    change: Decimal = Decimal("0.3")
    """A later version must give a reason where a number moved by more than this share."""
    minutes: int = 15
    reviewer: str = "region_manager"
    given: Callable[[Subject], Mapping[str, Value]] | None = None
    rows: Callable[[Subject], Mapping[str, Sequence[Mapping[str, Value]]]] | None = None
    prior: Callable[[Subject], Mapping[str, Value]] | None = None
    context: Callable[[Subject], Mapping[str, Any]] | None = None
    on_submitted: Callable[..., None] | None = None
    on_approved: Callable[..., None] | None = None
    on_returned: Callable[..., None] | None = None
    duties: tuple[str, ...] = ()
    filed: Filed = Filed.WITHIN
    help: Any = ""

    def __post_init__(self) -> None:
        codes, names = [each.code for each in self.lines()], [section.code for section in self.sections]
        if len(set(codes)) != len(codes) or len(set(names)) != len(names):
            raise ValueError(f"report form {self.code} has a code twice")
        known = set(self.by_code)
        for each in self.by_code.values():
            unknown = set(each.parsed.refs) - known if each.formula else set()
            if unknown and not self._within_a_row(each):
                raise ValueError(f"{self.code}.{each.code} refers to unknown {sorted(unknown)}")
        for check in self.checks:
            refs = {*formulas.parse(check.left).refs, *formulas.parse(check.right).refs, check.place}
            if refs - known:
                raise ValueError(f"{self.code}: check {check.code} refers to unknown {sorted(refs - known)}")

    def _within_a_row(self, derived: Field) -> bool:
        for section in self.sections:
            if section.is_table and derived in section.fields:
                return set(derived.parsed.refs) <= {each.code for each in section.fields}
        return False

    def lines(self) -> Iterator[Field]:
        """The fields outside of tables, in order."""
        for section in self.sections:
            if not section.is_table:
                yield from section.fields

    @cached_property
    def by_code(self) -> dict[str, Field]:
        """All fields by code; those of tables as `section.column`."""
        found = {each.code: each for each in self.lines()}
        for section in self.sections:
            if section.is_table:
                found |= {f"{section.code}.{each.code}": each for each in section.fields}
        return found

    def tables(self) -> Iterator[Section]:
        """The tables, in order."""
        return (section for section in self.sections if section.is_table)

    @cached_property
    def version(self) -> str:
        """A hash of what is asked and checked; kept with every report and in every template."""
        fields = [
            [code, each.kind, str(each.unit), each.required, each.sign, each.formula, str(each.most)]
            for code, each in self.by_code.items()
        ]
        checks = [
            [each.code, each.left, each.relation, each.right, str(each.tolerance)] for each in self.checks
        ]
        sections = [[each.code, each.rows] for each in self.sections]
        plain = json.dumps([self.code, sections, fields, checks], default=str, ensure_ascii=False)
        return hashlib.sha256(plain.encode()).hexdigest()[:12]

    def read_period(self, text: str) -> Period:
        """The period of its text in the form's own kind; PeriodError when it is none."""
        return read_period(self.period, text)

    def period_of(self, day: date | datetime) -> Period:
        """The period of the form's kind that contains a day."""
        return _OF[self.period](day)

    def period_filed(self, day: date) -> Period:
        """The period a report is about that is handed in on a day."""
        running = self.period_of(day)
        if self.filed is Filed.WITHIN:
            return running
        return running.next if self.filed is Filed.AHEAD else running.previous


_OF: dict[PeriodKind, Callable[[Any], Period]] = {
    PeriodKind.MONTH: Month.of,
    PeriodKind.TEN_DAYS: TenDay.of,
    PeriodKind.QUARTER: Quarter.of,
    PeriodKind.YEAR: Year.of,
}


def read_period(kind: PeriodKind, text: str) -> Period:
    """The period of its text: 2026-07, 2026-07-1, 2026Q3 or 2026; PeriodError when it is none."""
    if kind is PeriodKind.MONTH:
        return Month.parse(text)
    if kind is PeriodKind.TEN_DAYS:
        return TenDay.parse(text)
    if kind is PeriodKind.QUARTER:
        return Quarter.parse(text)
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise PeriodError(f"not a year in the form 2026: {text!r}")
    return Year(int(text))


def period_before(period: Period) -> Period | None:
    """The period just before; None before the first year."""
    try:
        return period.previous
    except PeriodError:
        return None
