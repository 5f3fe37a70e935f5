"""The import of a bank's file: one row is one payment that came in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.core.imports import registry
from apps.core.imports.registry import Committed, ImportColumn, ImportKind, RowProblem, Rows
from apps.core.models import ImportBatch, ImportRow
from apps.core.spreadsheet import values
from apps.core.spreadsheet.parsing import Parser
from apps.dealers import queries as dealers
from apps.ledger import policies, queries, services
from apps.ledger.rules import AccountKind

KIND = "ledger.payment"
_INTO = {
    **{str(kind): str(kind) for kind in (AccountKind.DEPOSIT, AccountKind.CREDIT_LINE)},
    "保证金": str(AccountKind.DEPOSIT),
    "订车保证金": str(AccountKind.DEPOSIT),
    "车款": str(AccountKind.DEPOSIT),
    "授信": str(AccountKind.CREDIT_LINE),
    "授信还款": str(AccountKind.CREDIT_LINE),
}
_OTHER = _("This number of the bank is known with another amount, day or account.")
_NOBODY = _("No dealer is found; the payment will wait to be assigned.")
_REFUSED = _("No dealer of yours is found.")


def _column(name: str, label: Any, parser: Parser[Any], *aliases: str, **more: Any) -> ImportColumn:
    return ImportColumn(name, label, parser, parser.expected, aliases=aliases, **more)


COLUMNS = (
    _column(
        "reference",
        _("Number of the bank"),
        values.text(150, codes=True),
        "银行流水号",
        "交易流水号",
        "流水号",
        "回单编号",
        "交易序号",
        required=True,
        example="ICBC202607100001",
    ),
    _column(
        "paid_on",
        _("Paid in on"),
        values.date(),
        "到账日期",
        "交易日期",
        "入账日期",
        "记账日期",
        required=True,
        example="2026-07-10",
    ),
    _column(
        "amount",
        _("Amount"),
        values.money(min=Decimal("0.01")),
        "到账金额",
        "收入金额",
        "贷方发生额",
        "贷方金额",
        "交易金额",
        required=True,
        example="400000.00",
    ),
    _column(
        "dealer",
        _("Dealer"),
        values.text(200),
        "经销商代码",
        "经销商名称",
        "客户编号",
        lookup="dealer",
        example="D001",
    ),
    _column("payer", _("Payer"), values.text(200), "付款人", "付款人名称", "对方户名", "对方名称", "户名"),
    _column("into", _("Into account"), values.choice(_INTO), "入账账户", "款项用途", default="保证金"),
    _column("note", _("Note"), values.text(300), "附言", "摘要", "用途", "备注"),
)


def _key(row: dict[str, Any]) -> str:
    return str(row["reference"] or "")


def _check(rows: Rows, actor: Actor) -> list[RowProblem]:
    known = queries.receipts_by_reference(row["reference"] for row in rows)
    payers = _payers(rows, actor)
    today, found = timezone.localdate(), []
    for row in rows:
        told = known.get(row["reference"])
        if told is not None:
            into = row["into"] or AccountKind.DEPOSIT
            same = (told.amount, told.paid_on, told.into) == (row["amount"], row["paid_on"], into)
            problem = (registry.SAME, "") if same else ("other_values", _OTHER)
            found.append(RowProblem(row["row_no"], "reference", *problem, value=row["reference"]))
        elif row["paid_on"] > today:
            found.append(RowProblem(row["row_no"], "paid_on", "future", _("In the future.")))
        elif _dealer_of(row, payers) is None:
            column = "dealer" if row["dealer"] else "payer"
            everywhere = actor.scope.everything
            message = _NOBODY if everywhere else _REFUSED
            found.append(RowProblem(row["row_no"], column, "nobody", message, warning=everywhere))
    return found


def _payers(rows: Rows, actor: Actor) -> Mapping[str, int]:
    """Payers whose name is a dealer's, where the file names no dealer."""
    return dealers.resolve({row["payer"] for row in rows if row["payer"] and not row["dealer"]}, actor)


def _dealer_of(row: Mapping[str, Any], payers: Mapping[str, int]) -> int | None:
    return row["dealer_id"] or (None if row["dealer"] else payers.get(row["payer"] or ""))


def _commit(batch: ImportBatch, actor: Actor, now: datetime) -> Committed:
    staged = ImportRow.objects.filter(batch=batch, kind=KIND, errors=[]).order_by("row_no")
    rows = list(staged.values_list("data", flat=True))
    payers = _payers(rows, actor)
    payments = [
        services.Payment(
            dealer_id=_dealer_of(row, payers),
            amount=Decimal(row["amount"]),
            paid_on=date.fromisoformat(row["paid_on"]),
            reference=row["reference"],
            into=AccountKind(row["into"] or AccountKind.DEPOSIT),
            note=row["note"] or "",
            payer=row["payer"] or row["dealer"] or "",
        )
        for row in rows
    ]
    made = services.take_payments(
        payments=payments, source=batch.spec["source"], actor=actor, now=now, batch=batch
    )
    waiting = sum(receipt.entry_id is None for receipt in made)
    return Committed(created=len(made), same=len(rows) - len(made), notes={"waiting": waiting})


PAYMENTS = registry.declare(
    ImportKind(
        code=KIND,
        label=_("Bank payments"),
        action=policies.POST,
        columns=COLUMNS,
        key=_key,
        check=_check,
        commit=_commit,
        list_url="ledger:receipt-list",
        help=_(
            "One row for each payment that came in. The bank's number makes it count once; a payment of "
            "nobody known waits to be assigned."
        ),
    )
)
