"""Dealers dispute statements car by car; one person answers, another one once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import audit, files
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.roles import Role
from apps.incentives import happenings, policies
from apps.incentives.models import Dispute, DisputeItem, Statement, StatementLine
from apps.incentives.queries import outside
from apps.incentives.rules.reasons import EXCLUSIONS, FALSE_RETAIL
from apps.incentives.rules.settling import (
    ANSWERS,
    FINAL,
    GRANTED,
    UNSETTLED,
    WAITING,
    ItemState,
    StatementState,
    is_disputable,
)
from apps.risk import queries as risk
from apps.risk.rules import RetailVerdict
from apps.sales import services as sales
from apps.work import calendar, registry
from apps.work import services as work

FILES = ("pdf", "jpeg", "png", "webp")
ANSWER = registry.todo(
    "incentives.answer_dispute",
    gettext_lazy("Answer a disputed car"),
    gettext_lazy("%(dealer)s disputes %(vin)s in %(statement)s"),
)
ANSWERED = registry.notice(
    "incentives.dispute_answered",
    gettext_lazy("A dispute was answered"),
    gettext_lazy("%(vin)s: %(verdict)s. %(answer)s"),
    icon="message-circle",
)


@dataclass(frozen=True)
class Disputed:
    """One car a dealer disputes, with the document that shows it should be paid for.

    It is a line of the statement, or with `delivery_id` a car outside the policy, which has no line.
    """

    line_id: int | None
    kind: str
    number: str
    issued_on: date
    file_name: str
    file_content: bytes
    delivery_id: int | None = None


class _Named(Protocol):
    @property
    def line_id(self) -> int | None: ...

    @property
    def delivery_id(self) -> int | None: ...


def key_of(car: _Named) -> str:
    """What the fields about a disputed car end with in a form, and in the errors about it."""
    return f"{car.line_id}" if car.delivery_id is None else f"d{car.delivery_id}"


class _Car(NamedTuple):
    """What a statement says of a car: its line or, outside the policy, its delivery and the reason."""

    line: StatementLine | None
    delivery_id: int | None
    vin: str
    code: str
    cure: str = ""


@dataclass(frozen=True)
class Claim:
    """What a dealer says a statement should come to, and why."""

    reason: str
    expected_amount: Decimal
    note: str
    items: Sequence[Disputed]


@transaction.atomic
def open_dispute(*, statement: Statement, claim: Claim, actor: Actor, now: datetime) -> Dispute:
    """Dispute cars of a published statement within its window, each with a document of an accepted kind.

    Errors: `not_open`, `window_closed`, `no_cars`, `wrong_document` (the policy names the accepted kinds),
    `asked_already` for a car whose dispute waits, or that is named twice.
    """
    row = Statement.objects.select_for_update(of=("self",)).select_related("version").get(pk=statement.pk)
    decision = policies.statement.can(actor, policies.DISPUTE, row)
    if not decision:
        raise DomainError("forbidden", decision.reason)
    _check_open(row, now)
    if not claim.items:
        raise DomainError("no_cars", _("Choose at least one car."))
    cars = [_car(row, item, actor) for item in claim.items]
    if len({(car.line, car.delivery_id) for car in cars}) < len(cars):
        raise DomainError("asked_already", _("A car is named twice."))
    for car, item in zip(cars, claim.items, strict=True):
        _check_document(row, car, item, now)
    made = Dispute.objects.create(
        statement=row,
        dealer_id=row.dealer_id,
        reason=claim.reason,
        expected_amount=claim.expected_amount,
        actual_amount=row.settled_before + row.delta,
        note=claim.note,
        opened_by=actor.label,
        opened_by_id=actor.user_id,
        opened_at=now,
    )
    due = calendar.load().add_workdays(timezone.localdate(now), row.version.read.payout.answer_days)
    for car, item in zip(cars, claim.items, strict=True):
        _add(made, car, item, due, actor, now)
    if row.state in UNSETTLED:
        row.state = StatementState.DISPUTED
        row.save(update_fields=["state"])
    after = {"expected": made.expected_amount, "actual": made.actual_amount, "cars": len(claim.items)}
    audit.record(actor=actor, action=policies.DISPUTE, obj=made, now=now, after=after)
    return made


def _check_open(row: Statement, now: datetime) -> None:
    if row.state not in FINAL:
        raise DomainError("not_open", _("Only a published statement is disputed."))
    if not is_disputable(row.state, row.dispute_until, timezone.localdate(now)):
        raise DomainError(
            "window_closed",
            _("The statement could be disputed until %(on)s."),
            on=f"{row.dispute_until:%Y-%m-%d}",
        )


def _car(row: Statement, item: Disputed, actor: Actor) -> _Car:
    if item.delivery_id is not None:
        found = outside.cars(actor=actor, statement=row).filter(pk=item.delivery_id).first()
        if found is not None:
            return _Car(None, found.pk, found.vin, found.code)  # type: ignore[attr-defined]  # annotated
    elif item.line_id is not None:
        line = StatementLine.objects.filter(statement=row, pk=item.line_id).first()
        if line is not None and line.delivery_id is not None:
            return _Car(line, None, line.vin, line.code, line.cure)
    raise DomainError("no_cars", _("This car is not in the statement."))


def _check_document(row: Statement, car: _Car, item: Disputed, now: datetime) -> None:
    accepted = set(row.version.read.accepted_documents)
    if car.cure and car.cure != "other":
        accepted = {car.cure}
    if item.kind not in accepted:
        message = _("This document is not accepted here. Needed: %(kinds)s.") % {
            "kinds": ", ".join(names_of(accepted))
        }
        raise DomainError("wrong_document", message, fields={f"kind_{key_of(item)}": message})
    if item.issued_on > timezone.localdate(now):
        message = _("The date lies in the future.")
        raise DomainError("date_range", message, fields={f"issued_on_{key_of(item)}": message})
    waiting = DisputeItem.objects.filter(dispute__statement=row, state__in=list(WAITING))
    if waiting.filter(line=car.line, delivery=car.delivery_id).exists():
        raise DomainError("asked_already", _("This car is disputed already."))


def names_of(kinds: set[str]) -> list[str]:
    """The names of kinds of documents."""
    known = dict(DisputeItem._meta.get_field("kind").flatchoices)
    return [str(known.get(kind, kind)) for kind in sorted(kinds)]


def _add(dispute: Dispute, car: _Car, item: Disputed, due: date, actor: Actor, now: datetime) -> None:
    stored = files.receive(
        content=item.file_content,
        name=item.file_name,
        allowed=FILES,
        actor=actor,
        now=now,
        dealer_id=dispute.dealer_id,
        evidence=True,
    )
    made = DisputeItem.objects.create(
        dispute=dispute,
        dealer_id=dispute.dealer_id,
        line=car.line,
        delivery_id=car.delivery_id,
        vin=car.vin,
        code=car.code,
        kind=item.kind,
        number=item.number,
        issued_on=item.issued_on,
        file=stored,
        answer_due_at=_end_of(due, now),
    )
    _call(made, Role.HQ_POLICY, without=None, now=now)


def _end_of(day: date, now: datetime) -> datetime:
    return timezone.localtime(now).replace(
        year=day.year, month=day.month, day=day.day, hour=18, minute=0, second=0, microsecond=0
    )


def _call(item: DisputeItem, role: Role, *, without: int | None, now: datetime) -> None:
    wanted = work.Wanted(
        key=f"incentives.dispute:{item.pk}:{item.state}",
        params={
            "dealer": str(item.dispute.dealer),
            "vin": item.vin,
            "statement": str(item.dispute.statement),
        },
        url=reverse("incentives:dispute-detail", kwargs={"pk": item.dispute_id}),
        role=role,
        without_id=without,
        dealer_id=item.dealer_id,
        due_at=item.answer_due_at,
    )
    work.open_todo(code=ANSWER, todo=wanted, now=now, opened_by=item.dispute.opened_by)


@transaction.atomic
def answer(*, item: DisputeItem, granted: bool, reason: str, actor: Actor, now: datetime) -> DisputeItem:
    """Decide about a disputed car; what is granted is recorded as evidence and settled by the next run.

    Errors: `answered`, `same_person` at the second level, `reason_needed` to refuse, `decided_by_two` for a
    sale that two people hold for false: nobody alone overrules them.
    """
    row = DisputeItem.objects.select_for_update(of=("self",)).select_related("dispute").get(pk=item.pk)
    if not policies.item.can(actor, policies.DECIDE, row):
        raise DomainError("forbidden", _("Your role does not include this action."))
    if row.state not in WAITING:
        raise DomainError("answered", _("This car was decided already."))
    if not granted and not reason.strip():
        raise DomainError("reason_needed", _("Say why."), fields={"reason": _("Needed to refuse.")})
    if granted and row.code == FALSE_RETAIL and _is_held_false(row, now):
        raise DomainError(
            "decided_by_two",
            _("Two people found this sale false. It is accepted after two people cleared it."),
        )
    before = ItemState(row.state)
    if before is ItemState.ESCALATED and actor.user_id == row.first_by_id:
        raise DomainError("same_person", _("The second level is decided by another person."))
    row.state = ANSWERS[before][0 if granted else 1]
    stage = "second" if before is ItemState.ESCALATED else "first"
    given = {"answer": reason.strip(), "by": actor.label, "by_id": actor.user_id, "at": now}
    for name, value in given.items():
        setattr(row, f"{stage}_{name}", value)
    row.granted_at = now if granted else None
    row.save()
    audit.record(
        actor=actor,
        action=policies.DECIDE,
        obj=row,
        now=now,
        before={"state": before},
        after={"state": row.state, "reason": reason},
    )
    work.close_todo(key=f"incentives.dispute:{row.pk}:{before}", now=now, by=actor.label)
    if granted:
        _record(row, actor, now)
    _settle_dispute(row.dispute, now)
    _tell(row, reason, now)
    happenings.tell_decision(row, now=now)
    return row


def _is_held_false(row: DisputeItem, now: datetime) -> bool:
    held = risk.verdicts(dealer_ids=[row.dealer_id], known_at=now)
    return row.car_id is not None and held.get(row.car_id) == RetailVerdict.FALSE_RETAIL


def _record(row: DisputeItem, actor: Actor, now: datetime) -> None:
    """The document of an accepted dispute is evidence from now on."""
    paper = {
        "dealer_id": row.dealer_id,
        "vin": row.vin,
        "kind": row.kind,
        "number": row.number,
        "issued_on": row.issued_on,
        "note": EXCLUSIONS[row.code].label.zh if row.code in EXCLUSIONS else "",
    }
    source = f"dispute:{row.dispute_id}"
    sales.record_accepted(row=paper, file=row.file, source=source, actor=actor, now=now)


@transaction.atomic
def escalate(*, item: DisputeItem, appeal: str, actor: Actor, now: datetime) -> DisputeItem:
    """Ask for a second decision by another person. DomainError `not_rejected`."""
    row = DisputeItem.objects.select_for_update(of=("self",)).select_related("dispute").get(pk=item.pk)
    if not policies.item.can(actor, policies.DISPUTE, row):
        raise DomainError("forbidden", _("Your role does not include this action."))
    if row.state != ItemState.REJECTED:
        raise DomainError("not_rejected", _("Only a rejected car goes to the second level."))
    days = row.dispute.statement.version.read.payout.answer_days
    row.state, row.appeal, row.appealed_at = ItemState.ESCALATED, appeal, now
    row.answer_due_at = _end_of(calendar.load().add_workdays(timezone.localdate(now), days), now)
    row.save(update_fields=["state", "appeal", "appealed_at", "answer_due_at"])
    after = {"state": row.state, "appeal": appeal}
    audit.record(actor=actor, action=policies.DISPUTE, obj=row, now=now, after=after)
    _settle_dispute(row.dispute, now)
    _call(row, Role.HQ_FINANCE, without=row.first_by_id, now=now)
    return row


def _settle_dispute(dispute: Dispute, now: datetime) -> None:
    """A dispute is closed when every car is decided; a confirmed statement goes on then."""
    waiting = dispute.items.filter(state__in=list(WAITING)).exists()
    dispute.closed_at = None if waiting else now
    dispute.save(update_fields=["closed_at"])
    statement = Statement.objects.select_for_update(of=("self",)).get(pk=dispute.statement_id)
    others = DisputeItem.objects.filter(dispute__statement=statement, state__in=list(WAITING))
    if statement.state in UNSETTLED:
        settled = StatementState.CONFIRMED if statement.confirmed_at else StatementState.PUBLISHED
        statement.state = StatementState.DISPUTED if others.exists() else settled
        statement.save(update_fields=["state"])


def _tell(row: DisputeItem, reason: str, now: datetime) -> None:
    if row.dispute.opened_by_id is None:
        return
    work.notify(
        notice=ANSWERED,
        recipients=[row.dispute.opened_by_id],
        key=f"incentives.dispute:{row.pk}:{row.state}",
        now=now,
        params={"vin": row.vin, "verdict": str(row.get_state_display()), "answer": reason},
        url=reverse("incentives:dispute-detail", kwargs={"pk": row.dispute_id}),
        dealer_id=row.dealer_id,
    )


def is_granted(item: DisputeItem) -> bool:
    """Whether a car was decided in the dealer's favour."""
    return item.state in GRANTED
