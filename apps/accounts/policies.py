from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import (
    ApiToken,
    Assignment,
    Device,
    LogInLink,
    RecoveryCode,
    SecondFactor,
    Session,
    User,
)
from apps.core.access import Ownership, Policy, declare
from apps.core.roles import EVERYONE, Role

MANAGE = declare("accounts.manage", _("Manage users and assignments"), {Role.HQ_ADMIN})
OWN = declare("accounts.own", _("Manage one's own account and tokens"), EVERYONE)

user = Policy(User, view=MANAGE, ownership=Ownership.STAFF)
assignment = Policy(Assignment, view=MANAGE, ownership=Ownership.STAFF)
token = Policy(ApiToken, view=OWN, ownership=Ownership.PERSONAL)
session = Policy(Session, view=OWN, ownership=Ownership.PERSONAL)
device = Policy(Device, view=OWN, ownership=Ownership.PERSONAL)
second_factor = Policy(SecondFactor, view=OWN, ownership=Ownership.PERSONAL)
recovery_code = Policy(RecoveryCode, view=OWN, ownership=Ownership.PERSONAL)
link = Policy(LogInLink, view=MANAGE, ownership=Ownership.STAFF)
