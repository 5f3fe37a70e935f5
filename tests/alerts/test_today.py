"""Daily rules over today's stock: story S6 with its numbers, limits of one model, regions, people."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError

from apps.alerts import queries, services, telling
from apps.alerts.models import AlertAction, AlertEpisode, AlertEscalation, AlertReading, AlertRule
from apps.inventory import services as inventory
from apps.inventory.models import StockUnit
from apps.kernel.period import Month
from apps.vehicles.models import Brand, CarModel, Series
from apps.work.models import Notice
from tests.factories.facts import SYSTEM, close, receive, sell

APRIL, MAY, JUNE, JULY = (Month(2026, number) for number in (4, 5, 6, 7))
CODE = "inventory.coefficient_today"

pytestmark = pytest.mark.django_db


def leave(dealer, units: int, now: datetime, kind: str = "retail") -> None:
    """So many cars of a dealer leave stock today."""
    here = StockUnit.objects.filter(dealer=dealer, gone_on=None).order_by("pk")[:units]
    rows = [
        {"external_id": unit.external_id, "dealer_id": dealer.pk, "kind": kind, "left_on": now.date()}
        for unit in here
    ]
    inventory.record_departures(rows=rows, source="test", actor=SYSTEM, now=now)


def arrive(dealer, wanted: dict[int, int], now: datetime) -> None:
    """So many cars of each model come to a dealer."""
    fixed = {"kind": "receipt", "received_on": MAY.first, "produced_on": None, "vin": "", "model": ""}
    fixed |= {"trim_text": "", "colour": "", "cost_amount": None, "note": "", "dealer_id": dealer.pk}
    rows = [
        {**fixed, "model_id": model, "external_id": f"{model}-{number}"}
        for model, units in wanted.items()
        for number in range(units)
    ]
    inventory.record_arrivals(rows=rows, source="test", actor=SYSTEM, now=now)


@pytest.fixture
def stocked(network, now):
    """D001 has 180 cars and sold 90 in each of the last three closed months, D002 has 10 and sold 20."""
    for month in (APRIL, MAY, JUNE):
        sell(network.d1, month, 90, now)
        sell(network.d2, month, 20, now)
    receive(network.d1, APRIL, 180, now)
    receive(network.d2, APRIL, 10, now)
    for month in (APRIL, MAY, JUNE):
        close(month, now)
    AlertRule.objects.exclude(code=CODE).delete()
    AlertEpisode.objects.exclude(code=CODE).delete()
    return network


@pytest.fixture
def only(db):
    """No monthly rule, so that what is read is the day's."""
    AlertEscalation.objects.exclude(rule__code=CODE).delete()
    AlertRule.objects.exclude(code=CODE).delete()


def on_day(now: datetime, days: int) -> datetime:
    return now + timedelta(days=days)


def lines() -> list[tuple]:
    rows = AlertEpisode.objects.order_by("dealer__code", "number")
    return list(rows.values_list("dealer__code", "number", "side", "state", "last_value", "stake_amount"))


def test_one_overstocked_store_from_opening_to_closing(only, stocked, now):
    services.scan_today(now=now)
    assert lines() == [
        ("D001", 1, "high", "open", D("2.000000"), D("380250.00")),
        ("D002", 1, "low", "open", D("0.500000"), None),
    ]
    kept = AlertReading.objects.count()
    services.scan_today(now=on_day(now, 0))
    assert AlertReading.objects.count() == kept, "reading again without a change keeps nothing"

    leave(stocked.d1, 30, now, "wholesale_out")
    services.scan_today(now=on_day(now, 1))
    assert lines()[0] == ("D001", 1, "high", "open", D("1.666667"), D("126750.00"))
    leave(stocked.d1, 15, now)
    services.scan_today(now=on_day(now, 2))
    assert lines()[0] == ("D001", 1, "high", "closed", D("1.500000"), None)
    receive(stocked.d1, JULY, 3, now)
    services.scan_today(now=on_day(now, 3))
    assert lines()[0][:4] == ("D001", 1, "high", "open"), "138 / 90: opened again, not anew"
    leave(stocked.d1, 10, now)
    services.scan_today(now=on_day(now, 4))
    receive(stocked.d1, Month(2026, 3), 12, now)
    services.scan_today(now=on_day(now, 6))
    assert [row[1:4] for row in lines() if row[0] == "D001"] == [
        (1, "high", "closed"),
        (2, "high", "open"),
    ], "128 / 90 = 1.4222 armed it again"
    events = AlertReading.objects.filter(dealer=stocked.d1).order_by("read_at")
    assert list(events.values_list("event", flat=True)) == [
        "opened",
        "continued",
        "closed",
        "reopened",
        "closed",
        "opened",
    ]


def test_people_plan_finish_and_close(only, stocked, now, client_of, am_1, d2_gm):
    services.scan_today(now=now)
    episode = AlertEpisode.objects.get(dealer=stocked.d1)
    client = client_of(am_1)
    page = client.get(f"/alerts/{episode.pk}/").content.decode()
    assert "380,250.00" in page
    plan = {"kind": "transfer", "units": "30", "text": "调拨到D002", "due_on": "2999-01-01"}
    assert client.post(f"/alerts/{episode.pk}/plan/", plan).status_code == 302
    plan = {"kind": "promotion", "units": "12", "text": "库龄90天以上车辆促销"}
    assert client.post(f"/alerts/{episode.pk}/plan/", plan).status_code == 302
    episode.refresh_from_db()
    assert (episode.state, episode.acknowledged_by, episode.plan) == ("acknowledged", "am_1", "调拨到D002")
    first = AlertAction.objects.get(units=30)
    assert client_of(d2_gm).post(f"/alerts/measures/{first.pk}/done/").status_code == 404
    assert client.post(f"/alerts/measures/{first.pk}/done/").status_code == 302
    first.refresh_from_db()
    assert first.done_by == "am_1"
    sent = {"outcome": "accepted", "note": "新店备货"}
    assert client.post(f"/alerts/{episode.pk}/close/", sent).status_code == 302
    leave(stocked.d1, 1, now)
    services.scan_today(now=on_day(now, 1))
    episode.refresh_from_db()
    assert (episode.state, episode.close_reason, episode.outcome) == ("closed", "by_hand", "accepted")
    leave(stocked.d1, 49, now)
    services.scan_today(now=on_day(now, 2))
    receive(stocked.d1, JULY, 9, now)
    services.scan_today(now=on_day(now, 3))
    episode.refresh_from_db()
    assert episode.state == "open", "139 / 90 after 130 / 90 = 1.4444: crossed again before it was re-armed"


def test_a_model_has_limits_of_its_own_from_a_day_on(only, network, now):
    brand = Brand.objects.create(code="B", name="B")
    series = Series.objects.create(brand=brand, code="S", name="S")
    models = [CarModel.objects.create(series=series, code=code, name=code) for code in ("M1", "M3")]
    arrive(network.d1, {model.pk: 6 for model in models}, now)
    AlertRule.objects.all().delete()
    rule = {
        "label_zh": "x",
        "label_en": "x",
        "kpi": "inventory.stock_units",
        "daily": True,
        "split": "model",
        "code": "units",
        "version": 1,
        "effective_from": APRIL.first,
    }
    AlertRule.objects.create(**rule, high=D(4))
    special = AlertRule(**rule | {"effective_from": JULY.next.first}, item="M3", high=D(6))
    special.full_clean()
    special.save()
    services.scan_today(now=now)
    assert list(AlertEpisode.objects.order_by("item").values_list("item", "state", "last_value")) == [
        ("M1", "open", D(6)),
        ("M3", "open", D(6)),
    ]
    services.scan_today(now=datetime(2026, 8, 1, 9, tzinfo=now.tzinfo))
    rows = AlertEpisode.objects.order_by("item").values_list("item", "state", "close_reason", "rule__item")
    assert list(rows) == [("M1", "open", "", ""), ("M3", "closed", "rule_replaced", "")]
    july = AlertReading.objects.get(item="M3", period=JULY.first)
    assert (july.rule.high, july.event) == (D(4), "opened"), "what was read in July keeps the rule of July"
    special.item = "M4"
    with pytest.raises(ValidationError) as refused:
        AlertRule(**rule | {"version": 2}, item="M4", high=D(6)).full_clean()
    assert list(refused.value.message_dict) == ["item"]


def test_regions_and_the_network_divide_sums(only, stocked, now, client_of, reg_a, am_1):
    AlertRule.objects.update(level="unit", high=D("1.6"), low=None)
    services.scan_today(now=now)
    area = AlertEpisode.objects.get(unit=stocked.area_1)
    assert (area.dealer_id, area.last_value) == (None, D("1.727273")), "190 / 110"
    assert {row.unit_id for row in AlertEpisode.objects.all()} == {
        stocked.area_1.pk,
        stocked.province_zj.pk,
        stocked.region_a.pk,
    }
    assert client_of(reg_a).get(f"/alerts/{area.pk}/").status_code == 200
    region = AlertEpisode.objects.get(unit=stocked.region_a)
    assert client_of(am_1).get(f"/alerts/{region.pk}/").status_code == 404


def test_one_message_a_day_for_each_person_and_the_next_role_when_nobody_answers(
    only, stocked, now, am_1, prov_zj, hq_ops
):
    services.scan_today(now=now)
    telling.tell_today(now=now)
    told = Notice.objects.filter(code="alerts.today", user=am_1).get()
    assert (told.params["opened"], told.params["waiting"], told.params["dealers"]) == (2, 2, "D001、D002")
    telling.tell_today(now=on_day(now, 1))
    assert Notice.objects.filter(code="alerts.today").exclude(key=told.key).count() == 0

    waiting = Notice.objects.filter(code="alerts.unanswered")
    telling.escalate(now=on_day(now, 0))
    assert not waiting.exists()
    AlertEpisode.objects.filter(dealer=stocked.d2).update(state="acknowledged")
    telling.escalate(now=now + timedelta(hours=24))
    assert list(waiting.values_list("user__username", "params__count", "params__dealers")) == [
        ("prov_zj", 1, "D001")
    ]
    telling.escalate(now=now + timedelta(hours=25))
    assert waiting.count() == 1
    telling.escalate(now=now + timedelta(hours=73))
    assert "hq_ops" in set(waiting.values_list("user__username", flat=True))


def test_the_precision_of_a_rule(only, stocked, now, actor_of, hq_ops, client_of):
    services.scan_today(now=now)
    high, _low = AlertEpisode.objects.order_by("dealer__code")
    actor = actor_of(hq_ops)
    services.acknowledge(episode=high, plan="调拨", actor=actor, now=now)
    [row] = queries.precision(actor=actor, since=JULY.first, until=JULY.last)
    assert (row.opened, row.acted, row.unanswered, row.rate) == (2, 1, 1, D("0.5"))
    services.settle(episode=high, outcome="false_alarm", note="x", actor=actor, now=now)
    [row] = queries.precision(actor=actor, since=JULY.first, until=JULY.last)
    assert (row.acted, row.false_alarms) == (0, 1)
    assert client_of(hq_ops).get("/alerts/precision/?days=365").status_code == 200
