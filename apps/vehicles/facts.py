"""What facts about vehicles have in common: identity, dates, posting, and taking many at once.

A fact is never changed or deleted. Its identity is (source, external id); revision 1 is the fact itself, 2
takes it back, 3 is its next version, and so on, so the newest revision is in force when its number is odd.
"""

# ruff: noqa: S608 -- names of tables and columns come from code, values are parameters

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from django.contrib.postgres.indexes import OpClass
from django.db import connection, models
from django.db.migrations import RunSQL
from django.db.models import Q
from django.db.models.functions import Reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.core import reach
from apps.core.constraints import SameDealer
from apps.core.errors import DomainError
from apps.core.imports.registry import SAME, RowProblem
from apps.core.models import ImportBatch
from apps.core.spreadsheet.errors import Phrase
from apps.core.spreadsheet.parsing import Text
from apps.kernel.period import Month, months_between
from apps.periods import queries as periods
from apps.vehicles import rules

EARLIEST = date(2000, 1, 1)
MANY = 2_000
LONGEST_ID = 180
LONGEST_VIN = 40
OTHER_VALUES = Phrase(
    gettext_noop(
        "This number was already taken in with other values. "
        "Correct the earlier entry, or withdraw its import first."
    )
)
FINDINGS = {
    rules.Problem.LENGTH: gettext_noop("A VIN has %(expected)s characters; this one has %(found)s."),
    rules.Problem.CHARACTERS: gettext_noop("A VIN never contains %(found)s (I, O and Q are not used)."),
    rules.Problem.CHECK_DIGIT: gettext_noop(
        "The check digit in position 9 should be %(expected)s and is %(found)s."
    ),
    rules.Problem.YEAR_CODE: gettext_noop("Position 10 (%(found)s) is no model year."),
    rules.Problem.YEAR_STATED: gettext_noop("The VIN says model year %(found)s, the row says %(expected)s."),
}
TWICE = Phrase(gettext_noop("This number stands in two rows."))
IDENTITY = "the number of a fact is unique in its source, whoever it belongs to"
IN_FUTURE = Phrase(gettext_noop("The date lies in the future."))
TOO_EARLY = Phrase(gettext_noop("The date lies before 2000."))


def vin_indexes(table: str) -> list[models.Index]:
    """The indexes that find rows by the beginning, the whole or the last characters of their VIN."""
    known = ~Q(vin="")
    return [
        models.Index(fields=["vin"], opclasses=["varchar_pattern_ops"], name=f"{table}_vin", condition=known),
        models.Index(OpClass(Reverse("vin"), "text_pattern_ops"), name=f"{table}_vin_end", condition=known),
    ]


class Fact(models.Model):
    """Something that happened at a dealer: when, to which month it is posted, when and from where known."""

    dealer = models.ForeignKey(  # found by the indexes that begin with it
        "dealers.Dealer",
        verbose_name=_("dealer"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    source = models.CharField(_("source"), max_length=60)
    external_id = models.CharField(_("external number"), max_length=200)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1, db_default=1)
    quantity = models.SmallIntegerField(_("quantity"))
    occurred_on = models.DateField(_("date"))
    period = models.DateField(_("month"))
    recorded_at = models.DateTimeField(_("recorded at"))
    batch = models.ForeignKey(
        "core.ImportBatch",
        verbose_name=_("import"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    reverses = models.ForeignKey(  # held by `same_dealer` of the table
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="reversals",
        db_index=False,
        db_constraint=False,
    )
    note = models.CharField(_("note"), max_length=300, blank=True, db_default="")

    class Meta:
        abstract = True

    @property
    def is_counter(self) -> bool:
        """Whether it takes an earlier fact back."""
        return self.revision % 2 == 0


def same_dealer(table: str) -> list[models.BaseConstraint]:
    """A fact is taken back by a fact of the same dealer."""
    return [
        models.UniqueConstraint(fields=["id", "dealer"], name=f"{table}_dealer_key"),
        SameDealer(parent="reverses", name=f"{table}_reverses_own"),
    ]


def append_only(table: str) -> RunSQL:
    """The operation that makes a table refuse UPDATE and DELETE, whoever asks."""
    return RunSQL(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION vehicles_refuse_change()",
        f"DROP TRIGGER {table}_append_only ON {table}",
    )


class RowsRefused(DomainError):
    """Given rows are wrong; `problems` says which and why, numbered from 1 in the order given."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.row_no)
        first = self.problems[0]
        super().__init__("rows_refused", first.message, fields={p.column: p.message for p in self.problems})

    def as_dict(self) -> dict[str, Any]:
        return super().as_dict() | {"rows": [as_json(problem) for problem in self.problems]}


def as_json(problem: RowProblem) -> dict[str, Any]:
    """A problem as the API words it; `row` counts from 1."""
    return {
        "row": problem.row_no,
        "field": problem.column,
        "code": problem.code,
        "warning": problem.warning,
        "value": problem.value,
        "message": str(problem.message),
    }


@dataclass(frozen=True)
class Recorded:
    """What became of given rows: facts made, known rows, late ones, and what was found in them."""

    created: int
    same: int
    late: int
    problems: Sequence[RowProblem]


def good_rows(
    rows: Sequence[dict[str, Any]], problems: Sequence[RowProblem], *, only_good: bool
) -> list[dict[str, Any]]:
    """The rows without errors; RowsRefused when there are others and they may not be left out."""
    errors = [problem for problem in problems if not problem.warning and problem.code != SAME]
    if errors and not only_good:
        raise RowsRefused(errors)
    wrong = {problem.row_no for problem in errors}
    return [row for row in rows if row["row_no"] not in wrong]


@dataclass(frozen=True)
class Posted:
    """What became of given rows: facts made, known ones, late ones, the dealers and months they count in."""

    created: int
    same: int
    late: int
    pairs: frozenset[tuple[int, Month]]


@dataclass(frozen=True)
class Given:
    """Rows as a subselect with a column `row_no`, and its parameters."""

    sql: str
    params: tuple[Any, ...]


def from_batch(batch: ImportBatch, kind: str, record: str) -> Given:
    """The good staged rows of one kind of an import; `record` names their columns with types."""
    sql = (
        "SELECT r.row_no, x.* FROM core_importrow AS r "
        f"CROSS JOIN LATERAL jsonb_to_record(r.data) AS x({record}) "
        "WHERE r.batch_id = %s AND r.kind = %s AND r.errors = '[]'::jsonb"
    )
    return Given(sql, (batch.pk, kind))


def from_rows(rows: Sequence[Mapping[str, Any]], record: str) -> Given:
    """Rows held in memory, numbered from 1 unless they carry a `row_no`."""
    numbered = [{"row_no": number, **row} for number, row in enumerate(rows, 1)]
    sql = f"SELECT * FROM jsonb_to_recordset(%s::jsonb) AS x(row_no integer, {record})"
    return Given(sql, (orjson.dumps(numbered, default=str).decode(),))


def stage(name: str, given: Given, *, table: str, source: str, content: Sequence[str]) -> None:
    """Put the given rows into the temporary table `name`, each beside the newest revision of its identity.

    Adds the columns `newest` (its number, 0 when there is none), `in_force` and `equal` (same content).
    """
    with reach.beyond(IDENTITY):
        _stage(name, given, table=table, source=source, content=content)


def _stage(name: str, given: Given, *, table: str, source: str, content: Sequence[str]) -> None:
    ours, theirs = (", ".join(f"{side}.{column}" for column in content) for side in ("g", "known"))
    execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
    execute(
        f"CREATE TEMP TABLE {name} ON COMMIT DROP AS "
        "SELECT g.*, coalesce(known.revision, 0) AS newest, known.id AS known_id, "
        "coalesce(mod(known.revision, 2) = 1, false) AS in_force, "
        f"({ours}) IS NOT DISTINCT FROM ({theirs}) AS equal "
        f"FROM ({given.sql}) AS g LEFT JOIN LATERAL ("
        f"SELECT * FROM {table} AS f WHERE f.source = %s AND f.external_id = g.external_id "
        "ORDER BY f.revision DESC LIMIT 1) AS known ON true",
        (*given.params, source),
    )


def refuse_differing(name: str) -> None:
    """Refuse staged rows whose identity is in force with other content, or that come twice."""
    differing = fetch(f"SELECT row_no FROM {name} WHERE in_force AND NOT equal ORDER BY row_no LIMIT 500")
    twice = fetch(
        "SELECT row_no FROM (SELECT row_no, row_number() OVER (PARTITION BY external_id ORDER BY row_no) "
        f"FROM {name}) AS numbered (row_no, nth) WHERE nth > 1 ORDER BY row_no LIMIT 500"
    )
    problems = [RowProblem(row, "external_id", "other_values", OTHER_VALUES) for (row,) in differing]
    problems += [RowProblem(row, "external_id", "twice", TWICE) for (row,) in twice]
    if problems:
        raise RowsRefused(problems)


def known_rows(
    rows: Sequence[Mapping[str, Any]],
    *,
    table: str,
    content: Sequence[str],
    content_of: Callable[[Mapping[str, Any]], tuple[Any, ...]],
) -> Iterator[RowProblem]:
    """Rows whose identity is in force already: known with the same content, or wrong with another."""
    if not rows:
        return
    with reach.beyond(IDENTITY):
        found = fetch(
            f"SELECT DISTINCT ON (external_id) external_id, revision, {', '.join(content)} FROM {table} AS f "
            "WHERE source = %s AND external_id = ANY(%s) ORDER BY external_id, revision DESC",
            (rows[0]["source"], [row["external_id"] for row in rows]),
        )
    in_force = {external_id: tuple(values) for external_id, revision, *values in found if revision % 2}
    for row in rows:
        held = in_force.get(row["external_id"])
        if held is None:
            continue
        if held == content_of(row):
            yield RowProblem(row["row_no"], "external_id", SAME, "")
        else:
            yield RowProblem(
                row["row_no"], "external_id", "other_values", OTHER_VALUES, value=row["external_id"]
            )


class VinText(Text):
    """A parser of VINs: half-width capitals without blanks; whether the VIN is right is checked later."""

    def __init__(self) -> None:
        super().__init__(LONGEST_VIN, codes=True)

    def parse(self, raw: Any) -> str | None:
        found = super().parse(raw)
        return found and rules.normalise(found)


def wording(finding: rules.Finding) -> Phrase:
    """A finding about a VIN as a sentence."""
    return Phrase(FINDINGS[finding.problem], {"expected": finding.expected, "found": finding.found})


def vin_problems(row_no: int, decoded: rules.Decoded) -> Iterator[RowProblem]:
    """What is wrong with the VIN of a row, as errors and warnings."""
    for found in decoded.findings:
        warning = found.severity is rules.Severity.WARNING
        yield RowProblem(
            row_no, "vin", f"vin_{found.problem}", wording(found), warning=warning, value=decoded.vin
        )


def count(name: str, condition: str) -> int:
    """How many staged rows fulfil a condition."""
    return int(fetch(f"SELECT count(*) FROM {name} WHERE {condition}")[0][0])


def stage_months(name: str, *, of: str, column: str, kind: str) -> None:
    """Put the business months of staged days into a temporary table: first_on, last_on, period, late.

    `period` is the month facts of these days are posted to, `late` whether that is a later one.
    """
    first, last = fetch(f"SELECT min({column}), max({column}) FROM {of}")[0]
    execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
    execute(
        f"CREATE TEMP TABLE {name} (first_on date, last_on date, period date, late boolean) ON COMMIT DROP"
    )
    if first is not None:
        rows = _posting_months(kind, first, last)
        values = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
        execute(f"INSERT INTO {name} VALUES {values}", [value for row in rows for value in row])


def _posting_months(kind: str, first: date, last: date) -> list[tuple[date, date, date, bool]]:
    calendar = periods.business_calendar()
    months = months_between(calendar.month_of(first), calendar.month_of(last))
    bounds = {month: calendar.bounds(month) for month in months}
    posted = periods.posting_months([start for start, _end in bounds.values()], kind)
    return [(*days, posted[month].first, posted[month] != month) for month, days in bounds.items()]


def date_problem(row_no: int, column: str, day: date | None, today: date) -> RowProblem | None:
    """What is wrong with the day of a fact: it lies ahead, or before anything the product can hold."""
    if day is None or EARLIEST <= day <= today:
        return None
    message = IN_FUTURE if day > today else TOO_EARLY
    return RowProblem(row_no, column, "date_range", message, value=day.isoformat())


def date_problems(rows: Sequence[Mapping[str, Any]], column: str, today: date) -> Iterator[RowProblem]:
    """The same for one column of many rows, whose days are mostly few and right."""
    days = {row[column] for row in rows} - {None}
    wrong = {day for day in days if not EARLIEST <= day <= today}
    for row in rows if wrong else ():
        problem = date_problem(row["row_no"], column, row[column], today)
        if problem is not None:
            yield problem


def analyse(*tables: str, rows: int) -> None:
    """Tell the planner of the data base about tables that just took many rows; a few are not worth it."""
    if rows >= MANY:
        execute(f"ANALYZE {', '.join(tables)}")


def execute(sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> int:
    """Run a set-based statement; answers how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def fetch(sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """Run a set-based query and read its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
