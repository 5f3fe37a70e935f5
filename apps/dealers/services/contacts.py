"""Whom to call at a dealer: personal data, shown in clear only with a reason that is recorded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core import audit, jobs, pii, trail
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers import policies
from apps.dealers.models import Dealer, DealerContact
from apps.dealers.rules import ContactRole
from apps.dealers.services import recording

MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"0\d{9,11}")
REVEALS_A_DAY = 50
SHORTEST_REASON = 4


class ContactDetails(TypedDict, total=False):
    """What may be said about a contact person; an empty text takes the value away."""

    role: str
    name: str
    mobile: str
    email: str


@dataclass(frozen=True)
class Revealed:
    """The clear values of a contact person."""

    name: str
    mobile: str
    email: str


@transaction.atomic
def create_contact(
    *, dealer: Dealer, actor: Actor, now: datetime, **details: Unpack[ContactDetails]
) -> DealerContact:
    """Add a contact person to a dealer; `known` when the dealer has one with this mobile already."""
    row = DealerContact(dealer=recording.lock_dealer(dealer), updated_at=now)
    _fill(row, details)
    others = DealerContact.objects.filter(dealer=dealer, mobile_key=row.mobile_key).exclude(mobile_key="")
    if others.exists():
        message = _("This dealer has a contact person with this number already.")
        raise recording.refusal("known", "mobile", message)
    row.save()
    audit.record(
        actor=actor, action="dealers.create_contact", obj=row, now=now, after=recording.said(_shown(row))
    )
    return row


@transaction.atomic
def change_contact(
    *, contact: DealerContact, actor: Actor, now: datetime, **details: Unpack[ContactDetails]
) -> DealerContact:
    """Change what is said about a contact person; what is not given stays as it is."""
    row = DealerContact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    if row.erased_at is not None:
        raise DomainError("erased", _("The data of this person were erased; add a new contact person."))
    before, held = _shown(row), (row.name, row.mobile, row.email)
    _fill(row, details)
    row.updated_at = now
    row.save()
    was, became = audit.difference(before, _shown(row))
    replaced = [
        name
        for name, old in zip(("name", "mobile", "email"), held, strict=True)
        if name not in became and getattr(row, name) != old
    ]
    for name in replaced:  # another value that looks the same behind its mask
        was[name], became[name] = before[name], _shown(row)[name]
    if became:
        audit.record(actor=actor, action="dealers.change_contact", obj=row, now=now, before=was, after=became)
    return row


@transaction.atomic
def reveal_contact(*, contact: DealerContact, reason: str, actor: Actor, now: datetime) -> Revealed:
    """The clear values of a contact person, for a reason that is recorded; errors `forbidden`,
    `reason_missing`, `too_many` (50 a day for each person).
    """
    decision = policies.contact.can(actor, policies.REVEAL, contact)
    if not decision:
        raise DomainError("forbidden", decision.reason)
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise recording.refusal("reason_missing", "reason", _("Say why you need the clear data."))
    jobs.lock(f"dealers.reveal:{actor.user_id}")
    if trail.count_of("dealers.reveal_contact", actor=actor, since=_midnight(now)) >= REVEALS_A_DAY:
        raise DomainError(
            "too_many", _("You looked at %(count)s persons today; ask again tomorrow."), count=REVEALS_A_DAY
        )
    row = DealerContact.objects.get(pk=contact.pk)
    after = {"reason": pii.mask_text(reason)[:300]}
    audit.record(actor=actor, action="dealers.reveal_contact", obj=row, now=now, after=after)
    values = (getattr(row, name) for name in ("name", "mobile", "email"))
    return Revealed(*(held.reveal() if held else "" for held in values))


@transaction.atomic
def erase_contact(*, contact: DealerContact, reason: str, actor: Actor, now: datetime) -> DealerContact:
    """Erase the data of a person who asks for it; the row, the trail and all figures stay."""
    row = DealerContact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    if row.erased_at is not None:
        return row
    before = recording.said(_shown(row))
    row.name = row.mobile = row.email = None
    row.erased_at = row.updated_at = now
    row.save()
    after = {"reason": pii.mask_text(reason)[:300], "erased_at": now}
    audit.record(actor=actor, action="dealers.erase_contact", obj=row, now=now, before=before, after=after)
    return row


def is_number(text: str) -> bool:
    """Whether it is a mobile number of the mainland, or a landline with its area code."""
    number = pii.normalised(text, "mobile")
    return bool(MOBILE.fullmatch(number) or LANDLINE.fullmatch(number))


def refused(details: ContactDetails) -> dict[str, str]:
    """What is wrong with given values, by field."""
    wrong: dict[str, str] = {}
    mobile, email = details.get("mobile", ""), details.get("email", "")
    if mobile.strip() and not is_number(mobile):
        wrong["mobile"] = _("Write a mobile number of 11 digits, or a landline with its area code.")
    if email:
        try:
            validate_email(email)
        except ValidationError:
            wrong["email"] = _("This is no e-mail address.")
    if "role" in details and details["role"] not in set(ContactRole):
        wrong["role"] = _("Choose a role.")
    return wrong


def _fill(row: DealerContact, details: ContactDetails) -> None:
    wrong = refused(details)
    if wrong:
        raise DomainError("invalid", _("Some fields are not right."), fields=wrong)
    for field in row._meta.concrete_fields:
        if field.name in details:
            setattr(row, field.name, field.to_python(details[field.name]))  # type: ignore[literal-required]
    if not row.name:
        raise recording.refusal("name_missing", "name", _("Name the person."))
    for name in ("mobile", "email"):
        held = getattr(row, name)
        setattr(row, f"{name}_key", pii.key_of(held.reveal(), name) if held else "")


def _shown(row: DealerContact) -> dict[str, str]:
    """What the trail keeps of a person: masks."""
    return {name: str(getattr(row, name) or "") for name in ("role", "name", "mobile", "email")}


def _midnight(now: datetime) -> datetime:
    return datetime.combine(timezone.localtime(now).date(), time.min, timezone.get_current_timezone())
