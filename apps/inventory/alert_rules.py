"""What daily alert rules may read of stock: the stock of today against what was sold lately.

Sales of all cars of a dealer are its retail deliveries (the measure); sales of a model, or of a model, trim
and colour, are the cars that left stock by retail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from apps.alerts import registry
from apps.alerts.registry import Live, Today
from apps.alerts.rules import Split
from apps.inventory.measures import STOCK, holding
from apps.inventory.models import Shipment, StockMovement, StockUnit, paid_on_the_way
from apps.inventory.rules import AGED_DAYS, MovementKind
from apps.kernel.period import Month
from apps.metrics import queries as metrics
from apps.metrics.models import FeedStatus, MeasureValue
from apps.periods import queries as periods
from apps.vehicles.models import CarModel

Item = tuple[int, str, str, str]
"""A dealer with the code or name of a model, a trim and a colour; empty where cars are not told apart."""

RETAIL = "sales.retail_units"
MEAN_MONTHS = 3
DAYS = 30
EVERY = frozenset(Split)


def _here(day: date) -> QuerySet[StockUnit]:
    return StockUnit.objects.filter(gone_on__isnull=True, received_on__lte=day)


def _by(split: Split, prefix: str = "") -> dict[str, object]:
    """What cars are told apart by: the code of the model, or its name as written, then trim and colour."""
    if split is Split.ALL:
        return {}
    model = Coalesce(f"{prefix}model__code", f"{prefix}model_text")
    if split is Split.MODEL:
        return {"car": model}
    return {"car": model, "trim": F(f"{prefix}trim_text"), "paint": F(f"{prefix}colour")}


def _grouped(rows: QuerySet[Any], split: Split, prefix: str = "", **sums: object) -> Iterator[tuple]:  # type: ignore[type-arg]
    """(item, sums …) of units or movements."""
    by = _by(split, prefix)
    names = ["dealer_id", *by]
    found = rows.order_by().annotate(**by).values(*names).annotate(**sums).values_list(*names, *sums)
    for dealer, *rest in found:
        words, values = rest[: len(names) - 1], rest[len(names) - 1 :]
        model, trim, colour = (*words, "", "", "")[:3]
        yield (dealer, model, trim, colour), *values


def _stock(split: Split, day: date) -> dict[Item, int]:
    return dict(_grouped(_here(day), split, number=Count("*")))


def _left(split: Split, rows: QuerySet[StockMovement]) -> dict[Item, int]:
    sold = rows.filter(kind=MovementKind.RETAIL)
    return dict(_grouped(sold, split, "unit__", number=-Sum("quantity")))  # type: ignore[arg-type]


def _closed_months(day: date) -> list[Month]:
    """The last three computed months in a row before the month of a day; fewer when they are missing."""
    current = periods.business_calendar().month_of(day)
    before = [current.shift(-back) for back in range(1, MEAN_MONTHS + 2)]
    computed = metrics.current_revisions(before)
    start = next((place for place, month in enumerate(before[:2]) if month in computed), None)
    if start is None:
        return []
    found = before[start : start + MEAN_MONTHS]
    return found if all(month in computed for month in found) else []


def _sold_by_dealer(months: list[Month]) -> dict[Item, Decimal]:
    """Retail deliveries of the months of every dealer that has all of them."""
    wanted = metrics.in_readings(metrics.current_revisions(months))
    rows = MeasureValue.objects.filter(wanted, measure=RETAIL, dimension="").order_by()
    summed = rows.values_list("dealer_id").annotate(total=Sum("value"), months=Count("period"))
    return {(dealer, "", "", ""): total for dealer, total, count in summed if count == MEAN_MONTHS}


def _reporting(months: Iterable[Month], *, all_of_them: bool) -> set[int]:
    """The dealers whose stock was reported in these months: in all, or in any of them."""
    firsts = [month.first for month in months]
    rows = FeedStatus.objects.filter(feed=STOCK, period__in=firsts).order_by()
    counted = rows.values_list("dealer_id").annotate(months=Count("period"))
    return {dealer for dealer, number in counted if number == len(firsts) or not all_of_them}


def with_paid(split: Split, day: date) -> dict[Item, int]:
    """Cars in stock and those on their way that the dealer has paid: they are its stock too. Source: I-01."""
    paid = Shipment.objects.filter(paid_on_the_way(day))
    stock = Counter(_stock(split, day))
    stock.update(dict(_grouped(paid, split, number=Count("*"))))
    return stock


def _coefficient(split: Split, day: date) -> Iterator[Today]:
    """Stock of today with paid cars on the way ÷ the mean of the last three closed months. Source: I-01b."""
    months = _closed_months(day)
    stock = with_paid(split, day)
    if not months:
        return iter(())
    if split is Split.ALL:
        sold: Mapping[Item, Decimal] = _sold_by_dealer(months)
    else:
        whole = _reporting(months, all_of_them=True)
        left = _left(split, StockMovement.objects.filter(period__in=[month.first for month in months]))
        sold = {item: Decimal(number) for item, number in left.items() if item[0] in whole}
    known = _reporting([*months, months[0].next], all_of_them=False)
    mean = {item: number / MEAN_MONTHS for item, number in sold.items()}
    return _told(stock, mean, known)


def _days_supply(split: Split, day: date) -> Iterator[Today]:
    """Stock of today × 30 ÷ the cars that left by retail in the last 30 days. Source: I-04."""
    lately = StockMovement.objects.filter(occurred_on__gt=day - timedelta(days=DAYS), occurred_on__lte=day)
    sold = {item: Decimal(number) for item, number in _left(split, lately).items()}
    stock = {item: number * DAYS for item, number in with_paid(split, day).items()}
    month = Month.of(day)
    return _told(stock, sold, _reporting([month, month.previous], all_of_them=False))


def _told(stock: Mapping[Item, int], sold: Mapping[Item, Decimal], known: set[int]) -> Iterator[Today]:
    """Stock and sales side by side; a dealer that reports stock and has none left has 0."""
    names = _names()
    for item in {*stock, *(key for key in sold if key[0] in known)}:
        yield _today(item, Decimal(stock.get(item, 0)), sold.get(item), names)


def _aged_share(split: Split, day: date) -> Iterator[Today]:
    """Cars of more than 90 days ÷ cars in stock. Source: I-07."""
    aged = Count("pk", filter=Q(received_on__lt=day - timedelta(days=AGED_DAYS)))
    names = _names()
    for item, old, number in _grouped(_here(day), split, aged=aged, number=Count("pk")):
        yield _today(item, Decimal(old), Decimal(number), names)


def _units(split: Split, day: date) -> Iterator[Today]:
    """Cars in stock today. Source: I-12."""
    month = Month.of(day)
    stock, names = _stock(split, day), _names()
    none: dict[Item, int] = {}
    if split is Split.ALL:
        dealers = _reporting([month, month.previous], all_of_them=False)
        none = {(dealer, "", "", ""): 0 for dealer in dealers}
    for item, number in (none | stock).items():
        yield _today(item, Decimal(number), Decimal(1), names)


def _capital(split: Split, day: date) -> Iterator[Today]:
    """The capital tied up in the cars in stock; nothing is told where a cost is unknown. Source: I-09."""
    unknown = Count("pk", filter=Q(cost_amount__isnull=True))
    factor, names = holding.terms_on(day).capital_factor, _names()
    for item, cost, gaps in _grouped(_here(day), split, cost=Sum("cost_amount"), gaps=unknown):
        yield _today(item, None if gaps else cost * factor, Decimal(1), names)


def _names() -> dict[str, str]:
    return dict(CarModel.objects.values_list("code", "name"))


def _today(item: Item, over: Decimal | None, under: Decimal | None, names: Mapping[str, str]) -> Today:
    dealer, model, trim, colour = item
    label = " · ".join(word for word in (names.get(model, model), trim, colour) if word)
    return Today(dealer, over, under, "|".join(item[1:]).rstrip("|"), label, model)


def _knows_model(code: str) -> bool:
    return CarModel.objects.filter(code=code).exists()


registry.items(_knows_model)
registry.live(Live("inventory.coefficient_3m", EVERY, _coefficient))
registry.live(Live("inventory.days_supply", EVERY, _days_supply))
registry.live(Live("inventory.aged_share", EVERY, _aged_share))
registry.live(Live("inventory.stock_units", EVERY, _units, ratio=False))
registry.live(Live("inventory.capital", EVERY, _capital, ratio=False))
