"""Points of a seller of each dealer, a gift redeemed and a grant asked for, for walks over all pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from apps.accounts import queries as accounts
from apps.accounts.models import User
from apps.core import access
from apps.core.access import Actor
from apps.core.roles import Role
from apps.dealers.models import Dealer
from apps.engagement import services
from apps.engagement.models import Earning, Gift
from apps.engagement.rules import RequestKind, Subject
from apps.kernel.period import Month
from apps.sales.models import RetailDelivery

SYSTEM = access.system("contract")


def shop(now: datetime) -> dict[str, Any]:
    """A rule that pays sellers, and a gift."""
    given = services.Given(
        code="sold",
        label_zh="交车积分",
        label_en="Car delivered",
        event="car_sold",
        roles=[Role.DEALER_SALES],
        points=Decimal(10),
        effective_from=date(2020, 1, 1),
    )
    rule = services.set_rule(given=given, actor=SYSTEM, now=now - timedelta(days=3000))
    offer = services.Offer("cup", "保温杯", "Cup", 5, Decimal(50))
    gift = services.save_gift(offer=offer, actor=SYSTEM, now=now)
    services.stock_gift(gift=gift, units=100, note="", actor=SYSTEM, now=now)
    plan = services.Plan(
        code="stars",
        label_zh="销售之星",
        label_en="Stars",
        subject=Subject.PERSON,
        measure="points",
        roles=[Role.DEALER_SALES],
        first=date(2026, 7, 1),
        last=date(2026, 7, 31),
        prizes=[(1, 1, 100)],
    )
    contest = services.open_contest(plan=plan, actor=SYSTEM, now=now)
    return {"gift": gift.pk, "earn_rule": rule.pk, "contest": contest.pk}


def bonus(person: User, leader: User, now: datetime) -> int:
    """The June bonus of a person of the field, which waits for its signature."""
    proposed = services.Proposed(person, Month(2026, 6), Decimal(90), Decimal(3000), "按业绩核定")
    actor = accounts.actor_for(leader, on=now.date())
    return services.propose_bonus(proposed=proposed, actor=actor, now=now).pk


def rewards(
    dealer: Dealer, seller: User, mark: Callable[[Dealer, str], str], ops: Actor, now: datetime
) -> dict[str, Any]:
    """A car with its seller, who earned points, redeemed some and shall get more."""
    car = RetailDelivery.objects.filter(dealer=dealer, quantity=1).earliest("pk")
    credit = services.name_seller(delivery=car, person_id=seller.pk, actor=SYSTEM, now=now)
    services.earn(actor=SYSTEM, now=now)
    wish = services.redeem(
        gift=Gift.objects.get(),
        units=1,
        deliver_to=mark(dealer, "DELIVERTO"),
        key="contract",
        actor=accounts.actor_for(seller, on=now.date()),
        now=now,
    )
    wanted = services.Wanted(RequestKind.GRANT, seller, mark(dealer, "GRANT"), Decimal(7))
    asked = services.ask(wanted=wanted, actor=ops, now=now)
    return {
        "redemption": wish.pk,
        "point_request": asked.pk,
        "sale_credit": credit.pk,
        "earning": Earning.objects.get(person=seller).pk,
    }
