"""Statements come in and are replaced, never changed; accounts are mapped to lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.finance import policies, queries
from apps.finance.models import Statement, StoreAccount
from apps.finance.rules import accounts, checks
from apps.finance.rules.accounts import Balance
from apps.finance.rules.checks import Finding, Level
from apps.finance.rules.kinds import StatementKind, StatementState
from apps.finance.rules.lines import BY_CODE, INPUTS, LINES, completed
from apps.kernel.money import round_step
from apps.kernel.period import Month

_CONTENT = ("amounts", "notes", "accounts")


@dataclass(frozen=True)
class Handed:
    """A statement as it is handed in; `month` is the first month of its period."""

    dealer_id: int
    kind: str
    month: Month
    amounts: Mapping[str, Decimal]
    notes: Mapping[str, str] = field(default_factory=dict)
    balances: Sequence[Balance] = ()


@transaction.atomic
def record_statement(*, handed: Handed, source: str, actor: Actor, now: datetime) -> Statement:
    """Take in a dealer's statement of a period, provisional until it is approved.

    The same content again changes nothing; other content is a new revision, and the one before is kept.
    Errors: `not_found` for a dealer out of reach, `statement_refused` with the lines that are wrong. What
    wants an explanation is asked where the statement is filled in, not here.
    """
    dealer_id, kind, month = handed.dealer_id, handed.kind, handed.month
    if not policies.statement.can(actor, policies.RECORD, Statement(dealer_id=dealer_id)):
        raise DomainError("not_found", _("This dealer does not exist."))
    given = {code: round_step("import.amount", value) for code, value in handed.amounts.items()}
    if kind != StatementKind.PLAN:
        _refuse(dealer_id, kind, given, handed.balances)
    content = {
        "amounts": {code: str(value) for code, value in completed(given).items()},
        "notes": {code: text.strip() for code, text in handed.notes.items() if text.strip()},
        "accounts": [[each.account, each.name, str(each.amount)] for each in handed.balances],
    }
    jobs.lock(f"finance:{dealer_id}:{kind}:{month}")
    known = _current(dealer_id, kind, month)
    if known is not None and all(getattr(known, name) == content[name] for name in _CONTENT):
        return known
    if known is not None:
        known.superseded_at = now
        known.save(update_fields=["superseded_at"])
    made = Statement.objects.create(
        dealer_id=dealer_id,
        kind=kind,
        period=month.first,
        revision=_revisions(dealer_id, kind, month) + 1,
        state=StatementState.FINAL if kind == StatementKind.PLAN else StatementState.PROVISIONAL,
        source=source[:80],
        recorded_at=now,
        **content,
    )
    before = _trail(known) if known else None
    audit.record(actor=actor, action=policies.RECORD, obj=made, now=now, before=before, after=_trail(made))
    return made


@transaction.atomic
def finalise(*, dealer_id: int, kind: str, month: Month, actor: Actor, now: datetime) -> Statement:
    """An approved statement counts as final. Errors: `not_found` when none came."""
    jobs.lock(f"finance:{dealer_id}:{kind}:{month}")
    known = _current(dealer_id, kind, month)
    if known is None:
        raise DomainError("not_found", _("There is no statement of this period."))
    if known.state != StatementState.FINAL:
        before = {"state": known.state}
        known.state, known.final_at = StatementState.FINAL, now
        known.save(update_fields=["state", "final_at"])
        audit.record(
            actor=actor,
            action="finance.finalise",
            obj=known,
            now=now,
            before=before,
            after={"state": known.state},
        )
    return known


@transaction.atomic
def withdraw(*, dealer_id: int, kind: str, month: Month, actor: Actor, now: datetime) -> None:
    """A returned statement counts no more; the last final one of its period, if any, counts again."""
    jobs.lock(f"finance:{dealer_id}:{kind}:{month}")
    known = _current(dealer_id, kind, month)
    if known is None or known.state == StatementState.FINAL:
        return
    known.superseded_at = now
    known.save(update_fields=["superseded_at"])
    rows = Statement.objects.filter(dealer_id=dealer_id, kind=kind, period=month.first)
    former = rows.filter(state=StatementState.FINAL).order_by("-revision").first()
    if former is not None:
        former.superseded_at = None
        former.save(update_fields=["superseded_at"])
    after = _trail(former) if former else {}
    audit.record(
        actor=actor, action="finance.withdraw", obj=known, now=now, before=_trail(known), after=after
    )


@transaction.atomic
def map_account(
    *, dealer_id: int, account: str, name: str, line: str, actor: Actor, now: datetime
) -> StoreAccount:
    """Say on which input line of the statement an account of a store goes, with all accounts below it.

    Errors: `not_found` for a dealer out of reach, `unknown_line` for a total or a code that is no line.
    """
    if not policies.store.can(actor, policies.MAP, StoreAccount(dealer_id=dealer_id)):
        raise DomainError("not_found", _("This dealer does not exist."))
    if line not in {each.code for each in INPUTS}:
        message = _("Accounts go to lines that are entered, not to totals.")
        raise DomainError("unknown_line", message, fields={"line": message})
    text = account.strip()
    jobs.lock(f"finance:accounts:{dealer_id}")
    known = StoreAccount.objects.filter(dealer_id=dealer_id, account=text).first()
    if known is not None and (known.line, known.name) == (line, name.strip()):
        return known
    before = audit.snapshot(known) if known else None
    row = known or StoreAccount(dealer_id=dealer_id, account=text)
    row.name, row.line, row.updated_at = name.strip(), line, now
    row.save()
    after = audit.snapshot(row)
    audit.record(actor=actor, action=policies.MAP, obj=row, now=now, before=before, after=after)
    return row


def worded(finding: Finding) -> str:
    """A finding as a sentence in the reader's language."""
    return _now(finding.reason) % finding.params


def _refuse(dealer_id: int, kind: str, given: Mapping[str, Decimal], balances: Sequence[Balance]) -> None:
    unknown = sorted(set(given) - set(BY_CODE))
    wrong: dict[str, Any] = {code: _("This is no line of the statement.") for code in unknown}
    asked_monthly = {each.code for each in LINES if each.monthly_only}
    for finding in checks.check(given, notes={}):
        left_out = kind != StatementKind.MONTH and finding.line in asked_monthly
        if finding.level is Level.ERROR and not left_out:
            wrong.setdefault(finding.line, worded(finding))
    found = queries.mapped(dealer_id, balances)
    for balance in found.unmapped:
        wrong[f"account {balance.account}"] = _now("The account has no line; its balance is %(amount)s.") % {
            "amount": balance.amount
        }
    for finding in accounts.compare(completed(given), found):
        wrong.setdefault(finding.line, worded(finding))
    if wrong:
        message = _("The statement has %(count)s wrong lines.")
        raise DomainError("statement_refused", message, fields=wrong, count=len(wrong))


def _current(dealer_id: int, kind: str, month: Month) -> Statement | None:
    rows = Statement.objects.filter(dealer_id=dealer_id, kind=kind, period=month.first, superseded_at=None)
    return rows.first()


def _revisions(dealer_id: int, kind: str, month: Month) -> int:
    rows = Statement.objects.filter(dealer_id=dealer_id, kind=kind, period=month.first)
    return int(rows.aggregate(last=Max("revision"))["last"] or 0)


def _trail(row: Statement) -> dict[str, Any]:
    """What the audit trail keeps of a statement."""
    return {
        "kind": row.kind,
        "period": row.period_text,
        "revision": row.revision,
        "state": row.state,
        "gross_profit": row.amounts.get("GP"),
        "profit": row.amounts.get("PBT"),
    }
