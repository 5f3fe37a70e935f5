"""A version of a rule that ends closes what it left open, and says why; used versions stay as they are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError

from apps.alerts.models import AlertEpisode, AlertReading, AlertRule
from apps.core.models import AuditEvent
from apps.dealers.models import Dealer
from apps.kernel.period import Month
from apps.metrics.models import CustomKpi
from tests.factories.facts import close, receive, sell

MAY, JUNE = Month(2026, 5), Month(2026, 6)
FORM = {
    "level": "dealer",
    "split": "all",
    "cooldown_days": "0",
    "owner_role": "account_manager",
    "escalations-TOTAL_FORMS": "0",
    "escalations-INITIAL_FORMS": "0",
}
"""What the form of a rule sends beside the limits: here no escalation."""
CODE = "inventory.coefficient"

pytestmark = pytest.mark.django_db


@pytest.fixture
def may(network, now):
    """May: D001 has 18 cars and sold 9 (2.0, too high), D003 1 and 2 (0.5, too low)."""
    for dealer, stock, sold in ((network.d1, 18, 9), (network.d3, 1, 2)):
        receive(dealer, MAY, stock, now)
        sell(dealer, MAY, sold, now)
    close(MAY, now)
    return network


def june(network, now, *, sold: int = 10) -> None:
    """June: D001 has 20 cars and sold 10 unless said otherwise, D003 1 and 1."""
    receive(network.d1, JUNE, 2, now)
    sell(network.d1, JUNE, sold, now)
    sell(network.d3, JUNE, 1, now)
    close(JUNE, now)


def version(**changes) -> AlertRule:
    """A second version of the shipped rule, in force from June on."""
    last = AlertRule.objects.filter(code=CODE).order_by("version").last()
    values = {
        field.name: getattr(last, field.name)
        for field in AlertRule._meta.concrete_fields
        if field.name != "id"
    }
    values |= {"version": last.version + 1, "effective_from": JUNE.first} | changes
    return AlertRule.objects.create(**values)


def episodes() -> list[tuple]:
    rows = AlertEpisode.objects.order_by("dealer__code", "number")
    return list(
        rows.values_list(
            "dealer__code", "number", "state", "close_reason", "closed_on", "rule__version", "last_value"
        )
    )


def test_a_rule_that_is_switched_off_closes_its_episodes(may, now, client_of, d1_gm):
    version(active=False)
    june(may, now)
    assert episodes() == [
        ("D001", 1, "closed", "rule_ended", JUNE.first, 1, D("2.000000")),
        ("D003", 1, "closed", "rule_ended", JUNE.first, 1, D("0.500000")),
    ]
    events = AlertReading.objects.filter(period=JUNE.first).order_by("dealer__code")
    assert list(events.values_list("event", "episode", "is_open", "value")) == [("ended", 1, False, None)] * 2
    episode = AlertEpisode.objects.get(dealer=may.d1)
    page = client_of(d1_gm).get(f"/alerts/{episode.pk}/").content.decode()
    assert "规则已停用" in page and "随规则结束" in page


def test_a_new_version_closes_what_the_old_one_opened_and_judges_anew(may, now):
    version(high=D("1.9"), low=D("0.1"))
    june(may, now)
    # D001 2.0 is above 1.9 as well: a new episode of version 2; D003 1.0 is within
    assert episodes() == [
        ("D001", 1, "closed", "rule_replaced", JUNE.first, 1, D("2.000000")),
        ("D001", 2, "open", "", None, 2, D("2.000000")),
        ("D003", 1, "closed", "rule_replaced", JUNE.first, 1, D("0.500000")),
    ]


def test_reading_again_changes_nothing_and_follows_the_data(may, now):
    version(high=D("1.9"))
    june(may, now)
    before = episodes()
    close(JUNE, now)
    assert episodes() == before
    sell(may.d1, Month(2026, 6), 11, now)
    close(JUNE, now)
    # 20 cars and 11 sold: 1.8, so version 2 has nothing to open
    assert episodes()[0] == before[0]
    assert [row[:2] for row in episodes()] == [("D001", 1), ("D003", 1)]


def test_an_unused_later_version_leaves_earlier_months_alone(may, now):
    version(active=False)
    close(MAY, now)
    assert [row[:4] for row in episodes()] == [("D001", 1, "open", ""), ("D003", 1, "open", "")]


def test_the_business_month_decides_which_version_holds(may, now, settings):
    settings.BUSINESS_CUTOFF_DAY = 25
    version(active=False, effective_from=date(2026, 5, 28))
    close(MAY, now)
    assert {row[3] for row in episodes()} == {""}
    settings.BUSINESS_CUTOFF_DAY = None
    close(MAY, now)
    assert episodes() == []


def test_a_dealer_that_left_the_network_keeps_no_open_episode(may, now):
    Dealer.objects.filter(pk=may.d1.pk).update(closed_on=date(2026, 5, 31))
    sell(may.d3, JUNE, 2, now)
    receive(may.d3, JUNE, 2, now)
    close(JUNE, now)
    assert episodes()[0] == ("D001", 1, "closed", "not_read", JUNE.first, 1, D("2.000000"))


def test_the_other_limit_closes_the_episode_before(may, now):
    june(may, now, sold=50)
    # 20 cars and 50 sold: 0.4, below the low limit
    assert episodes()[:2] == [
        ("D001", 1, "closed", "", JUNE.first, 1, D("2.000000")),
        ("D001", 2, "open", "", None, 1, D("0.400000")),
    ]


def test_an_acknowledged_episode_without_ground_is_closed_not_lost(may, now):
    AlertEpisode.objects.filter(dealer=may.d1).update(
        state="acknowledged", acknowledged_at=now, acknowledged_by="am_1", plan="x"
    )
    sell(may.d1, MAY, 14, now)
    close(MAY, now)
    # 18 cars and 14 sold: 1.2857
    row = AlertEpisode.objects.get(dealer=may.d1)
    assert (row.state, row.close_reason, row.closed_on, row.plan) == (
        "closed",
        "unfounded",
        MAY.first,
        "x",
    )


def test_the_kpi_of_a_rule_must_exist(network):
    rule = AlertRule.objects.get(code=CODE)
    rule.kpi = "inventory.coeficient"
    with pytest.raises(ValidationError) as refused:
        rule.full_clean()
    assert list(refused.value.message_dict) == ["kpi"]
    CustomKpi.objects.create(
        code="custom.load", label_zh="载", label_en="Load", formula="inventory.stock_units", unit="units"
    )
    rule.kpi = "custom.load"
    rule.full_clean()


def test_a_used_version_is_shown_not_changed_and_offers_the_next(may, client_of, hq_admin):
    client, rule = client_of(hq_admin), AlertRule.objects.get(code=CODE)
    address = f"/admin/alerts/alertrule/{rule.pk}/change/"
    page = client.get(address).content.decode()
    assert "已有结果引用此版本，不可修改。" in page
    assert f'href="/admin/alerts/alertrule/add/?like={rule.pk}"' in page
    assert 'name="high"' not in page
    sent = {"code": CODE, "version": 1, "label_zh": "x", "label_en": "x", "kpi": CODE, "high": "9"}
    answer = client.post(
        address, sent | {"severity": "amber", "effective_from": "2000-01-01", "active": "on"}
    )
    assert answer.status_code == 403
    rule.refresh_from_db()
    assert (rule.high, rule.label_zh) == (D("1.500000"), "库存系数预警")
    form = client.get(f"/admin/alerts/alertrule/add/?like={rule.pk}").context["adminform"].form
    assert (form.initial["version"], form.initial["kpi"], form.initial["high"]) == (2, CODE, D("1.500000"))
    assert "effective_from" not in form.initial


def test_saves_in_the_admin_site_are_audited(network, client_of, hq_admin):
    client = client_of(hq_admin)
    sent = {
        "code": "aged",
        "version": 1,
        "label_zh": "库龄",
        "label_en": "Aged",
        "kpi": "inventory.aged_share",
    }
    sent |= FORM | {"high": "0.2", "severity": "amber", "effective_from": "2026-07-01", "active": "on"}
    assert client.post("/admin/alerts/alertrule/add/", sent).status_code == 302
    rule = AlertRule.objects.get(code="aged")
    address = f"/admin/alerts/alertrule/{rule.pk}/change/"
    assert client.post(address, sent | {"high": "0.3"}).status_code == 302
    added, changed = AuditEvent.objects.filter(object_type="alerts.alertrule").order_by("pk")
    assert (added.action, added.actor_label, added.after["high"]) == (
        "core.admin_add",
        "hq_admin",
        "0.2",
    )
    assert (changed.action, changed.before, changed.after) == (
        "core.admin_change",
        {"high": "0.200000"},
        {"high": "0.3"},
    )


def test_a_rule_over_an_unknown_kpi_is_refused_by_the_form(network, client_of, hq_admin):
    sent = {"code": "x", "version": 1, "label_zh": "x", "label_en": "x", "kpi": "no.such", "high": "1"}
    answer = client_of(hq_admin).post(
        "/admin/alerts/alertrule/add/", sent | FORM | {"severity": "amber", "effective_from": "2026-07-01"}
    )
    assert answer.status_code == 200
    assert "没有这个指标。" in answer.content.decode()
    assert not AlertRule.objects.filter(code="x").exists()
    assert not AuditEvent.objects.exists()
