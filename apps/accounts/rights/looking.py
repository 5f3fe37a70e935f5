"""Support looks through a user's eyes: nothing can be changed, and every page leaves a trace."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from apps.accounts import policies
from apps.accounts.models import User, ViewAs
from apps.accounts.rights.actors import actor_for
from apps.core import access, audit
from apps.core.access import Actor
from apps.core.errors import DomainError

LONGEST = timedelta(hours=1)


def people(*, actor: Actor) -> QuerySet[User]:
    """Whose eyes the actor might look through: everybody else who may log in; nobody for the field."""
    if not (actor.may(policies.VIEW_AS) and actor.scope.everything):
        return User.objects.none()
    return User.objects.filter(is_active=True).exclude(pk=actor.user_id).prefetch_related("assignments")


@transaction.atomic
def begin(*, target: User, reason: str, actor: Actor, now: datetime, on: date) -> ViewAs:
    """Begin to look through a user's eyes, for an hour at most.

    DomainError for oneself, while looking or standing in already, for somebody with more rights about money,
    and for somebody who reaches further.
    """
    if actor.user_id is None or actor.viewer or actor.for_id is not None:
        raise DomainError("nested", _("End what you are doing for somebody else first."))
    if target.pk == actor.user_id or not target.is_active:
        raise DomainError("no_target", _("Choose another user who may log in."))
    seen = actor_for(target, on=on)
    guarded = {code for code, action in access.actions().items() if action.guarded}
    if (seen.actions & guarded) - actor.actions:
        raise DomainError("more_rights", _("This user has rights about money that you do not have."))
    if not _within(seen.scope, actor.scope):
        raise DomainError("further_reach", _("This user reaches further than you."))
    look = ViewAs.objects.create(
        viewer_id=actor.user_id, target=target, reason=reason, started_at=now, ends_at=now + LONGEST
    )
    after = {"target": str(target), "reason": reason, "ends_at": look.ends_at}
    audit.record(actor=actor, action="accounts.view_as_start", obj=look, now=now, after=after)
    return look


@transaction.atomic
def note_page(*, look: int, path: str, actor: Actor, now: datetime) -> None:
    """Leave the trace of a page that was looked at; `actor` is the one who looks."""
    row = ViewAs.objects.select_related("viewer", "target").get(pk=look)
    ViewAs.objects.filter(pk=look).update(pages=F("pages") + 1)
    audit.record(actor=actor, action="accounts.view_as_page", obj=row, now=now, after={"path": path[:300]})


@transaction.atomic
def end(*, look: int, actor: Actor, now: datetime) -> ViewAs | None:
    """End a look of the actor; None when there is none that is open."""
    row = (
        ViewAs.objects.select_for_update(of=("self",))
        .select_related("viewer", "target")
        .filter(pk=look, viewer=actor.user_id, ended_at=None)
        .first()
    )
    if row is not None:
        row.ended_at = now
        row.save(update_fields=["ended_at"])
        after = {"pages": row.pages, "target": str(row.target)}
        audit.record(actor=actor, action="accounts.view_as_end", obj=row, now=now, after=after)
    return row


def _within(inner: access.Scope, outer: access.Scope) -> bool:
    if outer.everything:
        return True
    return not inner.everything and inner.dealer_ids <= outer.dealer_ids and inner.unit_ids <= outer.unit_ids
