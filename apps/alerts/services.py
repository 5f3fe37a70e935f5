"""Alerts are read from the monthly store, month by month; people acknowledge them and plan."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import cast

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from apps.alerts import queries
from apps.alerts.models import AlertEpisode, AlertReading, AlertRule
from apps.alerts.rules import CloseReason, Event, Side, State, end, excess_stock_cost, start_over, step
from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.kernel import money
from apps.kernel.period import Month
from apps.metrics.models import KpiValue, MonthRevision

STAKE_KPIS = frozenset({"inventory.coefficient", "inventory.coefficient_3m"})


@transaction.atomic
def scan(*, month: Month, revision: int) -> int:
    """Read every rule in force over the month's KPI values and bring the episodes up to date.

    A rule that was switched off or replaced closes the episodes its earlier version left open. Replaces its
    own readings of (month, revision), so reading twice changes nothing; returns how many.
    """
    written = 0
    for rule in queries.rules_in_force(month):
        AlertReading.objects.filter(period=month.first, revision=revision, code=rule.code).delete()
        readings = _read(rule, month, revision)
        AlertReading.objects.bulk_create(readings, batch_size=2000)
        _bring_up_episodes(rule, month, readings)
        written += len(readings)
    return written


@transaction.atomic
def acknowledge(*, episode: AlertEpisode, plan: str, actor: Actor, now: datetime) -> AlertEpisode:
    """Take note of an open alert and say what will be done; raises `closed` for a closed one."""
    locked = AlertEpisode.objects.select_for_update().get(pk=episode.pk)
    if locked.state == "closed":
        raise DomainError("closed", _("This alert is closed already."))
    before = {"state": locked.state, "plan": locked.plan}
    locked.state, locked.plan = "acknowledged", plan
    locked.acknowledged_by, locked.acknowledged_at = actor.label, now
    locked.save(update_fields=["state", "plan", "acknowledged_by", "acknowledged_at"])
    after = {"state": locked.state, "plan": plan}
    audit.record(actor=actor, action="alerts.acknowledge", obj=locked, now=now, before=before, after=after)
    return locked


def _read(rule: AlertRule, month: Month, revision: int) -> list[AlertReading]:
    """Every dealer the rule reads, and every one it leaves with an open episode."""
    values = _values(rule, month, revision) if rule.active else {}
    states = _states_before(rule.code, month)
    limits = queries.limits_of(rule)
    readings = []
    for dealer in sorted({*values, *(key for key, (state, _rule) in states.items() if state.is_open)}):
        state, read_by = states.get(dealer, (State(), rule.pk))
        found = values.get(dealer)
        if found is None:
            state, event = end(state)
        elif read_by != rule.pk:
            state, event = start_over(state, found.value, limits)
        else:
            state, event = step(state, found.value, limits)
        if event is Event.NONE and state.episode == 0:
            continue
        found = found or KpiValue(period=month.first, revision=revision, kpi=rule.kpi, dealer_id=dealer)
        readings.append(_reading(rule, found, state, event))
    return readings


def _values(rule: AlertRule, month: Month, revision: int) -> dict[int, KpiValue]:
    rows = KpiValue.objects.filter(period=month.first, revision=revision, kpi=rule.kpi)
    return {row.dealer_id: row for row in rows}


def _reading(rule: AlertRule, found: KpiValue, state: State, event: Event) -> AlertReading:
    return AlertReading(
        rule=rule,
        dealer_id=found.dealer_id,
        period=found.period,
        revision=found.revision,
        code=rule.code,
        value=found.value,
        event=event,
        episode=state.episode,
        side=state.side or "",
        is_open=state.is_open,
        armed=state.armed,
        stake_amount=_stake(rule, found) if state.is_open and state.side is Side.HIGH else None,
    )


def _states_before(code: str, month: Month) -> dict[int, tuple[State, int]]:
    """Each dealer's state after the last month read before this one, in that month's current revision, and
    the version of the rule that read it.
    """
    newer = MonthRevision.objects.filter(
        period=OuterRef("period"), revision__gt=OuterRef("revision"), computed_at__isnull=False
    )
    rows = (
        AlertReading.objects.filter(~Exists(newer), code=code, period__lt=month.first)
        .order_by("dealer_id", "-period")
        .distinct("dealer_id")
    )
    return {
        row.dealer_id: (
            State(row.episode, Side(row.side) if row.side else None, row.is_open, row.armed),
            row.rule_id,
        )
        for row in rows
    }


def _stake(rule: AlertRule, found: KpiValue) -> Decimal | None:
    known = (rule.high, rule.unit_value, rule.annual_rate, found.numerator, found.denominator)
    if rule.kpi not in STAKE_KPIS or any(part is None for part in known):
        return None
    high, unit_value, annual_rate, stock, sales = known
    return money.round_step(
        "alert.stake",
        excess_stock_cost(stock, sales, high, unit_value, annual_rate),  # type: ignore[arg-type]
    )


def _bring_up_episodes(rule: AlertRule, month: Month, readings: list[AlertReading]) -> None:
    rows = AlertEpisode.objects.filter(code=rule.code, dealer__in=[r.dealer_id for r in readings])
    known = {(row.dealer_id, row.number): row for row in rows}
    gone = _forget_unfounded(rule, month, readings, known)
    fresh, changed = [], []
    for reading in readings:
        episode = known.get((reading.dealer_id, reading.episode))
        if episode is None:
            fresh.append(_episode(rule, reading))
        elif episode.last_period <= reading.period:
            changed.append(_updated(episode, rule, reading))
    changed += _left_behind(rule, month, readings, known)
    AlertEpisode.objects.bulk_create(fresh, batch_size=2000)
    AlertEpisode.objects.bulk_update([*changed, *gone], _UPDATED, batch_size=2000)


_UPDATED = ["rule", "state", "last_period", "closed_period", "close_reason", "last_value", "stake_amount"]


def _forget_unfounded(
    rule: AlertRule, month: Month, readings: list[AlertReading], known: dict[tuple[int, int], AlertEpisode]
) -> list[AlertEpisode]:
    """Drop episodes that an earlier reading of this same month opened and this one does not; what somebody
    acknowledged is closed instead and returned.
    """
    founded = {(reading.dealer_id, reading.episode) for reading in readings}
    kept = []
    for episode in AlertEpisode.objects.filter(
        code=rule.code, opened_period=month.first, last_period=month.first
    ):
        if (episode.dealer_id, episode.number) in founded:
            continue
        known.pop((episode.dealer_id, episode.number), None)
        if episode.acknowledged_at is None:
            episode.delete()
        elif episode.state != "closed":
            kept.append(_closed(episode, month.first, CloseReason.UNFOUNDED))
    return kept


def _left_behind(
    rule: AlertRule, month: Month, readings: list[AlertReading], known: dict[tuple[int, int], AlertEpisode]
) -> list[AlertEpisode]:
    """Open episodes of a dealer that a later one has taken the place of, closed with the reason."""
    latest = {reading.dealer_id: reading.episode for reading in readings}
    closed = []
    for (dealer, number), episode in known.items():
        if number < latest[dealer] and episode.state != "closed" and episode.last_period <= month.first:
            reason = "" if episode.rule_id == rule.pk else CloseReason.RULE_REPLACED
            closed.append(_closed(episode, month.first, reason))
    return closed


def _closed(episode: AlertEpisode, on: date, reason: str) -> AlertEpisode:
    episode.state, episode.closed_period, episode.close_reason = "closed", on, reason
    return episode


def _episode(rule: AlertRule, reading: AlertReading) -> AlertEpisode:
    return AlertEpisode(
        code=rule.code,
        rule=rule,
        dealer_id=reading.dealer_id,
        number=reading.episode,
        side=reading.side,
        state="open" if reading.is_open else "closed",
        opened_period=reading.period,
        last_period=reading.period,
        closed_period=None if reading.is_open else reading.period,
        first_value=cast("Decimal", reading.value),
        last_value=reading.value,
        stake_amount=reading.stake_amount,
    )


def _updated(episode: AlertEpisode, rule: AlertRule, reading: AlertReading) -> AlertEpisode:
    """The episode after one more month; a rule that ended leaves it with the version and value it had."""
    was_closed = episode.state == "closed"
    if reading.event == Event.ENDED:
        reason = _why_ended(episode, rule, reading)
        episode.last_period = reading.period
        return _closed(episode, reading.period, reason)
    episode.rule = episode.rule if was_closed and not reading.is_open else rule
    episode.last_period = reading.period
    episode.last_value, episode.stake_amount = reading.value, reading.stake_amount
    if reading.is_open:
        episode.state = "open" if was_closed else episode.state
        episode.closed_period, episode.close_reason = None, ""
    elif not was_closed:
        _closed(episode, reading.period, "")
    return episode


def _why_ended(episode: AlertEpisode, rule: AlertRule, reading: AlertReading) -> CloseReason:
    if not rule.active:
        return CloseReason.RULE_ENDED
    return CloseReason.NOT_READ if episode.rule_id == rule.pk else CloseReason.RULE_REPLACED


money.register_step("alert.stake", "the yearly cost shown on an alert")
