from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Actor, Owners, Ownership, Policy, Rows, Scope, declare
from apps.core.roles import DEALER, EVERYONE, FIELD, FIELD_STAFF, HQ, MAKER, OPERATORS, Role
from apps.core.wall import DEALERS, PERSON, Wall
from apps.work.models import Activity, ActivityPhoto, Attendance, Finding, KeyAccount

JUNIORS = frozenset({Role.ACCOUNT_MANAGER_2, Role.MARKET_MEMBER, Role.KEY_ACCOUNT_CLERK})
"""Roles without people of their own: of a unit's activities they see their own only."""
LEADERS = HQ | {Role.PROVINCE_MANAGER, Role.REGION_MANAGER, Role.AUDITOR}
LEADER, SENIOR, JUNIOR = 1, 2, 3
"""Ranks. Where people of several ranks work for one unit, nobody sees what was done by a higher one."""

VIEW = declare("work.view_activities", _("View visits, contacts and meetings"), MAKER)
RECORD = declare(
    "work.record_activity",
    _("Plan and record visits, contacts and meetings"),
    OPERATORS | FIELD | FIELD_STAFF | {Role.AUDITOR, Role.EXECUTIVE, Role.HQ_AUDIT, Role.HQ_EXPERIENCE},
)
FINDINGS = declare("work.view_findings", _("View findings of visits"), MAKER | DEALER | {Role.INVESTOR})
ANSWER = declare("work.answer_finding", _("Answer findings of visits"), DEALER | FIELD | FIELD_STAFF)
INVITATIONS = declare(
    "work.view_invitations", _("View and answer invitations to meetings"), EVERYONE - {Role.INTEGRATION}
)
KEY_ACCOUNTS = declare("work.view_key_accounts", _("View key accounts"), MAKER)
MANAGE_KEY_ACCOUNTS = declare(
    "work.manage_key_accounts",
    _("Add and change key accounts"),
    OPERATORS | FIELD | {Role.KEY_ACCOUNT_MANAGER},
)


def led(actor: Actor) -> Scope:
    """Whose activities an actor sees beside its own: the units of those of its roles that lead people."""
    if actor.scope.everything:
        return actor.scope
    return replace(actor.scope, unit_ids=_units(actor, LEADER) | _units(actor, SENIOR))


def rank_of(role: str) -> int:
    """The rank of a role."""
    return LEADER if role in LEADERS else JUNIOR if role in JUNIORS else SENIOR


def of_people(actor: Actor) -> Q:
    """Rows of those an actor leads: leaders see all of their units, others what their juniors did."""
    juniors = Q(unit_id__in=_units(actor, SENIOR), rank=JUNIOR)
    return Q(unit_id__in=_units(actor, LEADER)) | juniors


def _units(actor: Actor, rank: int) -> frozenset[int]:
    """The units an actor reaches in roles of a rank."""
    held = [reach.scope.unit_ids for reach in actor.reaches if rank_of(reach.role) == rank]
    return frozenset().union(*held)


def selves(actor: Actor) -> frozenset[int]:
    """The persons an actor acts as: itself, and for whom it stands in."""
    return frozenset(key for key in (actor.user_id, actor.for_id) if key is not None)


class FieldPolicy(Policy):
    """Rows of the field: seen by their person and by those above it."""

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        if actor.scope.everything:
            return rows
        return rows.filter(self.mine(actor))

    def mine(self, actor: Actor) -> Q:
        """The rows of the actor's units and its own."""
        return of_people(actor) | Q(person_id__in=selves(actor))

    def owners(self, obj: Any) -> Owners:
        return Owners(units=frozenset({obj.unit_id}), persons=frozenset({obj.person_id}))

    def _within(self, actor: Actor, owners: Owners) -> bool:
        return bool(selves(actor) & owners.persons) or owners.within(led(actor))


class FindingPolicy(FieldPolicy):
    """A finding that is shared belongs to its dealer too."""

    def mine(self, actor: Actor) -> Q:
        return super().mine(actor) | Q(shared=True, dealer_id__in=actor.scope.dealer_ids)

    def owners(self, obj: Any) -> Owners:
        shared = frozenset({obj.dealer_id}) if obj.shared else frozenset()
        return replace(super().owners(obj), dealers=shared)


class PhotoPolicy(FindingPolicy):
    """A picture is seen with its activity; one of a shared finding with the finding."""

    def mine(self, actor: Actor) -> Q:
        shared = Q(finding__shared=True, finding__dealer_id__in=actor.scope.dealer_ids)
        return FieldPolicy.mine(self, actor) | shared

    def owners(self, obj: Any) -> Owners:
        found = FieldPolicy.owners(self, obj)
        if obj.finding is None or not obj.finding.shared:
            return found
        return replace(found, dealers=frozenset({obj.finding.dealer_id}))


class AttendancePolicy(FieldPolicy):
    """A line of a list is seen with its meeting, and by whoever it names."""

    def mine(self, actor: Actor) -> Q:
        return super().mine(actor) | Q(user_id__in=selves(actor))

    def owners(self, obj: Any) -> Owners:
        return replace(super().owners(obj), persons=frozenset({obj.person_id, obj.user_id} - {None}))


_OF_PERSON = f"person_id = {PERSON}"
_OF_FINDING = (
    "EXISTS (SELECT 1 FROM work_finding AS finding WHERE finding.id = work_activityphoto.finding_id)"
)

activity = FieldPolicy(Activity, view=VIEW, ownership=Ownership.UNIT, wall=Wall(also=_OF_PERSON))
finding = FindingPolicy(
    Finding,
    view=FINDINGS,
    ownership=Ownership.UNIT,
    wall=Wall(also=f"{_OF_PERSON} OR (shared AND dealer_id = ANY ({DEALERS}))"),
)
photo = PhotoPolicy(
    ActivityPhoto,
    view=FINDINGS,
    ownership=Ownership.UNIT,
    wall=Wall(also=_OF_PERSON, also_read=_OF_FINDING),
)
attendance = AttendancePolicy(
    Attendance,
    view=INVITATIONS,
    ownership=Ownership.UNIT,
    wall=Wall(also=f"{_OF_PERSON} OR user_id = {PERSON}"),
)
key_account = Policy(KeyAccount, view=KEY_ACCOUNTS, ownership=Ownership.UNIT)

trail.name_actions(
    {
        "work.plan_activity": _("Activity planned"),
        "work.check_in": _("Checked in"),
        "work.save_answers": _("Answers saved"),
        "work.finish_activity": _("Activity done"),
        "work.cancel_activity": _("Activity cancelled"),
        "work.sign_in": _("Signed in to a meeting"),
        "work.invite": _("Invited to a meeting"),
        "work.move_stop": _("Route changed"),
        "work.answer_invitation": _("Invitation answered"),
        "work.add_photo": _("Picture added"),
        "work.open_finding": _("Finding recorded"),
        "work.answer_finding": _("Finding answered"),
        "work.close_finding": _("Finding closed"),
        "work.reopen_finding": _("Finding opened again"),
        "work.create_key_account": _("Key account added"),
        "work.change_key_account": _("Key account changed"),
    }
)
trail.name_fields(
    {
        "distance_m": _("Distance (m)"),
        "located": _("Place"),
        "photos": _("Pictures"),
        "invited": _("Invited"),
        "listed": _("On the list"),
        "reply": _("Reply"),
        "route_no": _("Place on the route"),
    }
)
