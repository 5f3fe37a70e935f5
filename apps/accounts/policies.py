from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import (
    ApiToken,
    Assignment,
    Delegation,
    Device,
    FormerPassword,
    Grant,
    LogInLink,
    RecoveryCode,
    RightsChange,
    SecondFactor,
    Session,
    User,
    ViewAs,
)
from apps.core import trail
from apps.core.access import Actor, Owners, Ownership, Policy, Rows, declare
from apps.core.roles import DEALER, DEALER_STAFF, EVERYONE, FIELD, HQ, MAKER, OPERATORS, Role
from apps.core.wall import TOKEN, Wall

BEFORE_LOG_IN = Wall(open_because="found by a secret, or needed for logging in, before the person is known")
BEFORE_SCOPE = Wall(open_because="read to find out for whom somebody stands in, before the scope is known")
CONTROLLERS = OPERATORS | {Role.HQ_AUDIT, Role.HQ_LEGAL}

MANAGE = declare("accounts.manage", _("Manage users and assignments"), {Role.HQ_ADMIN}, guarded=True)
OWN = declare("accounts.own", _("Manage one's own account and tokens"), EVERYONE, own=True)
VIEW_RIGHTS = declare("accounts.view_rights", _("See what roles may do"), CONTROLLERS)
CHANGE_RIGHTS = declare(
    "accounts.change_rights", _("Change what roles may do"), {Role.HQ_ADMIN}, guarded=True
)
DELEGATE = declare("accounts.delegate", _("Name a stand-in for oneself"), HQ | FIELD | DEALER, own=True)
RESPONSIBLE = declare(
    "accounts.view_responsible",
    _("See who is responsible"),
    MAKER | {Role.DEALER_GENERAL, Role.INVESTOR},
)
EXPLAIN = declare("accounts.explain", _("See who can see a record"), CONTROLLERS)
VIEW_AS = declare(
    "accounts.view_as", _("Look through another user's eyes"), OPERATORS, guarded=True, own=True
)

STAFF = declare("accounts.staff", _("Manage the people of one's own dealers"), {Role.DEALER_GENERAL})

STAFF_ROLES = (DEALER | DEALER_STAFF) - {Role.DEALER_GENERAL}
"""The roles a general manager gives at its dealers: all below its own."""

user = Policy(User, view=MANAGE, ownership=Ownership.STAFF)
assignment = Policy(Assignment, view=MANAGE, ownership=Ownership.STAFF)
token = Policy(ApiToken, view=OWN, ownership=Ownership.PERSONAL, wall=Wall(also=f"digest = {TOKEN}"))
session = Policy(Session, view=OWN, ownership=Ownership.PERSONAL, wall=BEFORE_LOG_IN)
former_password = Policy(FormerPassword, view=OWN, ownership=Ownership.PERSONAL, wall=BEFORE_LOG_IN)
device = Policy(Device, view=OWN, ownership=Ownership.PERSONAL, wall=BEFORE_LOG_IN)
second_factor = Policy(SecondFactor, view=OWN, ownership=Ownership.PERSONAL, wall=BEFORE_LOG_IN)
recovery_code = Policy(RecoveryCode, view=OWN, ownership=Ownership.PERSONAL, wall=BEFORE_LOG_IN)
link = Policy(LogInLink, view=MANAGE, ownership=Ownership.STAFF)
grant = Policy(Grant, view=VIEW_RIGHTS, ownership=Ownership.GLOBAL)
change = Policy(RightsChange, view=VIEW_RIGHTS, ownership=Ownership.STAFF)
look = Policy(ViewAs, view=VIEW_AS, ownership=Ownership.STAFF)


class DelegationPolicy(Policy):
    """A delegation is seen by its two people."""

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        return rows.filter(Q(delegator=actor.user_id) | Q(delegate=actor.user_id))

    def owners(self, obj: Any) -> Owners:
        return Owners(persons=frozenset({obj.delegator_id, obj.delegate_id}), headquarters=False)


delegation = DelegationPolicy(
    Delegation, view=OWN, ownership=Ownership.PERSONAL, person="delegator_id", wall=BEFORE_SCOPE
)

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
        "accounts.propose_rights": _("Change of rights asked for"),
        "accounts.approve_rights": _("Change of rights approved"),
        "accounts.refuse_rights": _("Change of rights refused"),
        "accounts.withdraw_rights": _("Change of rights withdrawn"),
        "accounts.change_grant": _("Right of a role changed"),
        "accounts.delegate": _("Stand-in named"),
        "accounts.revoke_delegation": _("Delegation ended"),
        "accounts.view_as_start": _("Began to look through another's eyes"),
        "accounts.view_as_page": _("Page looked at through another's eyes"),
        "accounts.view_as_end": _("Ended looking through another's eyes"),
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
        "allowed": _("Allowed"),
        "max_amount": _("Up to (¥)"),
        "max_rate": _("Up to (share)"),
        "delegate": _("Stand-in"),
        "roles": _("Roles"),
        "target": _("User"),
        "path": _("Page"),
        "pages": _("Pages"),
        "ends_at": _("Ends at the latest"),
        "revoked_at": _("Revoked at"),
    },
)
