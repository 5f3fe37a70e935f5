"""What all services share: refusals, locking, checked saving, dated rows, audit events a person can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers.models import Dealer
from apps.dealers.rules import names
from apps.dealers.rules.spans import Span

Kept = TypeVar("Kept", bound=Model)

FACTS = (
    "code", "name", "short_name", "unit", "group", "province", "city", "county", "city_tier", "address",
    "latitude", "longitude",
    "store_type", "channel_pattern", "partner_type", "capabilities", "status", "opened_on", "closed_on",
    "contract_from", "contract_to", "merged_into",
)  # fmt: skip


def today_of(now: datetime) -> date:
    """The calendar day of a moment, in the network's time zone."""
    return timezone.localtime(now).date()


def refusal(code: str, field: str, message: str) -> DomainError:
    """A refusal that belongs to one input."""
    return DomainError(code, message, fields={field: message})


def lock_dealer(dealer: Dealer, seen: int | None = None) -> Dealer:
    """The dealer as it is now, held until the transaction ends; `stale` when `seen` is an older version."""
    row = Dealer.objects.select_for_update(of=("self",)).get(pk=dealer.pk)
    if seen is not None and row.version != seen:
        raise DomainError(
            "stale", _("Somebody changed this dealer in the meantime. Look at it again before you save.")
        )
    return row


def require_free_code(code: str, dealer: Dealer | None = None) -> str:
    """The code as it is kept; `code_taken` when another dealer carries or carried it."""
    code = names.clean_code(code)
    jobs.lock("dealers.codes")
    others = Dealer.objects.filter(Q(code=code) | Q(codes__code=code))
    other = (others.exclude(pk=dealer.pk) if dealer else others).first()
    if other is not None:
        message = _("Code %(code)s belongs to %(name)s.") % {"code": code, "name": other.name}
        raise refusal("code_taken", "code", message)
    return code


def require_past(day: date, now: datetime, field: str = "on") -> None:
    """`future` when the day has not come: a state that is shown as today's cannot begin later."""
    if day > today_of(now):
        raise refusal("future", field, _("Choose today or an earlier day."))


def checked(row: Kept) -> Kept:
    """The row, when lengths and choices of its plain fields hold; `invalid` names the wrong ones."""
    relations = [field.name for field in row._meta.fields if field.is_relation]
    try:
        row.clean_fields(exclude=relations)
    except ValidationError as error:
        wrong = {name: " ".join(texts) for name, texts in error.message_dict.items()}
        raise DomainError("invalid", _("Some fields are not right."), fields=wrong) from error
    return row


def facts(dealer: Dealer) -> dict[str, Any]:
    """The dealer's fields as the audit trail keeps them: names instead of keys."""
    values = {name: getattr(dealer, name) for name in FACTS}
    return {name: str(value) if isinstance(value, Model) else value for name, value in values.items()}


def save_dealer(
    dealer: Dealer,
    *,
    action: str,
    before: Mapping[str, Any] | None,
    actor: Actor,
    now: datetime,
    note: Mapping[str, Any] | None = None,
) -> Dealer:
    """Save a dealer with its search keys and version, and record what differs from `before`."""
    dealer.name_key = names.sort_key(dealer.name)
    dealer.search_key = names.search_key(dealer.code, dealer.name, dealer.short_name)
    if before is not None:
        dealer.version += 1
    checked(dealer).save()
    was, became = audit.difference(before or {}, facts(dealer))
    if before is None:
        became = said(became)
    audit.record(
        actor=actor,
        action=action,
        obj=dealer,
        now=now,
        before=None if before is None else was,
        after=became | dict(note or {}),
        dealer_id=dealer.pk,
    )
    return dealer


def said(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that say something."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def replace_rows(existing: Iterable[Kept], wanted: Iterable[Kept], keys: tuple[str, ...]) -> None:
    """Make the stored rows those wanted: rows equal in all keys stay, others go before new ones come."""
    kept = {tuple(getattr(row, key) for key in keys): row for row in existing}
    fresh = {tuple(getattr(row, key) for key in keys): row for row in wanted}
    for key, row in kept.items():
        if key not in fresh:
            row.delete()
    for key, row in fresh.items():
        if key not in kept:
            row.save()


def period_of(span: Span[Any]) -> dict[str, Any]:
    """The dates of a span as model fields."""
    return {"valid_from": span.start, "valid_to": span.end}
