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
from apps.core import trail
from apps.core.access import Ownership, Policy, declare
from apps.core.roles import DEALER, EVERYONE, Role
from apps.core.wall import TOKEN, Wall

BEFORE_LOG_IN = Wall(open_because="found by a secret, or needed for logging in, before the person is known")
MANAGE = declare("accounts.manage", _("Manage users and assignments"), {Role.HQ_ADMIN})
OWN = declare("accounts.own", _("Manage one's own account and tokens"), EVERYONE)

STAFF = declare("accounts.staff", _("Manage the people of one's own dealers"), {Role.DEALER_GENERAL})

STAFF_ROLES = DEALER - {Role.DEALER_GENERAL}
"""The roles a general manager gives at its dealers: all below its own."""

user = Policy(User, view=MANAGE, ownership=Ownership.STAFF)
assignment = Policy(Assignment, view=MANAGE, ownership=Ownership.STAFF)
token = Policy(ApiToken, view=OWN, ownership=Ownership.PERSONAL, wall=Wall(also=f"digest = {TOKEN}"))
session = Policy(Session, view=OWN, ownership=Ownership.PERSONAL, wall=BEFORE_LOG_IN)
device = Policy(Device, view=OWN, ownership=Ownership.PERSONAL, wall=BEFORE_LOG_IN)
second_factor = Policy(SecondFactor, view=OWN, ownership=Ownership.PERSONAL, wall=BEFORE_LOG_IN)
recovery_code = Policy(RecoveryCode, view=OWN, ownership=Ownership.PERSONAL, wall=BEFORE_LOG_IN)
link = Policy(LogInLink, view=MANAGE, ownership=Ownership.STAFF)

trail.name_actions(
    {
        "accounts.create_user": _("User created"),
        "accounts.assign": _("Role assigned"),
        "accounts.end_assignment": _("Assignment ended"),
        "accounts.set_active": _("Let in or shut out"),
        "accounts.set_site_access": _("Access to the configuration site changed"),
        "accounts.set_password": _("Password set"),
        "accounts.change_profile": _("Own profile changed"),
        "accounts.log_in": _("Logged in"),
        "accounts.issue_token": _("API token issued"),
        "accounts.revoke_token": _("API token revoked"),
        "accounts.end_sessions": _("Sessions ended"),
        "accounts.make_link": _("Log-in link made"),
        "accounts.set_up_second_factor": _("Second factor set up"),
        "accounts.remove_second_factor": _("Second factor removed"),
        "accounts.renew_recovery_codes": _("Recovery codes renewed"),
        "accounts.use_recovery_code": _("Recovery code used"),
    }
)
trail.name_fields(
    {
        "user": _("User"),
        "address": _("Address"),
        "device": _("Device"),
        "new_device": _("New device"),
        "second_factor": _("With a second step"),
        "ended": _("Ended sessions"),
        "purpose": _("Purpose"),
        "expires_at": _("Valid until"),
        "username": _("User name"),
        "is_active": _("May log in"),
        "is_staff": _("Configuration site"),
        "is_superuser": _("All of the configuration site"),
    },
)
