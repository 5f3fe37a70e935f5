"""What a back-test found, summed up: cost, change, winners and losers, by term and by tier of city."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, F, Max, Min, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from apps.core.models import Job
from apps.core.models.jobs import JobStatus
from apps.incentives.models import BackTest, BackTestRow

_ZERO = Value(Decimal(0), output_field=DecimalField(max_digits=18, decimal_places=2))
_CHANGE = F("amount") - F("compared_amount")
_BOTH = Q(amount__isnull=False, compared_amount__isnull=False)
ALL = "*"
NOBODY: dict[str, Any] = {"winners": 0, "losers": 0, "unchanged": 0}


@dataclass(frozen=True)
class Sums:
    """Σ of a group of results in yuan; `change` is of the results that have both values.

    A dealer wins, loses or stays by all its terms together; `without` counts dealers with a term that has no
    value.
    """

    name: Any
    dealers: int
    cost: Decimal
    compared: Decimal
    winners: int
    losers: int
    unchanged: int
    without: int
    change: Decimal

    @property
    def share(self) -> Decimal | None:
        """Change ÷ what it is compared with; None where that is nothing."""
        return self.change / self.compared if self.compared else None


def _sums() -> dict[str, Any]:
    return {
        "dealers": Count("dealer", distinct=True),
        "cost": Coalesce(Sum("amount"), _ZERO),
        "compared": Coalesce(Sum("compared_amount"), _ZERO),
        "without": Count("dealer", distinct=True, filter=Q(amount__isnull=True)),
        "change": Coalesce(Sum(Case(When(_BOTH, then=_CHANGE))), _ZERO),
    }


def _outcomes(rows: QuerySet[BackTestRow]) -> dict[str, dict[str, Any]]:
    """How many dealers win, lose and stay, by tier of the city; all under the name `*`."""
    found: dict[str, dict[str, Any]] = {}
    both = rows.filter(_BOTH).values("dealer", "dealer__city_tier").annotate(gain=Sum(_CHANGE))
    for row in both.order_by("dealer"):
        name = "winners" if row["gain"] > 0 else "losers" if row["gain"] < 0 else "unchanged"
        for group in (row["dealer__city_tier"], ALL):
            counts = found.setdefault(group, dict.fromkeys(("winners", "losers", "unchanged"), 0))
            counts[name] += 1
    return found


def total(rows: QuerySet[BackTestRow]) -> Sums:
    """All results together."""
    return Sums(name="", **rows.aggregate(**_sums()), **_outcomes(rows).get(ALL, NOBODY))


def by_tier(rows: QuerySet[BackTestRow]) -> list[Sums]:
    """By tier of the dealer's city; dealers without one under an empty name."""
    counted = _outcomes(rows)
    found = rows.values("dealer__city_tier").annotate(**_sums()).order_by("dealer__city_tier")
    names = ((row.pop("dealer__city_tier"), row) for row in found)
    return [Sums(name=name, **row, **counted.get(name, NOBODY)) for name, row in names]


@dataclass(frozen=True)
class TermCost:
    """The cost of one term against its budget, in yuan."""

    first: date
    last: date
    cost: Decimal
    compared: Decimal
    budget: Decimal | None

    @property
    def over(self) -> Decimal | None:
        """By how much the draft exceeds the budget; None within it or without one."""
        return self.cost - self.budget if self.budget is not None and self.cost > self.budget else None

    @property
    def compared_over(self) -> Decimal | None:
        """By how much what it is compared with exceeds the budget."""
        return (
            self.compared - self.budget if self.budget is not None and self.compared > self.budget else None
        )


def by_term(rows: QuerySet[BackTestRow], budget: Decimal | None) -> list[TermCost]:
    """Every term replayed, in order."""
    found = (
        rows.values("window_first")
        .annotate(
            last=Max("window_last"),
            cost=Coalesce(Sum("amount"), _ZERO),
            compared=Coalesce(Sum("compared_amount"), _ZERO),
        )
        .order_by("window_first")
    )
    return [TermCost(row["window_first"], row["last"], row["cost"], row["compared"], budget) for row in found]


def extremes(rows: QuerySet[BackTestRow]) -> tuple[list[Any], list[Any]]:
    """The ten dealers that win most and the ten that lose most, over all terms."""
    found = (
        rows.filter(_BOTH)
        .values("dealer__code", "dealer__name", "dealer__short_name")
        .annotate(change=Sum(_CHANGE), cost=Sum("amount"), compared=Sum("compared_amount"), low=Min("amount"))
    )
    winners = list(found.filter(change__gt=0).order_by("-change", "dealer__code")[:10])
    losers = list(found.filter(change__lt=0).order_by("change", "dealer__code")[:10])
    return winners, losers


def has_failed(run: BackTest) -> bool:
    """Whether a term of the run could not be computed."""
    return Job.objects.filter(
        args__run=run.pk, code__startswith="incentives.", status=JobStatus.FAILED
    ).exists()
