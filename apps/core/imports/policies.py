from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor, Ownership, Policy, declare
from apps.core.imports import registry
from apps.core.models import ImportBatch, ImportRow, MappingProfile
from apps.core.roles import EVERYONE
from apps.core.wall import PERSON, Wall

VIEW = declare("core.view_imports", _("View imports"), EVERYONE)
IMPORT = declare("core.import", _("Import tables and keep mapping profiles"), EVERYONE)

batch = Policy(ImportBatch, view=VIEW, ownership=Ownership.DEALER, wall=Wall(also=f"actor_id = {PERSON}"))
row = Policy(ImportRow, view=VIEW, ownership=Ownership.DEALER, dealer="batch__dealer_id")
profile = Policy(
    MappingProfile,
    view=VIEW,
    ownership=Ownership.DEALER,
    wall=Wall(also=f"owner_id = {PERSON}", also_read="dealer_id IS NULL"),
)


def visible_batches(actor: Actor, rows: QuerySet[ImportBatch]) -> QuerySet[ImportBatch]:
    """The imports of the actor's dealers, and those the actor made."""
    if not actor.may(VIEW):
        return rows.none()
    if actor.scope.everything:
        return rows
    own = Q(actor_id=actor.user_id, actor_id__isnull=False)
    return rows.filter(own | Q(dealer_id__in=actor.scope.dealer_ids))


def visible_profiles(actor: Actor, rows: QuerySet[MappingProfile]) -> QuerySet[MappingProfile]:
    """The profiles of headquarters, of the actor's dealers, and those the actor made."""
    if not actor.may(VIEW):
        return rows.none()
    if actor.scope.everything:
        return rows
    own = Q(owner_id=actor.user_id, owner_id__isnull=False)
    return rows.filter(own | Q(dealer_id__isnull=True) | Q(dealer_id__in=actor.scope.dealer_ids))


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
