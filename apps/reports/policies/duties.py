from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Actor, Owners, Ownership, Policy, Rows, declare
from apps.core.roles import EVERYONE, FIELD, HQ, OPERATORS, Role
from apps.core.wall import RESULT, UNITS, Wall, Writes
from apps.reports.models.duties import CalendarFeed, Duty, DutyAsk, DutyRule

PEOPLE = EVERYONE - {Role.INTEGRATION}
LEADERS = HQ | FIELD | {Role.OFFICE_ASSISTANT, Role.DEALER_GENERAL, Role.INVESTOR}
VIEW_DUTIES = declare("reports.view_duties", _("View duties"), PEOPLE)
DO_DUTIES = declare("reports.do_duties", _("Report duties as done"), PEOPLE - {Role.EXECUTIVE, Role.INVESTOR})
VIEW_BOARD = declare("reports.view_board", _("View the duty board"), LEADERS)
WAIVE = declare("reports.waive", _("Waive duties"), OPERATORS | {Role.PROVINCE_MANAGER, Role.REGION_MANAGER})
HAPPEN = declare(
    "reports.happen", _("Report that something happened"), PEOPLE - {Role.EXECUTIVE, Role.INVESTOR}
)
VIEW_RULES = declare("reports.view_rules", _("View duty rules"), PEOPLE)


class DutyPolicy(Policy):
    """A duty belongs to a dealer or to a unit of the organisation; `owner` leads to the duty."""

    owner = ""

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        if actor.scope.everything:
            return rows
        dealers = {f"{self.owner}dealer_id__in": actor.scope.dealer_ids}
        return rows.filter(Q(**dealers) | Q(**{f"{self.owner}unit_id__in": actor.scope.unit_ids}))

    def owners(self, obj: Any) -> Owners:
        duty = obj.duty if self.owner else obj
        return Owners(dealers=frozenset({duty.dealer_id} - {None}), units=frozenset({duty.unit_id} - {None}))


class AskPolicy(DutyPolicy):
    """A question about a late duty belongs to whom the duty belongs to."""

    owner = "duty__"


CHANGED = (
    "state",
    "done_at",
    "done_by",
    "done_for",
    "note",
    "proof_label",
    "proof_id",
    "due_on",
    "due_at",
    "grace_at",
    "waived_by",
    "waived_reason",
)
rule = Policy(DutyRule, view=VIEW_RULES, ownership=Ownership.GLOBAL)
duty = DutyPolicy(
    Duty,
    view=VIEW_DUTIES,
    ownership=Ownership.DEALER,
    wall=Wall(writes=Writes.ADD, also=f"unit_id = ANY ({UNITS})", columns=CHANGED),
)
ask = AskPolicy(DutyAsk, view=VIEW_DUTIES, ownership=Ownership.DEALER, dealer="duty__dealer_id", wall=RESULT)
feed = Policy(CalendarFeed, view=VIEW_DUTIES, ownership=Ownership.PERSONAL)

trail.name_actions(
    {
        "reports.do_duty": _("Duty reported as done"),
        "reports.start_duty": _("Duty begun"),
        "reports.reopen_duty": _("Duty opened again"),
        "reports.waive_duty": _("Duty waived"),
        "reports.fulfil_duty": _("Duty fulfilled by a report"),
        "reports.happen": _("Something happened"),
        "reports.make_feed": _("Calendar address made"),
    }
)
trail.name_fields(
    {
        "state": _("State"),
        "done_at": _("Done at"),
        "due_at": _("Deadline"),
        "waived_reason": _("Reason"),
    }
)
