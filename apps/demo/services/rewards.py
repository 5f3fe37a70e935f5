"""Staff points of the sample: sellers, rules, a catalogue, redemptions, a grant that waits, two contests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.accounts.models import Assignment, User
from apps.core.access import Actor
from apps.core.roles import Role
from apps.dealers.models import Dealer
from apps.demo.services import cast
from apps.engagement import queries, services
from apps.engagement.models import Gift
from apps.engagement.rules import RequestKind, Subject
from apps.kernel.period import Month
from apps.work import services as work
from apps.work.models import Approval

STORES, SELLERS = 5, 4
SINCE = date(2024, 1, 1)
GIFTS: tuple[tuple[str, str, str, int, int, int], ...] = (
    ("cup", "保温杯", "Vacuum flask", 60, 89, 120),
    ("umbrella", "自动折叠伞", "Folding umbrella", 80, 99, 80),
    ("power", "移动电源", "Power bank", 120, 159, 60),
    ("card100", "购物卡 100 元", "Shopping card ¥100", 150, 100, 200),
    ("headset", "无线耳机", "Wireless earphones", 300, 399, 25),
    ("watch", "运动手环", "Sports band", 260, 299, 0),
    ("trip", "年度优秀员工旅行", "Trip of the best of the year", 2000, 3000, 10),
)
_SELLERS = """
WITH people AS (
    SELECT a.dealer_id, a.user_id, row_number() OVER (PARTITION BY a.dealer_id ORDER BY a.user_id) AS no,
           count(*) OVER (PARTITION BY a.dealer_id) AS count
      FROM accounts_assignment AS a WHERE a.role = 'sales_consultant' AND a.dealer_id = ANY (%(stores)s)
), cars AS (
    SELECT d.id, d.dealer_id, abs(hashtext(d.external_id)) AS draw FROM sales_retaildelivery AS d
     WHERE d.dealer_id = ANY (%(stores)s) AND d.occurred_on BETWEEN %(first)s AND %(last)s
       AND d.quantity = 1 AND d.revision = 1
)
INSERT INTO engagement_salecredit (dealer_id, delivery_id, person_id, recorded_at, recorded_by)
SELECT c.dealer_id, c.id, p.user_id, %(now)s, 'sample' FROM cars AS c
  JOIN people AS p ON p.dealer_id = c.dealer_id
   AND p.no = 1 + least(c.draw %% p.count, c.draw / 7 %% p.count)
"""


def build(rows: Sequence[Dealer], hero: Dealer, *, last: Month, actor: Actor, now: datetime) -> None:
    """Two months of points of a few stores, what people did with them, one contest ended and one running."""
    stores = [hero, *(row for row in rows if row.pk != hero.pk)][:STORES]
    _people(stores)
    _rules(last.previous, actor)
    for code, zh, en, points, worth, stock in GIFTS:
        gift = services.save_gift(
            offer=services.Offer(code, zh, en, points, Decimal(worth)), actor=actor, now=now
        )
        if stock:
            services.stock_gift(gift=gift, units=stock, note="期初入库", actor=actor, now=now)
    named_until = timezone.localdate(now) - timedelta(days=3)
    params: dict[str, Any] = {"stores": [row.pk for row in stores], "now": now}
    params |= {"first": last.previous.first, "last": named_until}
    with connection.cursor() as cursor:
        cursor.execute(_SELLERS, params)
    services.earn(actor=actor, now=now)
    _redeemed(now)
    _asked(now)
    _contests(last, actor, now)


def _people(stores: Sequence[Dealer]) -> None:
    users = [
        User(username=f"seller_{store.code.lower()}_{no}", display_name=f"{store.code} 销售顾问 {no}")
        for store in stores
        for no in range(1, SELLERS + 1)
    ]
    for user in users:
        user.set_unusable_password()
    made = User.objects.bulk_create(users)
    places = [store for store in stores for _no in range(SELLERS)]
    Assignment.objects.bulk_create(
        Assignment(user=user, role=Role.SALES_CONSULTANT, dealer=store, valid_from=SINCE)
        for user, store in zip(made, places, strict=True)
    )


def _rules(since: Month, actor: Actor) -> None:
    then = timezone.make_aware(datetime.combine(since.first, time(9)))
    sold: dict[str, Any] = {"event": "car_sold", "roles": [Role.SALES_CONSULTANT], "month_cap": 800}
    done: dict[str, Any] = {"roles": [Role.DEALER_GENERAL, Role.DEALER_SALES, Role.DEALER_FINANCE]}
    for code, zh, en, points, more in (
        ("sold", "交付一台车", "A car delivered", 10, sold),
        ("report", "按时提交报表", "A report on time", 5, {"event": "report_on_time", **done}),
        ("duty", "按时完成职责", "A duty on time", 2, {"event": "duty_done", "month_cap": 60, **done}),
    ):
        given = services.Given(code, zh, en, points=Decimal(points), effective_from=since.first, **more)
        services.set_rule(given=given, actor=actor, now=then)


def _redeemed(now: datetime) -> None:
    """One gift handed out, one that waits for the desk."""
    consultant, desk = cast.person("consultant", now), cast.person("hq_ops", now)
    place: dict[str, Any] = {"deliver_to": "销售部前台", "units": 1, "actor": consultant, "now": now}
    wallet = queries.wallet(actor=consultant, on=timezone.localdate(now), shown=0).available
    for no, code in enumerate(("cup", "umbrella")):
        gift = Gift.objects.get(code=code)
        if wallet < gift.points:
            return
        wallet -= gift.points
        wish = services.redeem(gift=gift, key=f"sample-{code}", **place)
        if no == 0:
            services.answer(redemption=wish, handed_out=True, text="已交门店前台", actor=desk, now=now)


def _asked(now: datetime) -> None:
    """One grant approved by finance, one that waits."""
    region, finance = cast.person("region", now), cast.person("hq_fin", now)
    person = User.objects.get(username="consultant")
    for points, reason, decided in ((50, "区域服务技能竞赛第二名", True), (30, "协助新店开业", False)):
        wanted = services.Wanted(RequestKind.GRANT, person, reason, Decimal(points))
        row = services.ask(wanted=wanted, actor=region, now=now)
        if decided:
            asked = Approval.objects.get(flow="engagement.points", target_id=row.pk)
            work.decide(approval=asked, verdict="approve", comment="同意", actor=finance, now=now)


def _contests(last: Month, actor: Actor, now: datetime) -> None:
    then = timezone.make_aware(datetime.combine(last.next.first, time(9)))
    common: dict[str, Any] = {"subject": Subject.PERSON, "roles": [Role.SALES_CONSULTANT]}
    prizes = [(1, 1, 500), (2, 3, 300), (4, 10, 100)]
    past = services.Plan(
        f"star-{last}",
        f"{last} 销售之星",
        f"Sales stars of {last}",
        measure="cars",
        first=last.first,
        last=last.last,
        prizes=prizes,
        **common,
    )
    row = services.open_contest(plan=past, actor=actor, now=then)
    services.end_contest(contest=row, actor=actor, now=now)
    month = last.next
    running = services.Plan(
        f"star-{month}",
        f"{month} 销售之星",
        f"Sales stars of {month}",
        measure="points",
        first=month.first,
        last=month.last,
        prizes=prizes,
        **common,
    )
    services.open_contest(plan=running, actor=actor, now=now)
