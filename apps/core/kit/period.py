"""The month people look at: picked once, kept in the session, shown at the head of every page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from apps.core.access import ANONYMOUS, Actor
from apps.kernel.period import Month, PeriodError

KEY = "period"
_READ = "_period_choices"


@dataclass(frozen=True)
class Choice:
    """A month one may look at; `frozen` when it is closed for good, `reading` as its source knows it."""

    month: Month
    frozen: bool
    reading: Any = None


Source = Callable[[Actor], Sequence[Choice]]
_sources: list[Source] = []


def choices_from(source: Source) -> None:
    """Name the function that lists the months with data, newest first; registered once at start-up."""
    if source not in _sources:
        _sources.append(source)


def choices(request: HttpRequest) -> list[Choice]:
    """The months that can be picked, newest first; read once in a request."""
    kept = vars(request)
    if _READ not in kept:
        actor = getattr(request, "actor", ANONYMOUS)
        kept[_READ] = [choice for source in _sources for choice in source(actor)] if actor.user_id else []
    known: list[Choice] = kept[_READ]
    return known


def picked(request: HttpRequest) -> Month:
    """The month asked for in the address, else the one kept, else the newest closed one, else this month."""
    asked = _read(request.GET.get(KEY))
    if asked is not None:
        return asked
    kept = _read(request.session.get(KEY)) if hasattr(request, "session") else None
    return kept or _newest(choices(request))


def keep(request: HttpRequest, month: Month) -> None:
    """Remember the month for the rest of the session."""
    request.session[KEY] = str(month)


def _newest(known: Sequence[Choice]) -> Month:
    closed = [choice.month for choice in known if choice.frozen]
    return max(closed or [choice.month for choice in known] or [Month.of(timezone.localdate())])


def _read(text: object) -> Month | None:
    try:
        return Month.parse(text) if isinstance(text, str) else None
    except PeriodError:
        return None
