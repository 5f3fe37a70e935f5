"""Webhooks are set up, their secrets changed, events put into the outbox, sent, tried again and replayed."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import orjson
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from apps.accounts import sealing
from apps.core import audit, jobs, reach
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers.models import Dealer
from apps.work import outgoing, registry
from apps.work.channels import Unreachable
from apps.work.models import Webhook, WebhookDelivery
from apps.work.policies import webhooks as policies
from apps.work.rules import states as rules
from apps.work.rules.states import MessageState
from apps.work.services.sending import HOLD, ring

log = logging.getLogger(__name__)
FORMER = timedelta(days=1)
MOST_OWN = 10
"""So many webhooks a dealer has at most."""
AT_ONCE = 20
_OUTSIDE = "events are told to whoever administrators subscribed, whoever caused them"


@dataclass(frozen=True)
class Happened:
    """An event as it is told: its key (never told twice), the dealer it is about, its data."""

    key: str
    dealer_id: int
    data: Mapping[str, Any]


@transaction.atomic
def create_webhook(
    *, label: str, url: str, events: Collection[str], dealer_id: int | None, actor: Actor, now: datetime
) -> tuple[Webhook, str]:
    """Set up a webhook; the secret is returned this once.

    Of who may not set up the maker's it is the dealer's own, told of that dealer's events only. Errors:
    `forbidden`, `unknown_event`, `too_many`, those of `outgoing.checked`.
    """
    own = not actor.may(policies.WEBHOOKS)
    if own and dealer_id is None and len(actor.scope.dealer_ids) == 1:
        (dealer_id,) = actor.scope.dealer_ids
    owner_id = dealer_id if own else None
    _allow(actor, Webhook(owner_id=owner_id))
    outgoing.checked(url, internal=owner_id is None)
    if owner_id is not None:
        jobs.lock(f"work.webhook:{owner_id}")
        if Webhook.objects.filter(owner_id=owner_id).count() >= MOST_OWN:
            raise DomainError("too_many", _("A dealer has ten webhooks at most."))
    if not events or set(events) - set(registry.events()):
        message = _("Choose at least one event.")
        raise DomainError("unknown_event", message, fields={"events": message})
    secret = secrets.token_urlsafe(32)
    row = Webhook.objects.create(
        label=label,
        url=url.strip(),
        events=sorted(events),
        dealer_id=dealer_id,
        owner_id=owner_id,
        secret=sealing.seal(secret.encode()),
        created_at=now,
        created_by=actor.label,
    )
    after = {"url": row.url, "events": row.events}
    audit.record(actor=actor, action=_action(row), obj=row, now=now, after=after)
    return row, secret


@transaction.atomic
def rotate_secret(*, webhook: Webhook, actor: Actor, now: datetime) -> str:
    """Give a webhook a new secret; for a day deliveries are signed with the former one too."""
    row = _locked(webhook, actor)
    secret = secrets.token_urlsafe(32)
    row.former_secret, row.former_until = row.secret, now + FORMER
    row.secret = sealing.seal(secret.encode())
    row.save(update_fields=["secret", "former_secret", "former_until"])
    after = {"former_until": row.former_until}
    audit.record(actor=actor, action=_action(row), obj=row, now=now, after=after)
    return secret


@transaction.atomic
def switch(*, webhook: Webhook, active: bool, actor: Actor, now: datetime) -> Webhook:
    """Take a webhook out of use, or into use again; what waits is sent when it is in use."""
    row = _locked(webhook, actor)
    before = {"active": row.active}
    row.active = active
    row.save(update_fields=["active"])
    audit.record(actor=actor, action=_action(row), obj=row, now=now, before=before, after={"active": active})
    return row


@transaction.atomic
def replay(*, delivery: WebhookDelivery, actor: Actor, now: datetime) -> WebhookDelivery:
    """Send a delivery again, with the same number. DomainError `in_progress` while it is being sent."""
    _allow(actor, delivery.webhook)
    row = WebhookDelivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    if row.state not in (MessageState.SENT, MessageState.FAILED):
        raise DomainError("in_progress", _("This delivery waits or is being sent."))
    before = {"state": row.state}
    row.state, row.attempts, row.due_at = MessageState.WAITING, 0, now
    row.save(update_fields=["state", "attempts", "due_at"])
    after = {"state": row.state}
    action = _action(delivery.webhook)
    audit.record(actor=actor, action=action, obj=row, now=now, before=before, after=after)
    transaction.on_commit(ring, robust=True)
    return row


def emit(*, event: str, happened: Iterable[Happened], now: datetime) -> int:
    """Put events into the outbox inside the caller's transaction; the same key is never told twice."""
    registry.event_of(event)
    given = list(happened)
    with reach.beyond(_OUTSIDE):
        hooks = [row for row in Webhook.objects.filter(active=True) if event in row.events]
        if not hooks or not given:
            return 0
        codes = dict(
            Dealer.objects.filter(pk__in={each.dealer_id for each in given}).values_list("pk", "code")
        )
        rows = [
            WebhookDelivery(
                webhook=hook,
                event=event,
                key=each.key,
                payload={
                    "event": event,
                    "dealer": codes[each.dealer_id],
                    "at": now.isoformat(),
                    "data": orjson.loads(orjson.dumps(dict(each.data), default=str)),
                },
                state=MessageState.WAITING,
                due_at=now,
                created_at=now,
            )
            for hook in hooks
            for each in given
            if hook.dealer_id in (None, each.dealer_id)
        ]
        WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    transaction.on_commit(ring, robust=True)
    return len(rows)


def send_due(*, clock: Callable[[], datetime], most: int = 500) -> int:
    """Send what is due, until nothing is or `most` were tried; returns how many arrived."""
    sent = tried = 0
    while tried < most and (taken := _take(now=clock())):
        tried += len(taken)
        sent += sum(_deliver(row, clock) for row in taken)
    return sent


def _take(*, now: datetime) -> Sequence[WebhookDelivery]:
    """Hold the next deliveries for oneself, those of a sender that died among them."""
    waiting = Q(state=MessageState.WAITING, due_at__lte=now)
    left = Q(state=MessageState.SENDING, held_until__lte=now)
    with reach.as_worker(), transaction.atomic():
        rows = WebhookDelivery.objects.select_for_update(of=("self",), skip_locked=True)
        found = rows.filter(waiting | left, webhook__active=True).order_by("due_at", "pk")[:AT_ONCE]
        keys = [row.pk for row in found]
        WebhookDelivery.objects.filter(pk__in=keys).update(
            state=MessageState.SENDING, held_until=now + HOLD, attempts=F("attempts") + 1
        )
        held = WebhookDelivery.objects.filter(pk__in=keys).select_related("webhook")
        return list(held.order_by("due_at", "pk"))


def _deliver(row: WebhookDelivery, clock: Callable[[], datetime]) -> bool:
    now = clock()
    body = orjson.dumps({"id": str(row.delivery_id), **row.payload}, option=orjson.OPT_SORT_KEYS)
    note = partial(_note, row, clock)
    try:
        internal = row.webhook.owner_id is None
        status = outgoing.post(row.webhook.url, body, headers(row, body, now), internal=internal)
    except (Unreachable, DomainError) as error:
        return note(status=None, error=str(error))
    except Exception as error:
        log.exception("delivery %s not sent", row.delivery_id)
        return note(status=None, error=type(error).__name__)
    return note(status=status, error="")


def headers(row: WebhookDelivery, body: bytes, now: datetime) -> dict[str, str]:
    """What a receiver checks: delivery number, time, and a signature by each secret that is valid."""
    stamp = str(int(now.timestamp()))
    sealed = [row.webhook.secret]
    if row.webhook.former_secret and row.webhook.former_until and row.webhook.former_until > now:
        sealed.append(row.webhook.former_secret)
    signed = [signature(sealing.open_sealed(each), stamp, body) for each in sealed]
    return {
        "X-Delivery-Id": str(row.delivery_id),
        "X-Event": row.event,
        "X-Timestamp": stamp,
        "X-Signature": ", ".join(f"v1={each}" for each in signed),
    }


def signature(secret: bytes, stamp: str, body: bytes) -> str:
    """HMAC-SHA256 over `<timestamp>.<body>`, in hexadecimal."""
    return hmac.new(secret, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def _note(row: WebhookDelivery, clock: Callable[[], datetime], *, status: int | None, error: str) -> bool:
    """Write what came of a try; whether it arrived. A delivery that failed too often stays for a replay."""
    now = clock()
    arrived = status is not None and 200 <= status < 300
    again = row.attempts < rules.MOST_TRIES
    state = MessageState.SENT if arrived else MessageState.WAITING if again else MessageState.FAILED
    tried = {"at": now.isoformat(), "status": status, "error": error[:200]}
    with reach.as_worker():
        WebhookDelivery.objects.filter(pk=row.pk, state=MessageState.SENDING, attempts=row.attempts).update(
            state=state,
            held_until=None,
            due_at=now + rules.pause_after(row.attempts) if state == MessageState.WAITING else F("due_at"),
            sent_at=now if arrived else None,
            tries=[*row.tries, tried][-20:],
        )
    return arrived


def _locked(webhook: Webhook, actor: Actor) -> Webhook:
    _allow(actor, webhook)
    return Webhook.objects.select_for_update(of=("self",)).get(pk=webhook.pk)


def _action(row: Webhook) -> str:
    return policies.WEBHOOKS if row.owner_id is None else policies.OWN


def _allow(actor: Actor, row: Webhook) -> None:
    """The maker's are set up by administrators, a dealer's by itself and by administrators."""
    decision = policies.webhook.can(actor, _action(row), row)
    if not decision:
        raise DomainError("forbidden", decision.reason)
