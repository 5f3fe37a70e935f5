from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Actor, Owners, Ownership, Policy, Rows
from apps.core.roles import DEALER, DEALER_STAFF, Role
from apps.core.wall import DEALERS, UNITS, Wall
from apps.work.models import Todo
from apps.work.policies.notices import VIEW


class TodoPolicy(Policy):
    """A to-do is seen by its person, or by whoever holds its role at its place today."""

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        mine = Q(pk__in=[])
        if actor.for_id is None:
            mine |= Q(user_id=actor.user_id)
        for reach in actor.reaches:
            here = Q(role=reach.role)
            if not reach.scope.everything:
                here &= Q(dealer_id__in=reach.scope.dealer_ids) | Q(unit_id__in=reach.scope.unit_ids)
            mine |= here
        return rows.filter(mine).exclude(without_id=actor.user_id)

    def owners(self, obj: Any) -> Owners:
        if obj.user_id is not None:
            return Owners(persons=frozenset({obj.user_id}), headquarters=False)
        return Owners(
            dealers=frozenset({obj.dealer_id} - {None}),
            units=frozenset({obj.unit_id} - {None}),
            roles=frozenset({obj.role}),
            without=frozenset({obj.without_id} - {None}),
        )


AT_DEALERS = sorted({*DEALER, *DEALER_STAFF, Role.INVESTOR})
"""The roles of a dealer's people; of the maker's to-dos about a dealer they see nothing."""

todo = TodoPolicy(
    Todo,
    view=VIEW,
    ownership=Ownership.PERSONAL,
    wall=Wall(
        also=(
            f"unit_id = ANY ({UNITS}) OR (dealer_id = ANY ({DEALERS}) "
            f"AND (cardinality({UNITS}) > 0 OR role = ANY ('{{{','.join(AT_DEALERS)}}}')))"
        )
    ),
)

trail.name_actions(
    {
        "work.open_todo": _("To-do opened"),
        "work.close_todo": _("To-do done"),
    }
)
trail.name_fields({"due_at": _("Due"), "task": _("Task")})
