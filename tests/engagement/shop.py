"""A store that earns points, for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from apps.accounts.models import User
from apps.core import access
from apps.core.roles import Role
from apps.dealers.models import Dealer
from apps.engagement import services
from apps.engagement.models import EarnRule, Gift, SaleCredit
from apps.kernel.period import Month
from apps.ledger import queries as books
from apps.ledger.rules import AccountKind, Book
from apps.sales.models import RetailDelivery
from tests.factories.facts import sell

SYSTEM = access.system("engagement")
SOLD = services.Given(
    code="sold",
    label_zh="交车积分",
    label_en="Car delivered",
    event="car_sold",
    roles=[Role.SALES_CONSULTANT],
    points=Decimal(10),
    effective_from=date(2026, 6, 1),
    valid_months=12,
)


def rule(given: services.Given = SOLD, **changes: object) -> EarnRule:
    """A rule from a past day on, as if it had been set in time."""
    given = replace(given, **changes)  # type: ignore[arg-type]
    before = datetime.combine(given.effective_from, datetime.min.time()).astimezone()
    return services.set_rule(given=given, actor=access.system("points"), now=before)


def sold(dealer: Dealer, seller: User, units: int, now: datetime) -> list[RetailDelivery]:
    """Cars of June that somebody of the store sold."""
    sell(dealer, Month(2026, 6), units, now)
    cars = list(RetailDelivery.objects.filter(dealer=dealer).order_by("external_id"))
    for car in cars:
        services.name_seller(delivery=car, person_id=seller.pk, actor=SYSTEM, now=now)
    assert SaleCredit.objects.count() == units
    return cars


def gift(code: str, points: int, stock: int, now: datetime) -> Gift:
    """A gift with stock."""
    offer = services.Offer(code, f"礼品{code}", f"Gift {code}", points, Decimal(points))
    row = services.save_gift(offer=offer, actor=SYSTEM, now=now)
    services.stock_gift(gift=row, units=stock, note="", actor=SYSTEM, now=now)
    return row


def points(user: User) -> tuple[int, int]:
    """Balance and what may be spent."""
    book = Book(person_id=user.pk)
    return (
        int(books.balance(book=book, kind=AccountKind.POINTS)),
        int(books.available(book=book, kind=AccountKind.POINTS)),
    )
