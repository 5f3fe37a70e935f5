from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Model, QuerySet

from apps.accounts.rights import sight
from apps.core.access import Actor, Ownership
from apps.work import policies
from apps.work.models import Correction, Remark, SavedFilter

MOST = 200


def record(*, actor: Actor, label: str, key: int) -> Model | None:
    """A record people write about, as far as the actor sees it; nothing that is one person's own."""
    found = sight.record(actor=actor, label=label, key=key)
    if found is None or found[0].ownership is Ownership.PERSONAL:
        return None
    return found[1]


def remarks_of(*, actor: Actor, target: Model) -> Sequence[Remark]:
    """What was written about a record, the oldest first.

    A record may pass from one dealer to another, as a car does; what was written before stays with the first.
    """
    rows = Remark.objects.filter(target_label=target._meta.label_lower, target_id=target.pk)
    seen = policies.remark.visible_to(actor, rows).select_related("file", "author")
    return list(reversed(seen.order_by("-written_at", "-pk")[:MOST]))


def remark_with_file(*, actor: Actor, key: int) -> Remark | None:
    """A remark whose file the actor may read, because it sees the record."""
    rows = Remark.objects.filter(pk=key, file__isnull=False, withdrawn_at=None)
    row = policies.remark.visible_to(actor, rows).first()
    if row is None or record(actor=actor, label=row.target_label, key=row.target_id) is None:
        return None
    return row


def saved_filters(*, actor: Actor, page: str) -> QuerySet[SavedFilter]:
    """The actor's own filters of a page."""
    rows = policies.saved_filter.visible_to(actor, SavedFilter.objects.filter(page=page))
    return rows.order_by("name")


def corrections(*, actor: Actor) -> QuerySet[Correction]:
    """The correction requests of the actor's dealers."""
    return policies.correction.visible_to(actor, Correction.objects.select_related("dealer", "file"))


def own_remark(*, actor: Actor, key: int) -> Remark | None:
    """A remark the actor wrote itself."""
    return policies.remark.visible_to(actor, Remark.objects.filter(pk=key, author=actor.user_id)).first()


def saved_filter(*, actor: Actor, key: int) -> SavedFilter | None:
    """One of the actor's own filters."""
    return policies.saved_filter.visible_to(actor, SavedFilter.objects.filter(pk=key)).first()


def correction_with_file(*, actor: Actor, key: int) -> Correction | None:
    """A correction request whose proof the actor may read."""
    return corrections(actor=actor).filter(pk=key, file__isnull=False).first()
