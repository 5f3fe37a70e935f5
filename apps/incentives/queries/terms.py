"""Which version of a policy is for a term, and what a close computes: policies, their terms, the dealers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from apps.incentives.models import PolicyVersion
from apps.incentives.rules.facts import Window
from apps.incentives.rules.lifecycle import PUBLIC
from apps.kernel.period import Month, months_between
from apps.metrics import membership
from apps.periods import queries as periods


@dataclass(frozen=True)
class OnDay:
    """A version of a policy with the term it is for."""

    version: PolicyVersion
    window: Window


@dataclass(frozen=True)
class Due(OnDay):
    """The same for a month that is computed: the months of the term up to it."""

    months: tuple[Month, ...]


def version_on(policy_id: int, window: Window) -> PolicyVersion | None:
    """The published version that is for a window: in force on its first day, else the first one in it."""
    rows = PolicyVersion.objects.filter(policy=policy_id, state__in=[state.value for state in PUBLIC])
    rows = rows.filter(effective_from__lte=window.last).filter(
        Q(effective_to__isnull=True) | Q(effective_to__gte=window.first)
    )
    begun = rows.filter(effective_from__lte=window.first).order_by("-effective_from", "-version").first()
    return begun or rows.order_by("effective_from", "-version").first()


def due(month: Month) -> list[Due]:
    """Every published policy whose term includes the last day of a business month, with its version."""
    end = periods.business_calendar().bounds(month)[1]
    return [Due(each.version, each.window, _months(each.window, month)) for each in of_day(end)]


def of_day(day: date) -> list[OnDay]:
    """The term of every published policy that a day lies in, with the version that is for it."""
    found = []
    for version in _in_force(day):
        window = version.read.window_of(day)
        applied = None if window is None else version_on(version.policy_id, window)
        if window is not None and applied is not None:
            found.append(OnDay(applied, window))
    return found


def _in_force(day: date) -> list[PolicyVersion]:
    """The version of each policy in force on a day, in the order of their codes."""
    rows = PolicyVersion.objects.filter(
        state__in=[state.value for state in PUBLIC], effective_from__lte=day
    ).filter(Q(effective_to__isnull=True) | Q(effective_to__gte=day))
    newest = rows.order_by("policy__code", "-effective_from", "-version").distinct("policy__code")
    return list(newest.select_related("policy"))


def _months(window: Window, month: Month) -> tuple[Month, ...]:
    """The business months of a term up to this one."""
    first = min(periods.business_calendar().month_of(window.first), month)
    return tuple(months_between(first, month))


def dealers_of(window: Window) -> list[int]:
    """The dealers that existed in a month of the window."""
    return members(months_between(Month.of(window.first), Month.of(window.last)))


def members(months: Iterable[Month], within: tuple[int, int] | None = None) -> list[int]:
    """Dealers (with ids in a range) that existed in one of the business months."""
    found: set[int] = set()
    for month in months:
        rows = membership.members(month)
        rows = rows if within is None else rows.filter(pk__range=within)
        found.update(rows.values_list("pk", flat=True))
    return sorted(found)
