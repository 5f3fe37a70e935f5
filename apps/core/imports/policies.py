from __future__ import annotations

from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor, Owners, Ownership, Policy, Rows, declare
from apps.core.imports import registry
from apps.core.models import ImportBatch, ImportRow, MappingProfile
from apps.core.roles import WITH_FIGURES, Role
from apps.core.wall import PERSON, Wall

VIEW = declare("core.view_imports", _("View imports"), WITH_FIGURES)
IMPORT = declare("core.import", _("Import tables and keep mapping profiles"), WITH_FIGURES - {Role.INVESTOR})


class OwnOrOfDealerPolicy(Policy):
    """Imports and profiles belong to who made them and to a dealer; a profile of no dealer is everybody's."""

    def __init__(self, model: type[Model], *, person: str, shared: bool) -> None:
        wall = Wall(also=f"{person} = {PERSON}", also_read="dealer_id IS NULL" if shared else "")
        super().__init__(model, view=VIEW, ownership=Ownership.DEALER, person=person, wall=wall)
        self.shared = shared

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        if actor.scope.everything:
            return rows
        reached = Q(**{f"{self.dealer}__in": actor.scope.dealer_ids})
        if actor.user_id is not None:
            reached |= Q(**{self.person: actor.user_id})
        if self.shared:
            reached |= Q(**{f"{self.dealer}__isnull": True})
        return rows.filter(reached)

    def owners(self, obj: Any) -> Owners:
        dealer, person = getattr(obj, self.dealer), getattr(obj, self.person)
        return Owners(
            everyone=self.shared and dealer is None,
            dealers=frozenset() if dealer is None else frozenset({dealer}),
            persons=frozenset() if person is None else frozenset({person}),
        )


batch = OwnOrOfDealerPolicy(ImportBatch, person="actor_id", shared=False)
row = Policy(ImportRow, view=VIEW, ownership=Ownership.DEALER, dealer="batch__dealer_id")
profile = OwnOrOfDealerPolicy(MappingProfile, person="owner_id", shared=True)


def may_edit_profile(actor: Actor, obj: MappingProfile) -> bool:
    """Whether the profile is the actor's own, of an own dealer, or of headquarters for headquarters.

    It also takes the right to import what the profile is for.
    """
    kind = registry.kinds().get(obj.kind)
    if not actor.may(IMPORT) or obj.shipped or (kind is not None and not actor.may(kind.action)):
        return False
    if actor.scope.everything:
        return True
    return obj.owner_id == actor.user_id or actor.scope.holds_dealer(obj.dealer_id)


def may_teach_profile(actor: Actor, obj: MappingProfile) -> bool:
    """Whether spellings may be added: by who may change it, and to a shipped one by headquarters."""
    return may_edit_profile(actor, obj) or (actor.may(IMPORT) and actor.scope.everything)


def dealer_of(actor: Actor) -> int | None:
    """The dealer whose import or profile it is: the only one of a dealer's user, else none."""
    own = actor.scope.dealer_ids
    return next(iter(own)) if actor.is_dealer and len(own) == 1 else None
