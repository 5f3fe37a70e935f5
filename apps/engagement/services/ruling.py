"""Earn rules are declared in dated versions; what was earned under an earlier one stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.engagement import events, policies
from apps.engagement.models import EarnRule


@dataclass(frozen=True)
class Given:
    """A version of an earn rule as somebody sets it; points for each unit of the event."""

    code: str
    label_zh: str
    label_en: str
    event: str
    roles: Sequence[str]
    points: Decimal
    effective_from: date
    factor: Decimal = Decimal(1)
    day_cap: int | None = None
    month_cap: int | None = None
    valid_months: int = 24
    active: bool = True


@transaction.atomic
def set_rule(*, given: Given, actor: Actor, now: datetime) -> EarnRule:
    """Set the next version of a rule, or its first; it holds from a day that is not past.

    Errors: `past`, `later_version` when a version from the same or a later day is there, `unknown_event`.
    """
    if not actor.may(policies.MANAGE):
        raise DomainError("forbidden", _("Your role does not include this action."))
    if given.event not in events.events():
        raise DomainError("unknown_event", _("There is no such event."), fields={"event": _("Unknown.")})
    if given.effective_from < timezone.localdate(now):
        text = _("A rule holds from today on at the earliest.")
        raise DomainError("past", text, fields={"effective_from": text})
    jobs.lock(f"engagement.rule:{given.code}")
    last = EarnRule.objects.filter(code=given.code).order_by("-version").first()
    if last is not None and last.effective_from >= given.effective_from:
        text = _("A version from this day or a later one is there already.")
        raise DomainError("later_version", text, fields={"effective_from": text})
    row = EarnRule(version=last.version + 1 if last else 1, recorded_at=now, recorded_by=actor.label[:150])
    for name, value in vars(given).items():
        setattr(row, name, list(value) if name == "roles" else value)
    row.save()
    before = audit.snapshot(last) if last else {}
    old, new = audit.difference(before, audit.snapshot(row))
    audit.record(actor=actor, action=policies.MANAGE, obj=row, now=now, before=old, after=new)
    return row
