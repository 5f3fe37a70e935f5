"""Why a number is what it is: the formula of its version, every input with its month, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from apps.core.access import Actor, policy_of
from apps.dealers.models import Dealer
from apps.kernel.formula import Expression, Missing, Ref, reason_text
from apps.kernel.kpi import Kpi
from apps.kernel.period import Month
from apps.metrics import policies
from apps.metrics.models import FeedStatus, KpiValue, MeasureValue, MonthRevision
from apps.metrics.queries import dictionary
from apps.metrics.registry import Measure, registry
from apps.metrics.rules import OUT_OF_RANGE, fits, stored


@dataclass(frozen=True)
class Gap:
    """Why an input has no value, and what would mend it: `month`, `feed`, `facts`, `kpi` or `again`."""

    mend: str
    text: str
    feed: str = ""


@dataclass(frozen=True)
class Input:
    """A number a KPI was made from: a measure, or another KPI, in one month."""

    code: str
    label: str
    is_kpi: bool
    month: Month
    unit: str
    value: Decimal | None
    gap: Gap | None = None


@dataclass(frozen=True)
class Explanation:
    """Everything that is known about one value of a KPI."""

    kpi: Kpi
    dealer: Dealer
    month: Month
    reading: MonthRevision
    row: KpiValue
    formula: Expression
    inputs: tuple[Input, ...]
    again: Decimal | None

    @property
    def words(self) -> str:
        """The formula of the value's rule version in words."""
        return dictionary.words(self.formula)

    @property
    def reason(self) -> str:
        """Why there is no value, in words; empty when there is one."""
        return reason_words(self.row.reason)

    @property
    def drifted(self) -> bool:
        """Whether the inputs of today give another value: an open month has changed since."""
        return self.again != self.row.value


def reason_words(reason: str, labels: Mapping[str, str] | None = None) -> str:
    """A stored reason in the language of the page; `labels` spares reading them again for each row."""
    if not reason:
        return ""
    if reason == OUT_OF_RANGE:
        return _("The result has more digits than the store can hold.")
    return reason_text(reason, dictionary.labels() if labels is None else labels, dictionary.lang())


def explain(
    *, actor: Actor, kpi: Kpi, dealer: Dealer, month: Month, reading: MonthRevision | None
) -> Explanation | None:
    """The explanation of a KPI of a dealer in one reading of a month; None when there is no such value."""
    if reading is None:
        return None
    rows = KpiValue.objects.filter(period=month.first, revision=reading.revision, kpi=kpi.code, dealer=dealer)
    row = policies.kpi.visible_to(actor, rows).first()
    formula = None if row is None else dictionary.rule(kpi.code, row.version)
    if row is None or formula is None:
        return None
    inputs = _inputs(formula, dealer, month, reading)
    return Explanation(kpi, dealer, month, reading, row, formula, inputs, _again(formula, month, inputs))


def facts(*, actor: Actor, measure: Measure, dealer: Dealer, month: Month) -> QuerySet[Any]:
    """The facts a measure of a dealer in a month is made from."""
    rows = measure.rows(month).filter(**{measure.dealer: dealer.pk})
    return policy_of(rows.model).visible_to(actor, rows)


def facts_known_at(rows: QuerySet[Any], reading: MonthRevision) -> QuerySet[Any]:
    """Only the facts that were recorded when a reading was made, where facts say when they were."""
    known_at = reading.frozen_at or reading.computed_at
    if known_at is None or not _has(rows.model, "recorded_at"):
        return rows
    return rows.filter(recorded_at__lte=known_at)


def measure_value(
    *, actor: Actor, measure: Measure, dealer: Dealer, month: Month, reading: MonthRevision | None
) -> Decimal | None:
    """The stored value of a measure; None when it is missing or the month was never computed."""
    if reading is None:
        return None
    rows = MeasureValue.objects.filter(
        period=month.first, revision=reading.revision, measure=measure.code, dealer=dealer, dimension=""
    )
    return policies.measure.visible_to(actor, rows).values_list("value", flat=True).first()


def _has(model: type[Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.get_fields())


def _inputs(formula: Expression, dealer: Dealer, month: Month, reading: MonthRevision) -> tuple[Input, ...]:
    labels, own = dictionary.labels(), set(formula.kpi_codes)
    readings = {Month.parse(text): number for text, number in reading.basis.items()} | {
        month: reading.revision
    }
    values = _values(formula.ordered_refs(month), own, dealer, month, readings)
    told = _told(dealer, {month.shift(ref.offset_months) for ref in formula.refs(month)})
    found = []
    for ref in formula.ordered_refs(month):
        when, value = month.shift(ref.offset_months), values.get(ref)
        gap = None if value is not None else _gap(ref, ref.code in own, when, when in readings, told)
        unit = _unit(ref.code, ref.code in own)
        label = labels.get(ref.code, ref.code)
        found.append(Input(ref.code, label, ref.code in own, when, unit, value, gap))
    return tuple(found)


def _values(
    refs: tuple[Ref, ...], own: set[str], dealer: Dealer, month: Month, readings: dict[Month, int]
) -> dict[Ref, Decimal]:
    found: dict[Ref, Decimal] = {}
    for model, name, wanted in (
        (MeasureValue, "measure", [ref for ref in refs if ref.code not in own]),
        (KpiValue, "kpi", [ref for ref in refs if ref.code in own]),
    ):
        rows: QuerySet[Any] = model.objects.filter(
            dealer=dealer,
            period__in={month.shift(ref.offset_months).first for ref in wanted},
            value__isnull=False,
            **{f"{name}__in": {ref.code for ref in wanted}},
        )
        if model is MeasureValue:
            rows = rows.filter(dimension="")
        by_key = {
            (code, Month.of(period), revision): value
            for code, period, revision, value in rows.values_list(name, "period", "revision", "value")
        }
        for ref in wanted:
            when = month.shift(ref.offset_months)
            value = by_key.get((ref.code, when, readings.get(when)))
            if value is not None:
                found[ref] = value
    return found


def _told(dealer: Dealer, wanted: set[Month]) -> set[tuple[str, Month]]:
    rows = FeedStatus.objects.filter(dealer=dealer, period__in=[month.first for month in wanted])
    return {(feed, Month.of(period)) for feed, period in rows.values_list("feed", "period")}


def _gap(ref: Ref, is_kpi: bool, when: Month, computed: bool, told: set[tuple[str, Month]]) -> Gap:
    measure = None if is_kpi else registry.measures.get(ref.code)
    if measure is not None and measure.feed is not None and (measure.feed, when) not in told:
        label = registry.feeds[measure.feed].label
        text = _("%(feed)s of %(month)s has not come.") % {"feed": label, "month": when}
        return Gap("feed", text, measure.feed)
    if not computed:
        return Gap("month", _("%(month)s had not been computed.") % {"month": when})
    if is_kpi:
        return Gap("kpi", _("That KPI has no value."))
    if measure is not None and measure.feed is not None:
        return Gap(
            "facts", _("The data came, but the figure is unknown in it, or it came after the computation.")
        )
    return Gap("facts", _("No figure is known."))


def _unit(code: str, is_kpi: bool) -> str:
    if is_kpi:
        return str(registry.kpis[code].unit) if code in registry.kpis else "number"
    return str(registry.measures[code].unit) if code in registry.measures else "number"


def _again(formula: Expression, month: Month, inputs: tuple[Input, ...]) -> Decimal | None:
    """The value the same formula gives for these inputs, as the store would keep it."""
    known = {(each.code, each.month): each.value for each in inputs}

    def lookup(ref: Ref) -> Decimal | Missing:
        value = known[ref.code, month.shift(ref.offset_months)]
        return Missing("no_value") if value is None else value

    value = formula.evaluate(lookup, month).value
    return stored(value) if value is not None and fits(value) else None
