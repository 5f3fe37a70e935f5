"""Writing about a record: a text, a file, or both; whoever took part is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Model
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from apps.core import access, audit, files, reach
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.work.declared import REMARKED
from apps.work.models import Remark, SavedFilter
from apps.work.services.notifying import notify

ATTACHABLE = ("jpeg", "png", "webp", "pdf", "xlsx", "xls", "csv")
MOST_FILTERS = 30


@dataclass(frozen=True)
class Attachment:
    """A file as it was sent."""

    name: str
    content: bytes


@transaction.atomic
def add_remark(
    *, target: Model, text: str, attached: Attachment | None, url: str, actor: Actor, now: datetime
) -> Remark:
    """Write about a record the actor sees; those who wrote before are told. DomainError `empty`."""
    assert actor.user_id is not None
    said = text.strip()
    if not said and attached is None:
        raise DomainError("empty", _("Write something, or attach a file."))
    owners = access.policy_of(type(target)).owners(target)
    dealers = sorted(owners.dealers)
    stored = None
    if attached is not None:
        stored = files.receive(
            content=attached.content,
            name=attached.name,
            allowed=ATTACHABLE,
            actor=actor,
            now=now,
            dealer_id=dealers[0] if dealers else None,
        )
    with reach.beyond("a remark stands with its record, which the actor was let see"):
        row = Remark.objects.create(
            target_label=target._meta.label_lower,
            target_id=target.pk,
            everyone=owners.everyone,
            dealer_id=dealers[0] if dealers else None,
            partner_id=dealers[1] if len(dealers) > 1 else None,
            unit_id=min(owners.units, default=None),
            text=said,
            file=stored,
            author_id=actor.user_id,
            author_label=actor.label[:150],
            for_label=actor.for_label[:150],
            written_at=now,
        )
    after = {"remark": said, "file": stored.name if stored else None}
    audit.record(actor=actor, action="work.remark", obj=target, now=now, after=after, dealer_id=row.dealer_id)
    _tell(row, target, url, now)
    return row


@transaction.atomic
def withdraw_remark(*, remark: Remark, actor: Actor, now: datetime) -> Remark:
    """Take back one's own remark: its text and file are no longer shown. Repeated, it changes nothing."""
    row = Remark.objects.select_for_update(of=("self",)).get(pk=remark.pk)
    if row.author_id != actor.user_id:
        raise DomainError("not_yours", _("Only who wrote it may take it back."))
    if row.withdrawn_at is None:
        row.withdrawn_at = now
        row.save(update_fields=["withdrawn_at"])
        audit.record(
            actor=actor, action="work.withdraw_remark", obj=row, now=now, before={"remark": row.text}
        )
    return row


@transaction.atomic
def save_filter(*, page: str, name: str, query: str, actor: Actor, now: datetime) -> SavedFilter:
    """Keep a filter of a list page under a name; the same name is overwritten."""
    assert actor.user_id is not None
    kept = SavedFilter.objects.filter(user=actor.user_id, page=page)
    if kept.exclude(name=name).count() >= MOST_FILTERS:
        raise DomainError("too_many", _("Remove a saved filter first."))
    row, _made = kept.update_or_create(
        name=name,
        defaults={"query": query},
        create_defaults={
            "user_id": actor.user_id,
            "page": page,
            "name": name,
            "query": query,
        },
    )
    audit.record(actor=actor, action="work.save_filter", obj=row, now=now, after={"name": name})
    return row


@transaction.atomic
def drop_filter(*, saved: SavedFilter, actor: Actor, now: datetime) -> None:
    """Remove one of one's own filters."""
    audit.record(actor=actor, action="work.drop_filter", obj=saved, now=now, before={"name": saved.name})
    saved.delete()


def _tell(row: Remark, target: Model, url: str, now: datetime) -> None:
    """Tell who wrote about the record before, as far as they still may open it."""
    with reach.beyond("who wrote before is told; nothing of it is shown"):
        earlier = set(
            Remark.objects.filter(target_label=row.target_label, target_id=row.target_id)
            .exclude(author=row.author_id)
            .values_list("author", flat=True)
        )
    notify(
        notice=REMARKED,
        recipients=earlier,
        key=f"work.remark:{row.pk}",
        now=now,
        params={
            "by": row.author_label,
            "about": str(target)[:100],
            "text": Truncator(row.text or (row.file.name if row.file else "")).chars(80),
        },
        url=url,
        target=target,
    )
