from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Actor, Owners, Ownership, Policy, Rows, declare
from apps.core.roles import EVERYONE, FIELD, OPERATORS, Role
from apps.core.wall import PERSON, Wall
from apps.work.models import Bulletin, BulletinReceipt
from apps.work.policies.activities import led, of_people, selves

VIEW = declare("work.view_bulletins", _("Read bulletins"), EVERYONE - {Role.INTEGRATION})
PUBLISH = declare(
    "work.publish_bulletin",
    _("Publish bulletins"),
    OPERATORS
    | FIELD
    | {Role.EXECUTIVE, Role.HQ_POLICY, Role.OFFICE_ASSISTANT, Role.KEY_ACCOUNT_MANAGER, Role.MARKET_CAPTAIN},
)


class ReceiptPolicy(Policy):
    """A receipt is seen by its reader, and by those over the unit that published the bulletin."""

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        if actor.scope.everything:
            return rows
        me = selves(actor)
        return rows.filter(of_people(actor) | Q(author_id__in=me) | Q(user_id__in=me))

    def owners(self, obj: Any) -> Owners:
        return Owners(units=frozenset({obj.unit_id}), persons=frozenset({obj.user_id}))

    def _within(self, actor: Actor, owners: Owners) -> bool:
        return bool(selves(actor) & owners.persons) or owners.within(led(actor))


class BulletinPolicy(ReceiptPolicy):
    """A bulletin is seen by those it was sent to, and by those over the unit that published it."""

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        if actor.scope.everything:
            return rows
        got = BulletinReceipt.objects.filter(user_id__in=selves(actor)).values("bulletin")
        people = of_people(actor) | Q(author_id__in=selves(actor))
        return rows.filter(people | Q(pk__in=got))

    def owners(self, obj: Any) -> Owners:
        readers = obj.receipts.values_list("user_id", flat=True)
        return Owners(units=frozenset({obj.unit_id}), persons=frozenset({obj.author_id, *readers}))


_RECEIVED = (
    "EXISTS (SELECT 1 FROM work_bulletinreceipt AS receipt "  # noqa: S608 - nothing of a request is in it
    f"WHERE receipt.bulletin_id = work_bulletin.id AND receipt.user_id = {PERSON})"
)
bulletin = BulletinPolicy(Bulletin, view=VIEW, ownership=Ownership.UNIT, wall=Wall(also_read=_RECEIVED))
receipt = ReceiptPolicy(
    BulletinReceipt, view=VIEW, ownership=Ownership.UNIT, wall=Wall(also=f"user_id = {PERSON}")
)

trail.name_actions(
    {
        "work.publish_bulletin": _("Bulletin published"),
        "work.confirm_bulletin": _("Bulletin confirmed as read"),
    }
)
trail.name_fields({"readers": _("Readers")})
