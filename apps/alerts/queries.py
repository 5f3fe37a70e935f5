"""Alerts an actor may see."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import F, QuerySet

from apps.alerts import policies
from apps.alerts.models import AlertEpisode, AlertReading, AlertRule
from apps.alerts.rules import Limits
from apps.core.access import Actor
from apps.kernel.period import Month
from apps.periods import queries as periods


def episodes(*, actor: Actor) -> QuerySet[AlertEpisode]:
    """Alert episodes of the actor's dealers, the costliest first when ordered by stake."""
    rows = AlertEpisode.objects.select_related("dealer", "rule")
    return policies.episode.visible_to(actor, rows)


def open_episodes(*, actor: Actor) -> QuerySet[AlertEpisode]:
    """Episodes that are not closed."""
    return (
        episodes(actor=actor).exclude(state="closed").order_by(F("stake_amount").desc(nulls_last=True), "pk")
    )


def readings(*, actor: Actor, episode: AlertEpisode) -> QuerySet[AlertReading]:
    """The months an episode was read in, oldest first."""
    rows = AlertReading.objects.filter(code=episode.code, dealer=episode.dealer, episode=episode.number)
    return policies.reading.visible_to(actor, rows).order_by("period", "revision")


def rules_in_force(month: Month) -> list[AlertRule]:
    """The version of every rule that holds at the business month's end, also one that switches it off."""
    _first, end = periods.business_calendar().bounds(month)
    rows = AlertRule.objects.filter(effective_from__lte=end).order_by("code", "-effective_from")
    return list(rows.distinct("code"))


def limits_of(rule: AlertRule) -> Limits:
    """The limits of a rule as the pure rules read them."""
    return Limits(high=_exact(rule.high), low=_exact(rule.low))


def _exact(value: Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(value)
