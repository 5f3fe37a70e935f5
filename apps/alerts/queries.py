"""Alerts an actor may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum

from apps.alerts import policies
from apps.alerts.models import AlertAction, AlertEpisode, AlertReading, AlertRule
from apps.alerts.rules import Limits, Outcome
from apps.core.access import Actor
from apps.kernel.period import Month
from apps.periods import queries as periods


def episodes(*, actor: Actor) -> QuerySet[AlertEpisode]:
    """Alert episodes of the actor's dealers, the costliest first when ordered by stake."""
    rows = AlertEpisode.objects.select_related("dealer", "unit", "rule")
    return policies.episode.visible_to(actor, rows)


def open_episodes(*, actor: Actor) -> QuerySet[AlertEpisode]:
    """Episodes that are not closed."""
    return (
        episodes(actor=actor).exclude(state="closed").order_by(F("stake_amount").desc(nulls_last=True), "pk")
    )


def readings(*, actor: Actor, episode: AlertEpisode) -> QuerySet[AlertReading]:
    """The months or days an episode was read on, oldest first."""
    rows = AlertReading.objects.filter(
        code=episode.code, dealer=episode.dealer_id, item=episode.item, episode=episode.number
    )
    if episode.dealer_id is None:
        rows = AlertReading.objects.filter(
            code=episode.code, unit=episode.unit_id, item=episode.item, episode=episode.number
        )
    return policies.reading.visible_to(actor, rows).order_by("period", "revision", "read_at", "pk")


def actions(*, actor: Actor, episode: AlertEpisode) -> QuerySet[AlertAction]:
    """What is done about an alert, in the order it was planned."""
    rows = AlertAction.objects.filter(episode=episode).select_related("episode")
    return policies.action.visible_to(actor, rows)


def all_actions(*, actor: Actor) -> QuerySet[AlertAction]:
    """Measures of all alerts the actor may see."""
    return policies.action.visible_to(actor, AlertAction.objects.select_related("episode"))


@dataclass(frozen=True)
class RuleSet:
    """The versions in force under one code: the rule for all cars, and those for one item each."""

    code: str
    general: AlertRule | None = None
    items: Mapping[str, AlertRule] = field(default_factory=dict)

    @property
    def any(self) -> AlertRule:
        """One of them, which says what the code reads."""
        return self.general or next(iter(self.items.values()))

    @property
    def active(self) -> bool:
        """Whether any of them reads."""
        return any(rule.active for rule in (self.general, *self.items.values()) if rule)

    def rule_for(self, *keys: str) -> AlertRule | None:
        """The rule of the first of these items that has its own, else the one for all; None when inactive."""
        found = next((self.items[key] for key in keys if key in self.items), self.general)
        return found if found is not None and found.active else None


def rules_in_force(on: date, *, daily: bool) -> list[RuleSet]:
    """The versions of every code that hold on a day, also those that switch it off."""
    rows = AlertRule.objects.filter(effective_from__lte=on, daily=daily)
    newest = rows.order_by("code", "item", "-effective_from").distinct("code", "item")
    by_code: dict[str, dict[str, AlertRule]] = {}
    for rule in newest:
        by_code.setdefault(rule.code, {})[rule.item] = rule
    return [RuleSet(code, found.pop("", None), found) for code, found in sorted(by_code.items())]


def last_day(month: Month) -> date:
    """The last day of a business month, on which its rules are looked up."""
    return periods.business_calendar().bounds(month)[1]


def limits_of(rule: AlertRule) -> Limits:
    """The limits of a rule as the pure rules read them."""
    return Limits(high=_exact(rule.high), low=_exact(rule.low), cooldown_days=rule.cooldown_days)


@dataclass(frozen=True)
class Precision:
    """How useful a rule's alerts were: opened, acted on (a plan or a measure), false, still unanswered."""

    rule: AlertRule
    opened: int
    acted: int
    false_alarms: int
    unanswered: int
    stake_amount: Decimal | None

    @property
    def rate(self) -> Decimal | None:
        """The share of its alerts that led to action; None without any alert."""
        return Decimal(self.acted) / self.opened if self.opened else None


def precision(*, actor: Actor, since: date, until: date) -> Sequence[Precision]:
    """Of the alerts opened within these days, how many led to action, by code. Source: I-12."""
    acted = (Q(acknowledged_at__isnull=False) | Q(actions__isnull=False)) & ~Q(outcome=Outcome.FALSE_ALARM)
    rows = (
        episodes(actor=actor)
        .filter(opened_on__gte=since, opened_on__lte=until)
        .order_by()
        .values("code")
        .annotate(
            opened=Count("pk", distinct=True),
            acted=Count("pk", distinct=True, filter=acted),
            false_alarms=Count("pk", distinct=True, filter=Q(outcome=Outcome.FALSE_ALARM)),
            unanswered=Count("pk", distinct=True, filter=Q(state="open")),
        )
    )
    found = {row.pop("code"): row for row in rows}
    newest = AlertRule.objects.filter(code__in=found).order_by("code", "-item", "version")
    named = {rule.code: rule for rule in policies.rule.visible_to(actor, newest)}
    stakes = _stakes(actor, since, until)
    return [
        Precision(rule=named[code], stake_amount=stakes.get(code), **counts)
        for code, counts in sorted(found.items())
        if code in named
    ]


def _stakes(actor: Actor, since: date, until: date) -> dict[str, Decimal | None]:
    rows = episodes(actor=actor).filter(opened_on__gte=since, opened_on__lte=until).order_by()
    return dict(rows.values("code").annotate(total=Sum("stake_amount")).values_list("code", "total"))


def _exact(value: Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(value)
