"""The people of a dealer, managed by its general manager."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts import policies, queries
from apps.accounts.models import User
from apps.accounts.services import users
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers.models import Dealer


@transaction.atomic
def hire(
    *,
    dealer: Dealer,
    role: str,
    username: str,
    display_name: str,
    email: str,
    mobile: str = "",
    actor: Actor,
    now: datetime,
) -> User:
    """Create a user with a role below general manager at a dealer of the actor.

    Its name begins with the code of the dealer, so that a taken name tells nothing of other dealers. Raises
    DomainError when dealer or role are not the actor's to give.
    """
    if not queries.led_dealers(actor=actor).filter(pk=dealer.pk).exists():
        raise DomainError("dealer", _("Name a dealer of yours."), fields={"dealer": _("Not found.")})
    if role not in policies.STAFF_ROLES:
        raise DomainError("role", _("Choose a role."), fields={"role": _("Choose a role.")})
    user = users.create_user(
        username=f"{dealer.code.lower()}.{username}",
        display_name=display_name,
        password=None,
        email=email,
        mobile=mobile,
        actor=actor,
        now=now,
    )
    today = timezone.localtime(now).date()
    users.assign(user=user, role=role, dealer=dealer, valid_from=today, actor=actor, now=now)
    return user
