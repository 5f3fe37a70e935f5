"""The episodes that follow from readings: opened, carried on, closed with the reason, opened again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from django.db.models import F, Q

from apps.alerts.models import AlertEpisode, AlertReading, AlertRule
from apps.alerts.rules import CloseReason, Event

Key = tuple[int | None, int | None, str]
Numbered = tuple[int | None, int | None, str, int]
UPDATED = [
    "rule",
    "state",
    "last_on",
    "closed_on",
    "close_reason",
    "last_value",
    "stake_amount",
    "raised_at",
    "escalated_hours",
]


@dataclass(frozen=True)
class Moment:
    """When values are read: a month in a revision, or a day (revision 0) at an instant."""

    on: date
    period: date
    revision: int
    read_at: datetime | None = None


def bring_up(
    code: str,
    moment: Moment,
    readings: Sequence[AlertReading],
    labels: Mapping[str, str],
    now: datetime | None,
) -> None:
    """Bring the episodes of a code up to date with the readings of a month or day."""
    on = moment.on
    latest = {key_of(reading): reading for reading in readings}
    known = _known(code, {reading.episode for reading in readings})
    gone = _forget_unfounded(code, on, readings, known) if moment.revision else []
    fresh, changed = [], []
    for reading in readings:
        episode = known.get((*key_of(reading), reading.episode))
        if episode is None:
            fresh.append(_episode(reading, on, labels.get(reading.item, ""), now))
        elif episode.last_on <= on:
            changed.append(_updated(episode, reading, on, now))
    changed += _left_behind(latest, on, known)
    AlertEpisode.objects.bulk_create(fresh, batch_size=2000)
    AlertEpisode.objects.bulk_update([*changed, *gone], UPDATED, batch_size=2000)


def key_of(row: AlertReading | AlertEpisode) -> Key:
    """Whose row it is."""
    return (row.dealer_id, row.unit_id, row.item)


def _known(code: str, numbers: Collection[int]) -> dict[Numbered, AlertEpisode]:
    """The episodes that readings may carry on, and those that are not closed."""
    wanted = ~Q(state="closed") | Q(number__in=numbers)
    rows = AlertEpisode.objects.filter(wanted, code=code)
    return {(*key_of(row), row.number): row for row in rows}


def _forget_unfounded(
    code: str,
    on: date,
    readings: Sequence[AlertReading],
    known: dict[Numbered, AlertEpisode],
) -> list[AlertEpisode]:
    """Drop episodes that an earlier reading of this same month opened and this one does not; what somebody
    acknowledged is closed instead and returned.
    """
    founded = {(*key_of(reading), reading.episode) for reading in readings}
    kept = []
    for episode in AlertEpisode.objects.filter(
        code=code, rule__daily=False, opened_on=on, last_on=F("opened_on")
    ):
        key = (*key_of(episode), episode.number)
        if key in founded:
            continue
        known.pop(key, None)
        if episode.acknowledged_at is None:
            episode.delete()
        elif episode.state != "closed":
            kept.append(_closed(episode, on, CloseReason.UNFOUNDED))
    return kept


def _left_behind(
    latest: Mapping[Key, AlertReading], on: date, known: Mapping[Numbered, AlertEpisode]
) -> list[AlertEpisode]:
    """Open episodes of a place that a later one has taken the place of, closed with the reason."""
    closed = []
    for episode in known.values():
        reading = latest.get(key_of(episode))
        if reading is None or episode.number >= reading.episode or episode.last_on > on:
            continue
        if episode.state != "closed":
            reason = "" if episode.rule_id == reading.rule_id else CloseReason.RULE_REPLACED
            closed.append(_closed(episode, on, reason))
    return closed


def _closed(episode: AlertEpisode, on: date, reason: str) -> AlertEpisode:
    episode.state, episode.closed_on, episode.close_reason = "closed", on, reason
    return episode


def _episode(reading: AlertReading, on: date, label: str, now: datetime | None) -> AlertEpisode:
    return AlertEpisode(
        code=reading.code,
        rule_id=reading.rule_id,
        dealer_id=reading.dealer_id,
        unit_id=reading.unit_id,
        item=reading.item,
        item_label=label,
        number=reading.episode,
        side=reading.side,
        state="open" if reading.is_open else "closed",
        opened_on=on,
        last_on=on,
        closed_on=None if reading.is_open else on,
        first_value=cast("Decimal", reading.value),
        last_value=reading.value,
        stake_amount=reading.stake_amount,
        raised_at=now,
    )


def _updated(episode: AlertEpisode, reading: AlertReading, on: date, now: datetime | None) -> AlertEpisode:
    """The episode after one more value; a rule that ended leaves it with the version and value it had.

    What a person closed stays closed until the value was back and crosses the limit again.
    """
    was_closed = episode.state == "closed"
    episode.last_on = on
    if reading.event == Event.ENDED:
        return episode if was_closed else _closed(episode, on, _why_ended(episode, reading))
    if not (was_closed and not reading.is_open):
        episode.rule_id = reading.rule_id
    episode.last_value, episode.stake_amount = reading.value, reading.stake_amount
    by_hand = was_closed and episode.close_reason == CloseReason.BY_HAND
    if reading.is_open and not (by_hand and reading.event == Event.CONTINUED):
        if was_closed:
            episode.state, episode.raised_at, episode.escalated_hours = "open", now, 0
        episode.closed_on, episode.close_reason = None, ""
    elif not reading.is_open and not was_closed:
        _closed(episode, on, "")
    return episode


def _why_ended(episode: AlertEpisode, reading: AlertReading) -> CloseReason:
    rule: AlertRule = reading.rule
    if not rule.active:
        return CloseReason.RULE_ENDED
    return CloseReason.NOT_READ if episode.rule_id == rule.pk else CloseReason.RULE_REPLACED
