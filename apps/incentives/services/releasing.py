"""Runs are released by a second person, statements confirmed by dealers, made payable and paid."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import access, audit, reach
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.roles import Role
from apps.dealers.models import OrgUnit
from apps.dealers.rules import UnitKind
from apps.incentives import happenings, policies
from apps.incentives.models import DisputeItem, SettlementRun, Statement
from apps.incentives.rules.settling import (
    OPEN,
    WAITING,
    RunKind,
    RunState,
    StatementState,
)
from apps.incentives.rules.terms import Promise
from apps.incentives.services import booking, telling
from apps.kernel.workdays import WorkCalendar
from apps.ledger import services as ledger
from apps.ledger.rules import AccountKind, Book, Draft, EntryKind, Line
from apps.work import calendar, registry
from apps.work import services as work

DEEMED = gettext_lazy("Window passed")
PUBLISHED = registry.notice(
    "incentives.statement_published",
    gettext_lazy("A rebate statement is published"),
    gettext_lazy("%(policy)s %(window)s: ¥%(amount)s. Confirm or dispute it until %(until)s."),
    icon="coin-yuan",
)


@transaction.atomic
def ask_release(*, run: SettlementRun, actor: Actor, now: datetime) -> SettlementRun:
    """Ask a second person to release a final run. DomainError `not_calculated`, `interim`."""
    row = SettlementRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if not actor.may(policies.CALCULATE):
        raise DomainError("forbidden", _("Your role does not include this action."))
    if row.kind != RunKind.FINAL:
        raise DomainError("interim", _("An interim run only shows what is to be expected."))
    if row.state != RunState.CALCULATED:
        raise DomainError("not_calculated", _("Only a calculated run is handed in."))
    _move_run(row, RunState.REVIEWING, StatementState.REVIEWING)
    audit.record(actor=actor, action=policies.CALCULATE, obj=row, now=now, after={"state": row.state})
    ask = work.Ask(
        flow=FLOW,
        target=row,
        unit_id=OrgUnit.objects.filter(kind=UnitKind.HQ).order_by("pk").values_list("pk", flat=True)[0],
        amount=abs(row.delta),
        summary=f"{row} ¥{row.delta:,.2f}",
        url=reverse("incentives:run-detail", kwargs={"pk": row.pk}),
    )
    work.ask_approval(ask=ask, asked_by=actor, now=now)
    return row


def _released(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    """Publish what a second person released: it is settled from now on, and its clock runs."""
    row = SettlementRun.objects.select_for_update(of=("self",)).get(pk=target_id)
    row.state, row.published_at, row.published_by = RunState.PUBLISHED, now, actor.label
    row.save(update_fields=["state", "published_at", "published_by"])
    promise, today = row.version.read.payout, timezone.localdate(now)
    window_ends = calendar.load().add_workdays(today, promise.dispute_days)
    starts = clock_start(promise, row.window_last, published=today, confirmed=None)
    rows = Statement.objects.filter(run=row)
    rows.update(
        state=StatementState.PUBLISHED,
        published_at=now,
        dispute_until=window_ends,
        clock_from=starts,
        promised_on=starts + timedelta(days=promise.days) if starts else None,
    )
    rows.filter(delta__lte=0).update(promised_on=None)  # nothing is to be paid
    booking.replace(run=row, actor=actor, now=now)
    audit.record(
        actor=actor,
        action=policies.RELEASE,
        obj=row,
        now=now,
        before={"state": RunState.REVIEWING},
        after={"state": row.state, "delta": row.delta},
    )
    _tell(rows.select_related("policy", "dealer"), window_ends, now)
    happenings.tell_statements(happenings.PUBLISHED, rows.select_related("policy"), now=now)


def _returned(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    """A run that was not released goes back to who calculated it."""
    row = SettlementRun.objects.select_for_update(of=("self",)).get(pk=target_id)
    _move_run(row, RunState.CALCULATED, StatementState.CALCULATED)
    after = {"state": row.state, "comment": comment}
    audit.record(actor=actor, action=policies.RELEASE, obj=row, now=now, after=after)


def _move_run(row: SettlementRun, state: RunState, of_statements: StatementState) -> None:
    row.state = state
    row.save(update_fields=["state"])
    Statement.objects.filter(run=row).update(state=of_statements)


FLOW = registry.flow(
    "incentives.release",
    gettext_lazy("Release of a settlement"),
    [registry.Step(level=Role.HQ_FINANCE, action=policies.RELEASE, within_workdays=2)],
    on_approved=_released,
    on_returned=_returned,
    on_rejected=_returned,
    on_withdrawn=_returned,
)


def clock_start(
    promise: Promise, window_last: date, *, published: date | None, confirmed: date | None
) -> date | None:
    """The day a policy's payment promise counts from; None while that day is not there yet."""
    return {"published": published, "period_end": window_last, "confirmed": confirmed}[promise.clock]


def _tell(rows: QuerySet[Statement], until: date, now: datetime) -> None:
    """One notice for each statement to whoever leads the store or its finance."""
    found = list(rows)
    holders = telling.people_of({row.dealer_id for row in found}, now)
    told = [
        work.Told(
            user_id=user,
            key=f"incentives.statement:{row.pk}",
            params=_said(row) | {"until": f"{until:%Y-%m-%d}"},
            url=reverse("incentives:statement-detail", kwargs={"pk": row.pk}),
            dealer_id=row.dealer_id,
        )
        for row in found
        for user in holders.get(row.dealer_id, ())
    ]
    work.notify_each(notice=PUBLISHED, told=told, now=now)


def _said(row: Statement) -> dict[str, str]:
    return {
        "policy": str(row.policy),
        "window": f"{row.window_first:%Y-%m}",
        "amount": f"{row.delta:,.2f}",
    }


@transaction.atomic
def confirm(*, statement: Statement, actor: Actor, now: datetime) -> Statement:
    """The dealer agrees to what is paid for; cars it disputes stay disputed. DomainError `not_open`."""
    row = _locked(statement, actor, policies.CONFIRM)
    if row.state not in OPEN or row.confirmed_at is not None:
        raise DomainError("not_open", _("Only a published statement is confirmed, once."))
    _confirm(row, actor.label, now)
    audit.record(actor=actor, action=policies.CONFIRM, obj=row, now=now, after={"state": row.state})
    return row


def _confirm(row: Statement, by: str, now: datetime) -> None:
    row.confirmed_at, row.confirmed_by = now, by
    waiting = DisputeItem.objects.filter(dispute__statement=row, state__in=list(WAITING)).exists()
    row.state = StatementState.DISPUTED if waiting else StatementState.CONFIRMED
    promise = row.version.read.payout
    if row.clock_from is None and row.delta > 0:
        row.clock_from = timezone.localdate(now)
        row.promised_on = row.clock_from + timedelta(days=promise.days)
    row.save(update_fields=["state", "confirmed_at", "confirmed_by", "clock_from", "promised_on"])


def deem_confirmed(*, now: datetime) -> int:
    """Statements nobody disputed within their window count as confirmed; returns how many."""
    actor, done = access.system("incentives"), 0
    with reach.as_worker(), transaction.atomic():
        due = Statement.objects.filter(
            state__in=list(OPEN), confirmed_at__isnull=True, dispute_until__lt=timezone.localdate(now)
        )
        for row in due.select_for_update(of=("self",)).select_related("version").order_by("pk"):
            _confirm(row, str(DEEMED), now)
            audit.record(actor=actor, action=policies.CONFIRM, obj=row, now=now, after={"state": row.state})
            done += 1
    return done


@transaction.atomic
def make_payable(*, statements: Collection[int], actor: Actor, now: datetime) -> int:
    """Book what dealers agreed to as payable; a negative statement is carried forward. Returns how many.

    What is disputed does not hold up what is not; where nothing is to be paid, the statement is done.
    """
    if not actor.may(policies.PAY):
        raise DomainError("forbidden", _("Your role does not include this action."))
    rows = _chosen(statements).filter(
        state__in=[StatementState.CONFIRMED, StatementState.DISPUTED], confirmed_at__isnull=False
    )
    found = list(rows)
    booking.bring_up(statements=found, actor=actor, now=now)
    drafts = [_booked(row, now) for row in found if row.delta]
    if drafts:
        ledger.post_many(drafts=drafts, actor=actor, now=now)
    owed = [row for row in found if row.delta]
    _move(owed, StatementState.PAYABLE, actor, now, payable_at=now)
    happenings.tell_statements(happenings.PAYABLE, owed, now=now)
    empty = [row for row in found if not row.delta]
    _move(empty, StatementState.PAID, actor, now, payable_at=now, paid_on=timezone.localdate(now))
    return len(found)


def _booked(row: Statement, now: datetime) -> Draft:
    return Draft(
        key=f"incentives.payable:{row.pk}",
        book=Book(dealer_id=row.dealer_id),
        kind=EntryKind.SETTLEMENT if row.delta > 0 else EntryKind.CLAWBACK,
        lines=[Line(AccountKind.ACCRUAL, -row.delta), Line(AccountKind.PAYABLE, row.delta)],
        occurred_on=timezone.localdate(now),
        target_label="incentives.statement",
        target_id=row.pk,
        note=str(row),
    )


def _chosen(keys: Collection[int]) -> QuerySet[Statement]:
    rows = Statement.objects.filter(pk__in=list(keys)).select_related("policy", "version", "dealer")
    return rows.select_for_update(of=("self",)).order_by("pk")


def _move(
    rows: Iterable[Statement], state: StatementState, actor: Actor, now: datetime, **dates: date
) -> None:
    changes = []
    for row in rows:
        before = {"state": row.state}
        row.state = state
        for name, value in dates.items():
            setattr(row, name, value)
        row.save(update_fields=["state", *dates])
        changes.append(audit.Change(row, before=before, after={"state": state, "delta": row.delta}))
    audit.record_many(actor=actor, action=policies.PAY, changes=changes, now=now)


def _locked(statement: Statement, actor: Actor, action: str) -> Statement:
    row = Statement.objects.select_for_update(of=("self",)).select_related("version").get(pk=statement.pk)
    decision = policies.statement.can(actor, action, row)
    if not decision:
        raise DomainError("forbidden", decision.reason)
    return row


def workdays() -> WorkCalendar:
    """The statutory calendar, for windows and answer times."""
    return calendar.load()
