"""The same cars come to the same yuan in any order, in any parts, a second time; a real month adds up."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from decimal import Decimal as D
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from apps.closing import runner
from apps.closing import services as closing
from apps.core import access
from apps.incentives import services
from apps.incentives.models import AccrualLine, Statement, StatementLine
from apps.incentives.queries import settled
from apps.incentives.rules.facts import Window
from apps.incentives.rules.settling import RunKind
from apps.kernel.period import Month
from apps.sales import services as sales
from proofs import arena, k7
from tests.factories import files
from tests.factories import network as factory
from tests.incentives import story
from tests.sales.rows import row

pytestmark = pytest.mark.django_db

SYSTEM = access.system("test")
NOW = datetime(2026, 7, 20, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
TIERS = (("0", "0"), ("20", "300"), ("40", "500"))


def cars(network: factory.Network) -> list[dict[str, object]]:
    """June's cars of three dealers."""
    days = [date(2026, 6, 1 + number % 25) for number in range(60)]
    return [
        row(
            f"K{number}",
            (network.d1, network.d2, network.d4)[number % 3].pk,
            vin=story.vin(number),
            occurred_on=day,
            invoiced_on=day,
            plated_on=day,
        )
        for number, day in enumerate(days)
    ]


def outcome(network: factory.Network, policy, rows, *, per_part: int, again: bool) -> str:
    """The hash of all results of settlement and close, as the proof K7 reads them."""
    for start in range(0, len(rows), 25):
        sales.record_deliveries(rows=rows[start : start + 25], source="dms", actor=SYSTEM, now=NOW)
    for _time in range(1 + again):
        services.calculate(policy=policy, window=story.JUNE, kind=RunKind.FINAL, actor=SYSTEM, now=NOW)
    run = closing.close_month(month=Month(2026, 6), actor=SYSTEM, now=NOW, dealers_per_part=per_part)
    assert runner.work_through(run).status == "done"
    assert StatementLine.objects.count() == len(rows)
    assert AccrualLine.objects.exists()
    with connection.cursor() as cursor:
        return arena.digest(cursor, without=("sha256",))


def test_order_parts_and_repetition_change_nothing(network, monkeypatch: pytest.MonkeyPatch) -> None:
    """The short form of K7, and its planted defect. Source: reliability K7."""
    policy = story.policy().policy
    for dealer in (network.d1, network.d2, network.d4):
        story.target(dealer, 20)
    rows = cars(network)
    seen = []
    for given, per_part, again in ((rows, 500, False), (rows[::-1], 1, True), (rows, 2, False)):
        if len(seen) == 2:
            monkeypatch.setattr(settled, "evaluated", k7.favoured(settled.evaluated))
        with transaction.atomic():
            seen.append(outcome(network, policy, given, per_part=per_part, again=again))
            transaction.set_rollback(True)
    assert seen[0] == seen[1] != seen[2]


def test_a_real_month_settles_to_the_sum_of_its_lines(network) -> None:
    """March of the public file, 28 dealers: every statement is its lines, and they are the tier by hand."""
    march = [each for each in files.rows("dealer_sales_2022.csv") if each["Date"].startswith("3/")]
    names = sorted({each["Dealer_Name"] for each in march})
    dealers = {name: factory.dealer(f"U{number:02d}", network.area_1) for number, name in enumerate(names)}
    rows = [
        row(
            each["Car_id"],
            dealers[each["Dealer_Name"]].pk,
            occurred_on=datetime.strptime(each["Date"], "%m/%d/%Y").date(),  # noqa: DTZ007 - a day
            price_amount=D(each["Price ($)"]),
        )
        for each in march
    ]
    sales.record_deliveries(rows=rows, source="us", actor=SYSTEM, now=NOW)
    tiers = [{"from": reach, "value": value} for reach, value in TIERS]
    params = {"measure": "units", "scale": "cliff", "pay": "per_unit", "tiers": tiers}
    clause = {"code": "volume", "type": "volume", "params": params}
    policy = story.policy(effective_from=date(2022, 1, 1), components=[clause]).policy
    window = Window(date(2022, 3, 1), date(2022, 3, 31))
    services.calculate(policy=policy, window=window, kind=RunKind.FINAL, actor=SYSTEM, now=NOW)
    sold = Counter(each["Dealer_Name"] for each in march)
    for name, dealer in dealers.items():
        statement = Statement.objects.get(dealer=dealer)
        lines = StatementLine.objects.filter(statement=statement)
        by_hand = sold[name] * max(D(value) for reach, value in TIERS if sold[name] >= int(reach))
        assert lines.aggregate(total=Sum("amount"))["total"] == statement.amount == by_hand, name
        assert lines.count() == sold[name], name
    assert len(march) > 400
