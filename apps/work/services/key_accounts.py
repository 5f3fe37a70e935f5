"""Key accounts: who buys for many, and which unit looks after them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import audit, reach
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers.models import OrgUnit
from apps.work.models import KeyAccount


@transaction.atomic
def create_key_account(
    *, unit: OrgUnit, code: str, name: str, address: str, actor: Actor, now: datetime
) -> KeyAccount:
    """Add a key account to a unit of one's own; its code is unique."""
    if not actor.scope.everything and unit.pk not in actor.scope.unit_ids:
        message = _("Choose one of your own units.")
        raise DomainError("unit", message, fields={"unit": message})
    with reach.beyond("a code is used once, whoever's it is"):
        taken = KeyAccount.objects.filter(code=code).exists()
    if taken:
        message = _("Another key account has this code.")
        raise DomainError("code_taken", message, fields={"code": message})
    row = KeyAccount.objects.create(unit=unit, code=code, name=name, address=address)
    after = audit.snapshot(row)
    audit.record(actor=actor, action="work.create_key_account", obj=row, now=now, after=after)
    return row
