from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.alerts.models import AlertAction, AlertEpisode, AlertEscalation, AlertReading, AlertRule
from apps.core import trail
from apps.core.access import Actor, Owners, Ownership, Policy, Rows, declare
from apps.core.roles import FIELD, OPERATORS, WITH_FIGURES, Role
from apps.core.wall import UNITS, Wall, Writes

VIEW = declare("alerts.view", _("View alerts"), WITH_FIGURES)
ACKNOWLEDGE = declare(
    "alerts.acknowledge",
    _("Acknowledge alerts"),
    OPERATORS | FIELD | {Role.DEALER_GENERAL, Role.DEALER_SALES},
)
RULES = declare("alerts.view_rules", _("View alert rules"), WITH_FIGURES)


class PlacedPolicy(Policy):
    """An alert belongs to a dealer or to a unit of the organisation; `owner` leads to the alert."""

    owner = ""

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        if actor.scope.everything:
            return rows
        dealers = {f"{self.owner}dealer_id__in": actor.scope.dealer_ids}
        return rows.filter(Q(**dealers) | Q(**{f"{self.owner}unit_id__in": actor.scope.unit_ids}))

    def owners(self, obj: Any) -> Owners:
        placed = obj.episode if self.owner else obj
        return Owners(
            dealers=frozenset({placed.dealer_id} - {None}), units=frozenset({placed.unit_id} - {None})
        )


class ActionPolicy(PlacedPolicy):
    """A measure belongs to whom its alert belongs to."""

    owner = "episode__"


ALSO = f"unit_id = ANY ({UNITS})"
rule = Policy(AlertRule, view=RULES, ownership=Ownership.GLOBAL)
escalation = Policy(AlertEscalation, view=RULES, ownership=Ownership.GLOBAL)
reading = PlacedPolicy(
    AlertReading, view=VIEW, ownership=Ownership.DEALER, wall=Wall(writes=Writes.NONE, also=ALSO)
)
episode = PlacedPolicy(
    AlertEpisode,
    view=VIEW,
    ownership=Ownership.DEALER,
    wall=Wall(
        writes=Writes.NONE,
        also=ALSO,
        columns=(
            "state",
            "acknowledged_by",
            "acknowledged_at",
            "plan",
            "closed_on",
            "close_reason",
            "outcome",
            "outcome_note",
        ),
    ),
)
action = ActionPolicy(
    AlertAction,
    view=VIEW,
    ownership=Ownership.DEALER,
    dealer="episode__dealer_id",
    wall=Wall(writes=Writes.ADD, columns=("done_at", "done_by")),
)

trail.name_actions(
    {
        "alerts.acknowledge": _("Alert acknowledged"),
        "alerts.plan": _("Measure planned for an alert"),
        "alerts.finish": _("Measure of an alert done"),
        "alerts.settle": _("Alert closed by a person"),
    }
)
trail.name_fields(
    {
        "plan": _("What will be done"),
        "acknowledged_at": _("Acknowledged at"),
        "acknowledged_by": _("Acknowledged by"),
        "outcome": _("Outcome"),
        "outcome_note": _("Note"),
        "due_on": _("Until"),
        "units": _("Cars"),
    },
)
