"""The cliff meter as people read it: steps as a chart and a list, results just over the thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from apps.core.kit.charts import Chart, Mark, Series
from apps.incentives.queries.bunching import Bunching
from apps.incentives.rules import meter
from apps.incentives.rules.document import Component, PolicyDocument
from apps.incentives.rules.meter import CarValue
from apps.incentives.rules.types import TYPES


@dataclass(frozen=True)
class Meter:
    """One clause: its steps over the amount asked, the largest, and the same money in slices."""

    no: int
    label: str
    chart: Chart
    steps: tuple[CarValue, ...]
    largest: CarValue | None
    level: CarValue | None
    slices: str


def meter_of(
    document: PolicyDocument, component: Component, target: Decimal, over: Decimal, price: Decimal, lang: str
) -> Meter:
    """The steps of a clause at a target and an average price."""
    found = meter.steps(document, component.code, target, unit_price=price)
    level, slices = _without_steps(document, component, target, price, lang)
    return Meter(
        document.components.index(component) + 2,
        component.name.text(lang),
        _chart(component, found, over),
        meter.cliffs(found, over),
        meter.largest(found),
        level,
        slices,
    )


def _without_steps(
    document: PolicyDocument, component: Component, target: Decimal, price: Decimal, lang: str
) -> tuple[CarValue | None, str]:
    """The same clause in slices: its largest step and its words; nothing without tiers to turn."""
    even = meter.marginal_equivalent(document, component.code)
    if even is None:
        return None, ""
    turned = even.component(component.code)
    found = meter.steps(even, component.code, target, unit_price=price)
    return meter.largest(found), TYPES[turned.type].text(turned.params, lang)


def _chart(component: Component, found: tuple[CarValue, ...], over: Decimal) -> Chart:
    return Chart(
        f"steps-{component.code}",
        "stack",
        _("Value of the next car"),
        [str(each.at_units) for each in found],
        [Series(_("Value of the next car (¥)"), [each.value for each in found])],
        unit="money",
        places=0,
        marks=[Mark(over, _("Step asked for"))] if any(each.value > over for each in found) else (),
    )


def bunching_chart(found: Bunching) -> Chart:
    """How many results lie in each band of achievement; bands just over a threshold stand out."""
    labels = [f"{each.lower * 100:.0f}–{each.upper * 100:.0f}%" for each in found.bands]
    over = [Decimal(each.results if each.over_threshold else 0) for each in found.bands]
    other = [Decimal(0 if each.over_threshold else each.results) for each in found.bands]
    return Chart(
        "bunching",
        "stack",
        _("Results by achievement"),
        labels,
        [Series(_("Just over a threshold"), over, "red"), Series(_("All other results"), other)],
        unit="number",
        places=0,
    )
