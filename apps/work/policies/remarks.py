from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Actor, Owners, Ownership, Policy, Rows, declare
from apps.core.roles import DEALER, OPERATORS, WITH_FIGURES
from apps.core.wall import DEALERS, UNITS, Wall
from apps.work.models import Correction, Remark, SavedFilter
from apps.work.policies.notices import VIEW

REMARK = declare("work.remark", _("Comment on records and attach files"), WITH_FIGURES)
CORRECT = declare("work.correct", _("Ask for the correction of a fact"), DEALER)
ANSWER = declare("work.answer_correction", _("Answer requests for corrections"), OPERATORS)


class RemarkPolicy(Policy):
    """A remark is read with its record; beside that it belongs to whoever the record belonged to."""

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        if actor.scope.everything:
            return rows
        of_dealers = Q(dealer__in=actor.scope.dealer_ids) | Q(partner__in=actor.scope.dealer_ids)
        return rows.filter(Q(everyone=True) | of_dealers | Q(unit__in=actor.scope.unit_ids))

    def owners(self, obj: Any) -> Owners:
        return Owners(
            everyone=obj.everyone,
            dealers=frozenset({obj.dealer_id, obj.partner_id} - {None}),
            units=frozenset({obj.unit_id} - {None}),
        )


remark = RemarkPolicy(
    Remark,
    view=VIEW,
    ownership=Ownership.DEALER,
    wall=Wall(also=f"everyone OR partner_id = ANY ({DEALERS}) OR unit_id = ANY ({UNITS})"),
)
saved_filter = Policy(SavedFilter, view=VIEW, ownership=Ownership.PERSONAL)
correction = Policy(Correction, view=VIEW, ownership=Ownership.DEALER)

trail.name_actions(
    {
        "work.withdraw_remark": _("Remark withdrawn"),
        "work.save_filter": _("Filter saved"),
        "work.drop_filter": _("Saved filter removed"),
        "work.ask_correction": _("Correction asked for"),
        "work.end_correction": _("Correction decided"),
    }
)
trail.name_fields({"remark": _("Remark"), "file": _("File"), "about": _("About")})
