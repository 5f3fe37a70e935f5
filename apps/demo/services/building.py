"""The whole sample, in order: catalogue, dealers, people, facts, feeds, closed months."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from apps.closing import runner
from apps.closing import services as closing
from apps.core import access
from apps.dealers.models import Dealer
from apps.demo.rules import Profile, Story, profiles
from apps.demo.services import (
    answers,
    bonuses,
    cast,
    catalogue,
    drafts,
    duties,
    facts,
    fieldwork,
    goals,
    network,
    orders,
    papers,
    rebates,
    rewards,
    shared,
    statements,
    surveys,
    wallets,
    yard,
)
from apps.forecasting.services import computing
from apps.kernel.period import Month

Say = Callable[[str], None]
FORECASTS = 4
"""So many of the last months are forecast at once; workers do the earlier ones."""


@dataclass(frozen=True)
class Plan:
    """How big the sample is; `end` is its last closed month, the month after it is open and half full."""

    dealers: int
    months: int
    seed: int
    end: Month


def build(plan: Plan, *, now: datetime, say: Say, closing_too: bool = True) -> None:
    """Build the sample in an empty data base: all that comes in, then (if wanted) every month closed."""
    actor = access.system("样例运营")
    months = [plan.end.shift(-back) for back in range(plan.months - 1, -2, -1)]
    found = profiles(plan.dealers, plan.seed)
    with transaction.atomic():
        say("models and dealers")
        models = catalogue.build()
        rows = network.build(found, seed=plan.seed, opened_before=months[0].first, actor=actor, now=now)
        dealers = {row.code: row.pk for row in rows}
        cast.build(dealer=_hero(rows, found), neighbour=rows[0], actor=actor, now=now)
        bonuses.staff(_hero(rows, found))
        say("cars and deliveries")
        last_day = min(now.date(), months[-1].last)
        cars = facts.load(
            found, dealers, models, months, seed=plan.seed, last_day=last_day, now=now, progress=say
        )
        facts.feeds(found, dealers, months[:-1], seed=plan.seed)
        say("the yard")
        yard.load(hero=_hero(rows, found), now=now, today=last_day)
        say("visits and bulletins")
        fieldwork.build(seed=plan.seed, now=now)
        say("targets and scores")
        goals.load(months, actor=actor, now=now)
        say("accounts and orders")
        orders.build(rows, _hero(rows, found), seed=plan.seed, actor=actor, now=now)
        say("duties")
        duties.load(months[-2:], now=now)
        say("statements and points")
        statements.load(found, dealers, months[:-1], seed=plan.seed)
        surveys.climate(months[:-1])
        rewards.build(rows, _hero(rows, found), last=plan.end, actor=actor, now=now)
    say(f"{cars} cars")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    if closing_too:
        _settled(plan, actor=actor, now=now, say=say)
        say("today")
        _today(_hero(rows, found), rows[0], plan.end, actor, now)


def _today(hero: Dealer, neighbour: Dealer, last: Month, actor: access.Actor, now: datetime) -> None:
    """What people find on their desks and do about it."""
    papers.build(dealer=hero, last=last, now=now)
    wallets.build(hero=hero, now=now)
    shared.build(hero=hero, neighbour=neighbour, actor=actor, now=now)
    answers.build(actor=actor, now=now)


def _settled(plan: Plan, *, actor: access.Actor, now: datetime, say: Say) -> None:
    """Every month closed, and what comes of it: rebates, awards, bonuses, the next policy as a draft."""
    months = [plan.end.shift(-back) for back in range(plan.months - 1, -1, -1)]
    if plan.months > 2:
        rebates.publish(last=plan.end)
    close(months, actor=actor, say=say)
    if plan.months > 2:
        say("rebates")
        rebates.build(last=plan.end, actor=actor, now=now)
        bonuses.build(last=plan.end, now=now)
    if plan.months > 3:
        drafts.build(code=rebates.CODE, last=plan.end, actor=actor, now=now)


def close(months: list[Month], *, actor: access.Actor, say: Say) -> None:
    """Close the months one after another."""
    for month in months:
        say(f"closing {month}")
        runner.work_through(closing.close_month(month=month, actor=actor, now=timezone.now()))
        if month in months[-FORECASTS:]:
            computing.compute(month=month, now=timezone.now())
    surveys.demand(last=months[-1], now=timezone.now())


def _hero(rows: list[Dealer], found: list[Profile]) -> Dealer:
    """The dealer whose people get log-ins: an overstocked one, because it has most to look at."""
    by_code = {row.code: row for row in rows}
    for profile in found:
        if profile.story is Story.OVERSTOCKED:
            return by_code[profile.code]
    return rows[-1]
