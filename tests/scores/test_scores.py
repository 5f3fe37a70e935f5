"""Scores of audits and surveys come in once, are corrected by versions, and become measures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from apps.kernel.period import Month
from apps.metrics import services as metrics
from apps.metrics.models import MeasureValue
from apps.scores import services
from apps.scores.models import DeliveredScore
from apps.vehicles.facts import RowsRefused

JUNE = date(2026, 6, 1)


def row(dealer, score, value, month=JUNE):
    return {"dealer_id": dealer.pk, "month": month, "score": score, "value": Decimal(value), "note": ""}


def record(rows, actor, now):
    return services.record_scores(rows=rows, source="survey", actor=actor, now=now)


def test_a_corrected_score_is_a_new_version_and_the_measure(network, hq_ops, actor_of, now) -> None:
    ops = actor_of(hq_ops)
    assert record([row(network.d1, "audits.sales_score", "94.5")], ops, now).created == 1
    again = record([row(network.d1, "audits.sales_score", "94.50")], ops, now)
    assert (again.created, [found.code for found in again.problems]) == (0, ["same"])
    record(
        [row(network.d1, "audits.sales_score", "96"), row(network.d2, "satisfaction.nps", "-12")], ops, now
    )
    told = DeliveredScore.objects.filter(dealer=network.d1).order_by("version")
    assert [(each.version, each.value, each.replaced_at is None) for each in told] == [
        (1, Decimal("94.5"), False),
        (2, Decimal("96"), True),
    ]
    revision = metrics.open_reading(month=Month(2026, 6)).revision
    metrics.begin(month=Month(2026, 6), revision=revision, now=now)
    metrics.collect(month=Month(2026, 6), revision=revision)
    found = MeasureValue.objects.filter(measure__in=["audits.sales_score", "satisfaction.nps"])
    assert set(found.values_list("dealer_id", "measure", "value")) == {
        (network.d1.pk, "audits.sales_score", Decimal("96")),
        (network.d2.pk, "satisfaction.nps", Decimal("-12")),
    }


def test_what_cannot_be_is_refused_and_nothing_kept(network, hq_ops, actor_of, now) -> None:
    rows = [
        row(network.d1, "audits.sales_score", "101"),
        row(network.d1, "satisfaction.nps", "40"),
        row(network.d1, "satisfaction.nps", "41"),
    ]
    with pytest.raises(RowsRefused) as refused:
        record(rows, actor_of(hq_ops), now)
    assert [(each.row_no, each.code) for each in refused.value.problems] == [(1, "range"), (3, "twice")]
    assert not DeliveredScore.objects.exists()


def test_the_list_shows_what_is_in_force(network, hq_ops, d1_gm, client_of, actor_of, now) -> None:
    ops = actor_of(hq_ops)
    for value in ("90", "96"):
        record([row(network.d1, "audits.sales_score", value)], ops, now)
    record([row(network.d2, "audits.sales_score", "71.25")], ops, now)
    page = reverse("scores:score-list")
    shown = client_of(d1_gm).get(page).content.decode()
    assert "96" in shown and "71.25" not in shown and "survey" in shown
    assert shown.count("销售检核得分</td>") == 1
    assert client_of(d1_gm).get(page, {"all": "true"}).content.decode().count("销售检核得分</td>") == 2
