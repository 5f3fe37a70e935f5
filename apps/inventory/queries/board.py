"""The stock board: cars by a cut against classes of age, with money beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from apps.core.access import Actor
from apps.dealers import queries as dealers
from apps.dealers.models import OrgUnit
from apps.inventory import policies
from apps.inventory.measures import holding
from apps.inventory.models import StockMovement, StockUnit, paid_on_the_way
from apps.inventory.queries.pipeline import shipments
from apps.inventory.queries.stock import stock
from apps.inventory.queries.stock import units as all_units
from apps.inventory.rules import AGED_DAYS, BUCKETS, MovementKind
from apps.vehicles.models import CarModel

SALES_DAYS = 30
REGION = "region"


class Cut(StrEnum):
    """What the rows of the board are."""

    MODEL = "model"
    TRIM = "trim"
    REGION = "region"
    COLOUR = "colour"
    DEALER = "dealer"


_KEYS = {
    Cut.MODEL: ("{}model__code", "{}model_text"),
    Cut.TRIM: ("{}trim_text", "{}trim_text"),
    Cut.COLOUR: ("{}colour", "{}colour"),
    Cut.DEALER: ("{}dealer__code", "{}dealer__code"),
    Cut.REGION: ("{}dealer__unit_id", "{}dealer__unit_id"),
}
"""What a cut groups by; where the first is unknown, the second."""


@dataclass
class Line:
    """A row of the board: cars in each class of age, their capital, their interest so far, recent sales.

    `amount` and `interest` are None where the cost of a car is unknown; `paid` cars are on their way.
    """

    key: str
    label: str
    cells: list[int] = field(default_factory=lambda: [0] * len(BUCKETS))
    amount: Decimal | None = Decimal(0)
    interest: Decimal | None = Decimal(0)
    sold: int = 0
    paid: int = 0

    @property
    def units(self) -> int:
        """Cars in stock."""
        return sum(self.cells)

    @property
    def aged_share(self) -> Decimal | None:
        """Share of cars older than 90 days; None without stock. Source: I-07."""
        old = sum(cell for cell, bucket in zip(self.cells, BUCKETS, strict=True) if bucket.first > AGED_DAYS)
        return Decimal(old) / self.units if self.units else None

    @property
    def days_supply(self) -> Decimal | None:
        """Days the stock, with paid cars on their way, lasts at the pace of the last 30 days; None when
        nothing was sold. Source: I-01, I-04.
        """
        return Decimal((self.units + self.paid) * SALES_DAYS) / self.sold if self.sold > 0 else None

    def add(self, place: int, units: int, amount: Decimal | None, interest: Decimal | None) -> None:
        """Count cars of a class of age in."""
        self.cells[place] += units
        self.amount = None if self.amount is None or amount is None else self.amount + amount
        self.interest = None if self.interest is None or interest is None else self.interest + interest


@dataclass(frozen=True)
class Board:
    """The lines with most cars first, and their total."""

    lines: Sequence[Line]
    total: Line

    @property
    def most(self) -> int:
        """The fullest cell, which has the deepest shade."""
        return max((cell for line in self.lines for cell in line.cells), default=0)


@dataclass(frozen=True)
class Flows:
    """Cars by key of a cut: what was sold lately, and what is paid and on its way."""

    sold: Mapping[Any, int]
    paid: Mapping[Any, int]


def board(
    *, actor: Actor, by: Cut, on: date, unit: OrgUnit | None = None, model: str = "", trim: str = ""
) -> Board:
    """Stock at the end of a day by a cut, of the actor's dealers, of one unit, model or trim where asked."""
    rows = stock(actor=actor, on=on)
    left = StockMovement.objects.filter(
        kind=MovementKind.RETAIL, occurred_on__gt=on - timedelta(days=SALES_DAYS), occurred_on__lte=on
    )
    sold = policies.movement.visible_to(actor, left)
    paid = shipments(actor=actor).filter(paid_on_the_way(on))
    if unit is not None:
        rows = rows.filter(dealer__unit__path__startswith=unit.path)
        sold = sold.filter(dealer__unit__path__startswith=unit.path)
        paid = paid.filter(dealer__unit__path__startswith=unit.path)
    for name, wanted in (("model__code", model), ("trim_text", trim)):
        if wanted:
            rows, paid = rows.filter(**{name: wanted}), paid.filter(**{name: wanted})
            sold = sold.filter(**{f"unit__{name}": wanted})
    flows = Flows(_sold(sold, by), dict(_keyed(paid, by).annotate(cars=Count("pk"))))
    return _folded(_counted(rows, by, on), flows, _labels(by, on, actor))


def trims(*, actor: Actor) -> list[str]:
    """The trims of the vehicles that stand at the actor's dealers, by name."""
    here = all_units(actor=actor).filter(gone_on=None).exclude(trim_text="")
    return list(here.order_by("trim_text").values_list("trim_text", flat=True).distinct())


def under(rows: QuerySet[StockUnit], code: str) -> QuerySet[StockUnit]:
    """The vehicles of the dealers in a unit and below it; none when there is no such unit."""
    path = OrgUnit.objects.filter(code__iexact=code).values_list("path", flat=True).first()
    return rows.filter(dealer__unit__path__startswith=path) if path else rows.none()


def _counted(rows: QuerySet[StockUnit], by: Cut, on: date) -> Iterable[tuple[Any, ...]]:
    """(key, class of age, cars, capital, interest, cars of unknown cost) in one query."""
    classes = [When(age__lte=bucket.last, then=Value(place)) for place, bucket in enumerate(BUCKETS[:-1])]
    placed = Case(*classes, default=Value(len(BUCKETS) - 1), output_field=IntegerField())
    costs = holding.costs("cost_amount", holding.terms_on(on), unit="pk", on=on)
    found = rows.order_by().annotate(
        key=_key(by), place=placed, interest=costs["interest"], capital=costs["capital"]
    )
    return (
        found.values("key", "place")
        .annotate(
            cars=Count("pk"),
            amount=Sum("capital"),
            paid=Sum("interest"),
            unknown=Count("pk", filter=Q(cost_amount__isnull=True)),
        )
        .values_list("key", "place", "cars", "amount", "paid", "unknown")
    )


def _sold(rows: QuerySet[StockMovement], by: Cut) -> Mapping[Any, int]:
    prefix = "unit__" if by in (Cut.MODEL, Cut.TRIM, Cut.COLOUR) else ""
    return dict(_keyed(rows, by, prefix).annotate(cars=-Sum("quantity")))


def _keyed(rows: QuerySet[Any], by: Cut, prefix: str = "") -> QuerySet[Any, Any]:
    keyed: QuerySet[Any, Any] = rows.order_by().annotate(key=_key(by, prefix)).values_list("key")
    return keyed


def _key(by: Cut, prefix: str = "") -> Coalesce:
    first, second = (path.format(prefix) for path in _KEYS[by])
    return Coalesce(first, second)


def _labels(by: Cut, on: date, actor: Actor) -> Mapping[Any, tuple[str, str]] | None:
    """What a key counts in: its own line with a name, or its region; None when it speaks for itself."""
    if by is Cut.MODEL:
        return {code: (code, name) for code, name in CarModel.objects.values_list("code", "name")}
    if by is Cut.DEALER:
        known = dealers.dealers(actor=actor).values_list("code", "name")
        return {code: (code, f"{code} {name}") for code, name in known}
    if by in (Cut.TRIM, Cut.COLOUR):
        return None
    parents = dealers.parents_on(on)
    regions = {row.pk: row for row in OrgUnit.objects.filter(kind=REGION)}
    lines = {unit: dealers.line_of(unit, parents) for unit in parents}
    return {
        unit: next(((regions[pk].code, regions[pk].name) for pk in line if pk in regions), ("", ""))
        for unit, line in lines.items()
    }


def _folded(
    counted: Iterable[tuple[Any, ...]],
    flows: Flows,
    labels: Mapping[Any, tuple[str, str]] | None,
) -> Board:
    lines: dict[str, Line] = {}
    total = Line("", "")

    def line_of(key: Any) -> Line:
        own, label = (labels or {}).get(key, (str(key or ""), str(key or "")))
        return lines.setdefault(own, Line(own, label))

    for key, place, units, amount, interest, unknown in counted:
        for line in (line_of(key), total):
            line.add(place, units, None if unknown else amount, None if unknown else interest)
    for key, units in flows.sold.items():
        for line in (line_of(key), total):
            line.sold += units
    for key, units in flows.paid.items():
        for line in (line_of(key), total):
            line.paid += units
    standing = [line for line in lines.values() if line.units or line.sold or line.paid]
    return Board(sorted(standing, key=lambda line: (-line.units, line.label)), total)
