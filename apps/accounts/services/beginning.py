"""The first administrator of an empty data base."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from apps.accounts.models import LinkPurpose, LogInLink
from apps.accounts.services import links, users
from apps.core.access import system
from apps.core.roles import Role
from apps.dealers import services as dealers
from apps.dealers.models import OrgUnit
from apps.dealers.rules import UnitKind

SINCE = date(2000, 1, 1)


@transaction.atomic
def create_administrator(*, username: str, display_name: str, email: str, now: datetime) -> LogInLink:
    """Create a user that administers the whole network and the admin site, and its invitation.

    Headquarters is created where there is none yet. Raises DomainError when the name is taken.
    """
    actor = system("create_admin")
    headquarters = OrgUnit.objects.filter(kind=UnitKind.HQ).order_by("pk").first()
    if headquarters is None:
        headquarters = dealers.create_unit(
            code="HQ", name="总部", kind=UnitKind.HQ, parent=None, valid_from=SINCE, actor=actor, now=now
        )
    user = users.create_user(
        username=username, display_name=display_name, password=None, email=email, actor=actor, now=now
    )
    users.assign(user=user, role=Role.HQ_ADMIN, unit=headquarters, valid_from=SINCE, actor=actor, now=now)
    users.set_site_access(user=user, staff=True, superuser=True, actor=actor, now=now)
    return links.make_link(user=user, purpose=LinkPurpose.INVITATION, actor=actor, now=now)
