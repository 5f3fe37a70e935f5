"""The stock climate: answers to the survey of a month as an index of the network and of its regions.

An index is told from answers of several dealers only, so that nobody's own answer can be read from it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from apps.core import reach
from apps.core.access import Actor
from apps.dealers import queries as dealers
from apps.dealers.models import OrgUnit
from apps.dealers.rules import UnitKind
from apps.forecasting import policies
from apps.forecasting.measures import FIELDS, replies, weights_of
from apps.forecasting.models import PublishedFigure
from apps.forecasting.rules import via
from apps.forecasting.rules.via import Answers
from apps.kernel.missing import Missing
from apps.kernel.period import Month
from apps.metrics import queries as metrics
from apps.metrics.models import UnitKpiValue

FEWEST = 3
SHOWN_MONTHS = 24
COEFFICIENT = "inventory.coefficient"
TOO_FEW = Missing("too_few_answers")
Reply = Mapping[str, str]
Index = Decimal | Missing


@dataclass(frozen=True)
class Climate:
    """The index of a group of dealers in a month with its five parts, 0..100, and how many answered."""

    label: str
    month: Month
    answers: int
    items: Mapping[str, Index]
    index: Index

    @property
    def pressed(self) -> bool:
        """Whether stock presses: the index is above the line of 50."""
        return not isinstance(self.index, Missing) and self.index > via.LINE


def network(*, last: Month, months: int = SHOWN_MONTHS) -> list[Climate]:
    """The index of the whole network in the months up to one, the oldest first."""
    shown = [last.shift(-back) for back in reversed(range(months))]
    answers = _replies(shown)
    return [
        _climate("", month, list(answers.get(month.first, {}).values()), weights)
        for month, weights in zip(shown, weights_of(shown), strict=True)
    ]


def regions(*, month: Month) -> list[Climate]:
    """The index of every region in a month."""
    answers = _replies([month]).get(month.first, {})
    units = dict(OrgUnit.objects.filter(kind=UnitKind.REGION).order_by("code").values_list("pk", "name"))
    groups: dict[int, list[Reply]] = defaultdict(list)
    for dealer, line in dealers.ancestry(month.last, answers).items():
        for unit in line:
            if unit in units:
                groups[unit].append(answers[dealer])
    weights = weights_of([month])[0]
    return [_climate(name, month, groups[unit], weights) for unit, name in units.items() if unit in groups]


def _replies(months: Sequence[Month]) -> dict[date, dict[int, Reply]]:
    """What each dealer answered, in the version of its report that counts."""
    rows = replies(months)
    found: dict[date, dict[int, Reply]] = defaultdict(dict)
    with reach.beyond("answers are counted over the whole network; who answered what stays in here"):
        told = list(rows.values_list("submission__period", "submission__dealer", "content"))
    for period, dealer, content in told:
        found[period][dealer] = content.get("values", {})
    return found


def _climate(label: str, month: Month, replies: Sequence[Reply], weights: Mapping[str, Decimal]) -> Climate:
    items = {item: _item(field, replies) for field, item in FIELDS.items()}
    return Climate(label, month, len(replies), items, via.composite(items, weights))


def _item(field: str, replies: Iterable[Reply]) -> Index:
    told = Counter(reply[field] for reply in replies if field in reply)
    answers = Answers(told["up"], told["same"], told["down"])
    return via.diffusion_of(answers) if answers.count >= FEWEST else TOO_FEW


def published(*, actor: Actor) -> QuerySet[PublishedFigure]:
    """What associations published of the whole market."""
    return policies.published.visible_to(actor, PublishedFigure.objects.all())


def own_coefficients(*, last: Month, months: int = SHOWN_MONTHS) -> dict[Month, Decimal | None]:
    """The network's inventory coefficient (Σ stock ÷ Σ sales) in the months up to one. Source: I-01."""
    shown = [last.shift(-back) for back in reversed(range(months))]
    readings = metrics.current_revisions(shown)
    rows = UnitKpiValue.objects.filter(metrics.in_readings(readings), kpi=COEFFICIENT, unit__parent=None)
    with reach.beyond("a ratio of the whole network"):
        found: dict[Any, Decimal | None] = dict(rows.values_list("period", "value"))
    return {month: found.get(month.first) for month in shown}
