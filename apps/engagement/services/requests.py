"""Points granted, taken back or transferred by hand: one person asks, another decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.roles import Role
from apps.engagement import policies, queries
from apps.engagement.models import PointRequest
from apps.engagement.rules import MOST_POINTS, RequestKind, RequestState, usable_until
from apps.ledger import queries as books
from apps.ledger import services as ledger
from apps.ledger.models import Account
from apps.ledger.rules import AccountKind, Book, Draft, EntryKind, Line, transfer
from apps.work import registry
from apps.work import services as work

LABEL = "engagement.pointrequest"
CHANGED = registry.notice(
    "engagement.points_changed", _("My points were changed by hand"), _("%(what)s: %(reason)s")
)


@dataclass(frozen=True)
class Wanted:
    """What is asked for; points are None for a transfer, which moves all that may be spent."""

    kind: RequestKind
    person: User
    reason: str
    points: Decimal | None = None
    to_person: User | None = None
    valid_months: int = 24


@transaction.atomic
def ask(*, wanted: Wanted, actor: Actor, now: datetime) -> PointRequest:
    """Ask that points be granted, taken back or transferred; finance decides, never who asked.

    Errors: `points` for none or too many, `same_person`, `own_points` for one's own.
    """
    if actor.user_id is None or not actor.may(policies.ASK):
        raise DomainError("forbidden", _("Your role does not include this action."))
    _check(wanted, actor)
    row = PointRequest.objects.create(**vars(wanted), asked_by_id=actor.user_id, asked_at=now)
    after = {"kind": row.kind, "points": row.points, "reason": row.reason}
    audit.record(actor=actor, action=policies.ASK, obj=row, now=now, after=after)
    asked = work.Ask(
        flow=FLOW,
        target=row,
        unit_id=queries.headquarters(),
        summary=f"{row}: {row.reason}",
        url=reverse("engagement:request-detail", kwargs={"pk": row.pk}),
    )
    work.ask_approval(ask=asked, asked_by=actor, now=now)
    return row


def _check(wanted: Wanted, actor: Actor) -> None:
    if wanted.kind == RequestKind.TRANSFER:
        if wanted.to_person is None or wanted.to_person == wanted.person:
            text = _("Name the other log-in of this person.")
            raise DomainError("same_person", text, fields={"to_person": text})
    elif wanted.points is None or not 0 < wanted.points <= MOST_POINTS:
        text = _("Between 1 and 1,000,000 points.")
        raise DomainError("points", text, fields={"points": text})
    if actor.user_id in (wanted.person.pk, getattr(wanted.to_person, "pk", None)):
        text = _("Nobody asks for points of their own.")
        raise DomainError("own_points", text, fields={"person": text})


def _approved(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    row = _end(target_id, RequestState.DONE, comment, actor, now)
    if row.kind == RequestKind.TRANSFER:
        _transfer(row, actor, now)
    else:
        ledger.post(draft=_draft(row, now), actor=actor, now=now)
    told = {row.person_id, row.to_person_id} - {None}
    work.notify(
        notice=CHANGED,
        recipients=[key for key in told if key is not None],
        key=f"{LABEL}:{row.pk}",
        now=now,
        params={"what": str(row), "reason": row.reason},
        url=reverse("engagement:mine"),
    )


def _refused(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    _end(target_id, RequestState.REFUSED, comment, actor, now)


def _end(pk: int, state: RequestState, comment: str, actor: Actor, now: datetime) -> PointRequest:
    row = PointRequest.objects.select_for_update(of=("self",)).get(pk=pk)
    row.state, row.answer, row.decided_by, row.decided_at = state, comment[:1000], actor.label[:150], now
    row.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    audit.record(
        actor=actor,
        action=policies.APPROVE,
        obj=row,
        now=now,
        before={"state": RequestState.WAITING},
        after={"state": state, "answer": row.answer},
    )
    return row


def _draft(row: PointRequest, now: datetime) -> Draft:
    points, today = row.points or Decimal(0), timezone.localdate(now)
    if row.kind == RequestKind.GRANT:
        until = usable_until(today, row.valid_months)
        lines = [Line(AccountKind.POINTS_COST, -points), Line(AccountKind.POINTS, points, until)]
        kind = EntryKind.GRANT
    else:
        lines, kind = list(transfer(AccountKind.POINTS, AccountKind.POINTS_COST, points)), EntryKind.CLAWBACK
    return _entry(row, "done", row.person_id, kind, lines, now)


def _entry(
    row: PointRequest, part: str, person: int, kind: EntryKind, lines: list[Line], now: datetime
) -> Draft:
    return Draft(
        key=f"{LABEL}:{row.pk}:{part}",
        book=Book(person_id=person),
        kind=kind,
        lines=lines,
        occurred_on=timezone.localdate(now),
        target_label=LABEL,
        target_id=row.pk,
        note=row.reason,
    )


def _transfer(row: PointRequest, actor: Actor, now: datetime) -> None:
    """Move all that may be spent, lot by lot, so that every point keeps its last day."""
    assert row.to_person_id is not None
    today = timezone.localdate(now)
    account = ledger.open_account(book=Book(person_id=row.person_id), kind=AccountKind.POINTS, now=now)
    ledger.expire(on=today, actor=actor, now=now, accounts=[account.pk])
    account = Account.objects.get(pk=account.pk)
    free, moved = max(account.available, Decimal(0)), []
    for lot in books.lots(account):
        part = min(lot.remaining, free)
        free -= part
        if part:
            moved.append(Line(AccountKind.POINTS, part, lot.expires_on))
    total = sum((line.amount for line in moved), Decimal(0))
    if not total:
        raise DomainError("no_points", _("There are no points to transfer."))
    if account.frozen:
        ledger.unfreeze(account=account, reason=str(row), actor=actor, now=now)
    out = list(transfer(AccountKind.POINTS, AccountKind.POINTS_COST, total))
    into = [Line(AccountKind.POINTS_COST, -total), *moved]
    drafts = [
        _entry(row, "out", row.person_id, EntryKind.TRANSFER, out, now),
        _entry(row, "in", row.to_person_id, EntryKind.TRANSFER, into, now),
    ]
    ledger.post_many(drafts=drafts, actor=actor, now=now)


FLOW = registry.flow(
    "engagement.points",
    _("Change of points"),
    [registry.Step(level=Role.HQ_FINANCE, action=policies.APPROVE)],
    on_approved=_approved,
    on_returned=_refused,
    on_rejected=_refused,
    on_withdrawn=_refused,
)
