"""The dealer's statement as report forms: of a month, a quarter and the audited year. Source: §5.1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.core.access import Actor
from apps.core.roles import Role
from apps.finance import queries, services
from apps.finance.rules import accounts, checks
from apps.finance.rules.accounts import Balance
from apps.finance.rules.kinds import StatementKind
from apps.finance.rules.lines import BY_CODE, LINES, SECTIONS, Line, Measured
from apps.finance.rules.lines import Sign as LineSign
from apps.kernel.period import Month, Quarter, Year
from apps.reports.registry import (
    Check,
    Content,
    Context,
    Field,
    Filed,
    Finding,
    Kind,
    Level,
    Owner,
    PeriodKind,
    ReportForm,
    Section,
    Sign,
    Subject,
    declare,
)
from apps.reports.rules.declaration import Value

ACCOUNTS = "accounts"
_SIGNS = {
    LineSign.NEVER_NEGATIVE: Sign.POSITIVE,
    LineSign.EXPLAIN_NEGATIVE: Sign.EXPLAIN,
    LineSign.ANY: Sign.ANY,
}
_DECIMALS = frozenset({"S31", "S50"})
_OWN_RULES = frozenset({"swing", "year_to_date", "part"})
_UNMAPPED = gettext_noop(
    "Account %(account)s %(name)s has no line of the statement; its balance is %(amount)s. "
    "Map it under Finance › Accounts of stores."
)
_AUDIT = gettext_noop(
    "The statement says %(audited)s, the months add up to %(months)s: %(gap)s apart. "
    "Explain it in the note beside it."
)
BALANCE = gettext_noop(
    "Assets of %(left)s are not liabilities and equity of %(right)s; the difference is %(difference)s."
)
CASH = gettext_noop(
    "Cash at the end of %(left)s is not the cash of the balance sheet of %(right)s; "
    "the difference is %(difference)s."
)


def _field(line: Line, *, monthly: bool) -> Field:
    kind = Kind.MONEY
    if line.measured is Measured.COUNT:
        kind = Kind.NUMBER if line.code in _DECIMALS else Kind.INTEGER
    return Field(
        code=line.code,
        label=_(line.label),
        kind=kind,
        required=line.required and not line.is_total,
        sign=_SIGNS[line.sign],
        formula="".join(f" {'+' if sign > 0 else '-'} {code}" for sign, code in line.parts)
        .removeprefix(" +")
        .strip(),
        measure={"S10": "sales.retail_units"}.get(line.code, ""),
        same_as="" if monthly else f"finance.statement:{line.code}",
    )


def _sections(*, monthly: bool) -> tuple[Section, ...]:
    found = [
        Section(
            section.code,
            _(section.label),
            tuple(_field(line, monthly=monthly) for line in LINES if line.section == section.code),
        )
        for section in SECTIONS
        if monthly or section.code != "ytd"
    ]
    if not monthly:
        return tuple(found)
    columns = (
        Field("account", _("Account"), Kind.TEXT, required=True, longest=40),
        Field("name", _("Account name"), Kind.TEXT, longest=120),
        Field("amount", _("Amount"), Kind.MONEY, required=True),
    )
    help_text = _("Optional: the accounts behind the lines. An account without a line blocks the report.")
    return (*found, Section(ACCOUNTS, _("Accounts of the store"), columns, rows=150, help=help_text))


def _amounts(content: Content) -> dict[str, Decimal]:
    return {
        code: Decimal(value)
        for code, value in content.values.items()
        if code in BY_CODE and isinstance(value, Decimal | int)
    }


def _balances(content: Content) -> list[Balance]:
    rows = content.tables.get(ACCOUNTS, ())
    return [
        Balance(str(row.get("account", "")).strip(), str(row.get("name", "")), _number(row.get("amount")))
        for row in rows
    ]


def _number(value: Value | None) -> Decimal:
    return Decimal(value) if isinstance(value, Decimal | int) else Decimal(0)


def _context(subject: Subject) -> Mapping[str, Any]:
    """What the checks compare with: the month before, the year so far, the months, the chart of accounts."""
    dealer = subject.dealer_id or 0
    own, common = queries.charts(dealer)
    found: dict[str, Any] = {"own": own, "common": common, "prior": None, "year": None, "months": None}
    if isinstance(subject.period, Month):
        before = queries.current(dealer, StatementKind.MONTH, [subject.period.previous])
        found["prior"] = next((row.lines for row in before.values()), None)
        found["year"] = queries.earlier_in_year(dealer, subject.period)
    else:
        found["months"] = queries.lines_of(dealer, list(_months(subject.period)))
    return found


def _month_rules(content: Content, context: Context) -> Iterator[Finding]:
    found = checks.check(
        _amounts(content),
        notes=content.notes,
        prior=context.extra.get("prior"),
        year=context.extra.get("year"),
    )
    for each in found:
        if each.code in _OWN_RULES:
            yield Finding(each.code, Level(each.level.value), each.line, each.reason, each.params)


def _account_rules(content: Content, context: Context) -> Iterator[Finding]:
    balances = _balances(content)
    found = accounts.mapped(balances, context.extra.get("own", {}), context.extra.get("common", {}))
    for place, balance in enumerate(balances, 1):
        if balance in found.unmapped:
            params = {"account": balance.account, "name": balance.name, "amount": f"{balance.amount:,}"}
            yield Finding(
                "unmapped",
                Level.ERROR,
                f"{ACCOUNTS}.account",
                _UNMAPPED,
                params,
                place,
                value=balance.account,
            )
    for each in accounts.compare(_amounts(content), found):
        yield Finding(each.code, Level.ERROR, each.line, each.reason, each.params)


def _audit_rules(content: Content, context: Context) -> Iterator[Finding]:
    months = context.extra.get("months")
    for each in checks.reconcile(_amounts(content), months) if months else ():
        if each.must_be_explained and not content.notes.get(each.line) and not BY_CODE[each.line].is_total:
            params = {"audited": f"{each.audited:,}", "months": f"{each.months:,}", "gap": f"{each.gap:,}"}
            yield Finding("audit", Level.EXPLAIN, each.line, _AUDIT, params)


def _prior(subject: Subject) -> Mapping[str, Value]:
    """The statement of the period before, from wherever it came."""
    before = subject.period.previous
    kind = _kind_of(subject)
    first = before if isinstance(before, Month) else _months(before)[0]
    found = queries.current(subject.dealer_id or 0, kind, [first])
    return next((row.lines for row in found.values()), {})


def _summed(subject: Subject) -> Mapping[str, Value]:
    """A quarter's lines as its months add up to; nothing while a month is missing."""
    months = queries.lines_of(subject.dealer_id or 0, list(_months(subject.period)))
    found = checks.reconcile({}, months) if months else ()
    return {
        row.line: row.months for row in found if row.months is not None and not BY_CODE[row.line].is_total
    }


def _months(period: Any) -> tuple[Month, ...]:
    found: tuple[Month, ...] = period.months
    return found


def _kind_of(subject: Subject) -> StatementKind:
    kinds = {Month: StatementKind.MONTH, Quarter: StatementKind.QUARTER, Year: StatementKind.YEAR}
    return kinds[type(subject.period)]


def _submitted(*, submission: Any, content: Content, actor: Actor, now: datetime) -> None:
    handed = services.Handed(
        dealer_id=submission.dealer_id,
        kind=_kind(submission),
        month=Month.of(submission.period),
        amounts=_amounts(content),
        notes=dict(content.notes),
        balances=_balances(content),
    )
    services.record_statement(handed=handed, source=f"report {submission.pk}", actor=actor, now=now)


def _approved(*, submission: Any, content: Content, actor: Actor, now: datetime) -> None:
    month = Month.of(submission.period)
    services.finalise(
        dealer_id=submission.dealer_id, kind=_kind(submission), month=month, actor=actor, now=now
    )


def _returned(*, submission: Any, content: Content, actor: Actor, now: datetime) -> None:
    month = Month.of(submission.period)
    services.withdraw(
        dealer_id=submission.dealer_id, kind=_kind(submission), month=month, actor=actor, now=now
    )


def _kind(submission: Any) -> str:
    return str(_FORM_KINDS[submission.form])


def _statement(code: str, label: Any, period: PeriodKind, minutes: int) -> ReportForm:
    monthly = period is PeriodKind.MONTH
    return declare(
        ReportForm(
            code=code,
            label=label,
            owner=Owner.DEALER,
            period=period,
            roles=frozenset({Role.DEALER_FINANCE, Role.DEALER_GENERAL}),
            sections=_sections(monthly=monthly),
            checks=(
                Check("balance", "B29", "L29 + Q19", BALANCE, tolerance=checks.TOLERANCE),
                Check("cash", "K40", "B10", CASH, tolerance=checks.TOLERANCE),
            ),
            rules=(_month_rules, _account_rules) if monthly else (_audit_rules,),
            minutes=minutes,
            given=_summed if period is PeriodKind.QUARTER else None,
            context=_context,
            prior=_prior,
            on_submitted=_submitted,
            on_approved=_approved,
            on_returned=_returned,
            filed=Filed.AFTER,
            duties=("GS-12",),
        )
    )


_FORM_KINDS = {
    "finance.statement": StatementKind.MONTH,
    "finance.statement_quarter": StatementKind.QUARTER,
    "finance.statement_year": StatementKind.YEAR,
}
MONTHLY = _statement("finance.statement", _("Monthly financial statement"), PeriodKind.MONTH, 90)
QUARTERLY = _statement(
    "finance.statement_quarter", _("Quarterly financial statement"), PeriodKind.QUARTER, 60
)
ANNUAL = _statement("finance.statement_year", _("Audited annual financial statement"), PeriodKind.YEAR, 120)
