"""The inventory coefficient alert over real facts: above 1.5, below 0.8, and what people do about it."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from apps.alerts.models import AlertEpisode, AlertReading
from apps.core.models import AuditEvent
from apps.kernel.period import Month
from tests.factories.facts import close, receive, sell

MAY, JUNE = Month(2026, 5), Month(2026, 6)


@pytest.fixture
def read(network, now):
    """June: D001 has 18 cars and sold 9 (2.0), D002 3 and 2 (1.5), D003 1 and 2 (0.5)."""
    for dealer, stock, sold in ((network.d1, 18, 9), (network.d2, 3, 2), (network.d3, 1, 2)):
        receive(dealer, JUNE, stock, now)
        sell(dealer, JUNE, sold, now)
    close(JUNE, now)
    return network


@pytest.mark.django_db
def test_above_and_below_open_and_equal_does_not(read):
    found = {row.dealer.code: row for row in AlertEpisode.objects.select_related("dealer")}
    assert set(found) == {"D001", "D003"}
    high, low = found["D001"], found["D003"]
    assert (high.side, high.first_value, high.state) == ("high", D("2.000000"), "open")
    # 18 − 1.5 × 9 = 4.5 cars × 130,000 × 6.5 %
    assert high.stake_amount == D("38025.00")
    assert (low.side, low.first_value, low.stake_amount) == ("low", D("0.500000"), None)


@pytest.mark.django_db
def test_reading_the_month_again_changes_nothing(read, now):
    before = list(AlertEpisode.objects.order_by("pk").values())
    close(JUNE, now)
    assert list(AlertEpisode.objects.order_by("pk").values()) == before
    assert AlertReading.objects.count() == 2


@pytest.mark.django_db
def test_more_sales_take_back_what_the_month_had_opened(read, now):
    sell(read.d1, JUNE, 12, now)
    close(JUNE, now)
    # 18 cars and 12 sold: 1.5, so the episode this month had opened is unfounded
    assert not AlertEpisode.objects.filter(dealer=read.d1).exists()


@pytest.mark.django_db
def test_acknowledging_is_kept_and_audited(read, client_of, am_1):
    episode = AlertEpisode.objects.get(dealer=read.d1)
    client = client_of(am_1)
    assert "38,025.00" in client.get(f"/alerts/{episode.pk}/").content.decode()
    answer = client.post(f"/alerts/{episode.pk}/acknowledge/", {"plan": "调拨2台到D003"})
    assert answer.status_code == 302
    episode.refresh_from_db()
    assert (episode.state, episode.plan, episode.acknowledged_by) == ("acknowledged", "调拨2台到D003", "am_1")
    event = AuditEvent.objects.get(action="alerts.acknowledge")
    assert (event.before["state"], event.after["state"], event.dealer_id) == (
        "open",
        "acknowledged",
        read.d1.pk,
    )


@pytest.mark.django_db
def test_without_a_plan_nothing_changes(read, client_of, am_1):
    episode = AlertEpisode.objects.get(dealer=read.d1)
    assert client_of(am_1).post(f"/alerts/{episode.pk}/acknowledge/", {"plan": ""}).status_code == 422
    episode.refresh_from_db()
    assert episode.state == "open"
    assert not AuditEvent.objects.filter(action="alerts.acknowledge").exists()


@pytest.mark.django_db
def test_foreign_alerts_do_not_exist(read, client_of, api_of, d2_gm):
    episode = AlertEpisode.objects.get(dealer=read.d1)
    client, api = client_of(d2_gm), api_of(d2_gm)
    assert client.get(f"/alerts/{episode.pk}/").status_code == 404
    assert client.post(f"/alerts/{episode.pk}/acknowledge/", {"plan": "x"}).status_code == 404
    assert api.post(f"/api/v1/alerts/{episode.pk}/acknowledge/", {"plan": "x"}).status_code == 404
    assert api.get("/api/v1/alerts/").json()["count"] == 0
    episode.refresh_from_db()
    assert episode.state == "open"


@pytest.mark.django_db
def test_api_acknowledges(read, api_of, hq_ops):
    episode = AlertEpisode.objects.get(dealer=read.d1)
    answer = api_of(hq_ops).post(f"/api/v1/alerts/{episode.pk}/acknowledge/", {"plan": "促销"})
    assert (answer.status_code, answer.json()["state"]) == (200, "acknowledged")
