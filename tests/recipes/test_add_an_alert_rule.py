"""docs/recipes/add-an-alert-rule.md, followed."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from apps.alerts.models import AlertEpisode, AlertRule
from apps.kernel.period import Month
from tests.factories.facts import close, receive, sell
from tests.recipes import pages

NO_ESCALATION = {"escalations-TOTAL_FORMS": "0", "escalations-INITIAL_FORMS": "0"}
RULE = pages.block("add-an-alert-rule.md", "rule").plain | NO_ESCALATION
FEBRUARY, MAY, JUNE = Month(2026, 2), Month(2026, 5), Month(2026, 6)


@pytest.fixture
def rule(network, client_of, hq_admin):
    answer = client_of(hq_admin).post("/admin/alerts/alertrule/add/", RULE)
    assert answer.status_code == 302, answer.content.decode()
    return AlertRule.objects.get(code=RULE["code"])


@pytest.mark.django_db
def test_the_rule_opens_an_alert_from_its_month_on(rule, network, client_of, api_of, d1_gm, d2_gm, now):
    """D001 has 1 car of 4 older than 90 days, D002 none."""
    receive(network.d1, FEBRUARY, 1, now)
    receive(network.d1, JUNE, 3, now)
    receive(network.d2, JUNE, 3, now)
    for dealer in (network.d1, network.d2):
        sell(dealer, JUNE, 3, now)
    for month in (FEBRUARY, Month(2026, 3), Month(2026, 4), MAY, JUNE):
        close(month, now)
    episode = AlertEpisode.objects.get(code=rule.code)
    assert (episode.dealer, episode.opened_on, episode.first_value) == (
        network.d1,
        JUNE.first,
        D("0.250000"),
    )
    assert "长库龄占比预警" in client_of(d1_gm).get("/alerts/").content.decode()
    assert "长库龄占比预警" not in client_of(d2_gm).get("/alerts/").content.decode()
    assert rule.code in api_of(d1_gm).get("/api/v1/alerts/").content.decode()


@pytest.mark.django_db
def test_a_rule_without_any_limit_is_refused(network, client_of, hq_admin):
    answer = client_of(hq_admin).post("/admin/alerts/alertrule/add/", RULE | {"high": ""})
    assert answer.status_code == 200
    assert not AlertRule.objects.filter(code=RULE["code"]).exists()


@pytest.mark.django_db
def test_others_do_not_reach_the_admin_site(network, client_of, hq_ops):
    answer = client_of(hq_ops).post("/admin/alerts/alertrule/add/", RULE)
    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]
    assert not AlertRule.objects.filter(code=RULE["code"]).exists()
