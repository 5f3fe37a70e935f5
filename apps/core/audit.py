"""The audit trail: one event per change, written in the transaction of the change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.forms.models import model_to_dict

from apps.core.access import Actor
from apps.core.models import AuditEvent


@dataclass(frozen=True)
class Change:
    """What happened to one object; `before` and `after` hold the changed fields only."""

    obj: Model
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    dealer_id: int | None = None


def record(
    *,
    actor: Actor,
    action: str,
    obj: Model,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    dealer_id: int | None = None,
) -> AuditEvent:
    """Write the event of one change."""
    change = Change(obj, before, after, dealer_id)
    return record_many(actor=actor, action=action, changes=[change], now=now)[0]


def record_many(*, actor: Actor, action: str, changes: Iterable[Change], now: datetime) -> list[AuditEvent]:
    """Write the events of a bulk change, one for each object."""
    events = [_event(actor, action, change, now) for change in changes]
    return AuditEvent.objects.bulk_create(events)


def snapshot(obj: Model) -> dict[str, Any]:
    """The plain field values of an object, to be compared by `difference`."""
    return _plain(model_to_dict(obj))


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that differ, as they were and as they are."""
    changed = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in changed}, {name: after[name] for name in changed}


def history(obj: Model) -> list[AuditEvent]:
    """The events of an object, newest first."""
    return list(
        AuditEvent.objects.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk)).order_by("-id")
    )


def _event(actor: Actor, action: str, change: Change, now: datetime) -> AuditEvent:
    return AuditEvent(
        at=now,
        actor_id=actor.user_id,
        actor_label=actor.label,
        action=action,
        object_type=change.obj._meta.label_lower,
        object_id=str(change.obj.pk),
        object_label=str(change.obj)[:200],
        dealer_id=change.dealer_id
        if change.dealer_id is not None
        else getattr(change.obj, "dealer_id", None),
        before=_plain(change.before),
        after=_plain(change.after),
        request_id=actor.request_id,
    )


def _plain(values: Mapping[str, Any] | None) -> Any:
    return None if values is None else json.loads(json.dumps(values, cls=DjangoJSONEncoder, default=str))
