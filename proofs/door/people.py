"""People for the proofs at the door, made through the services of the product."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.core.access import system
from apps.dealers import services as dealers
from apps.dealers.models import Dealer, OrgUnit
from apps.dealers.rules import UnitKind

PASSWORD = "vier bunte socken im wind"  # noqa: S105 - of people who exist during a proof only
SINCE = date(2020, 1, 1)
ACTOR = system("proof")


def headquarters() -> OrgUnit:
    """The unit above everything."""
    found = OrgUnit.objects.filter(kind=UnitKind.HQ).first()
    return found or dealers.create_unit(
        code="HQ", name="HQ", kind=UnitKind.HQ, parent=None, valid_from=SINCE, actor=ACTOR, now=timezone.now()
    )


def dealer(code: str) -> Dealer:
    """A dealer right below headquarters."""
    found = Dealer.objects.filter(code=code).first()
    return found or Dealer.objects.create(code=code, name=code, unit=headquarters())


def person(name: str, role: str, **place: Any) -> User:
    """Somebody with a password and one role."""
    now = timezone.now()
    user = accounts.create_user(username=name, display_name=name, password=PASSWORD, actor=ACTOR, now=now)
    accounts.assign(user=user, role=role, valid_from=SINCE, actor=ACTOR, now=now, **place)
    return user


def strangers(names: list[str]) -> None:
    """Many users at once, all with the password of `person`, without any role."""
    first = User(username="")
    first.set_password(PASSWORD)
    User.objects.bulk_create([User(username=name, password=first.password) for name in names])
