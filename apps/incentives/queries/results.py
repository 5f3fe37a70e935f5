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


@dataclass(frozen=True)
class Sums:
    """Σ of a group of results in yuan; `change` is of the dealers that have both values."""

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


def _sums(rows: QuerySet[Any]) -> dict[str, Any]:
    return {
        "dealers": Count("dealer", distinct=True),
        "cost": Coalesce(Sum("amount"), _ZERO),
        "compared": Coalesce(Sum("compared_amount"), _ZERO),
        "winners": Count("pk", filter=_BOTH & Q(amount__gt=F("compared_amount"))),
        "losers": Count("pk", filter=_BOTH & Q(amount__lt=F("compared_amount"))),
        "unchanged": Count("pk", filter=_BOTH & Q(amount=F("compared_amount"))),
        "without": Count("pk", filter=Q(amount__isnull=True)),
        "change": Coalesce(Sum(Case(When(_BOTH, then=_CHANGE))), _ZERO),
    }


def total(rows: QuerySet[BackTestRow]) -> Sums:
    """All results together."""
    return Sums(name="", **rows.aggregate(**_sums(rows)))


def by_tier(rows: QuerySet[BackTestRow]) -> list[Sums]:
    """By tier of the dealer's city; dealers without one under an empty name."""
    found = rows.values("dealer__city_tier").annotate(**_sums(rows)).order_by("dealer__city_tier")
    return [Sums(name=row.pop("dealer__city_tier"), **row) for row in found]


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
        .values("dealer__code", "dealer__name")
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
