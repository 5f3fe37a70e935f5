"""The alerts of today, and what people do about the costliest of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from apps.alerts import services as alerts
from apps.alerts.models import AlertEpisode
from apps.core.access import Actor

ANSWERED = 3
MEASURES = (
    ("transfer", "调拨至库存偏低的同区经销商"),
    ("promotion", "库龄超过90天车辆专项促销"),
    ("order_less", "下一旬报站减少订货"),
)


def build(*, actor: Actor, now: datetime) -> int:
    """Read today's stock, plan measures for the costliest alerts and finish one; returns the alerts."""
    alerts.scan_today(now=now)
    rows = AlertEpisode.objects.filter(rule__daily=True, dealer__isnull=False, stake_amount__isnull=False)
    due = now.date() + timedelta(days=14)
    costliest = rows.order_by(F("stake_amount").desc(), "pk")[1 : ANSWERED + 1]
    for place, episode in enumerate(costliest, start=1):
        planned = [
            alerts.plan(episode=episode, kind=kind, text=text, units=6, due_on=due, actor=actor, now=now)
            for kind, text in MEASURES[:place]
        ]
        alerts.finish(action=planned[0], actor=actor, now=now)
    return rows.count()
