"""The import of a bank's or ERP's return file: one row is one payment of a batch."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.core.imports import registry
from apps.core.imports.registry import ImportColumn, ImportKind, RowProblem, Rows
from apps.core.spreadsheet import values
from apps.core.spreadsheet.parsing import Parser
from apps.incentives import policies
from apps.incentives.rules.paying import PaymentState
from apps.incentives.services import returning

_PAID, _PART, _FAILED = (
    str(state) for state in (PaymentState.PAID, PaymentState.PART_PAID, PaymentState.FAILED)
)
_OUTCOMES = {
    _PAID: _PAID,
    _PART: _PART,
    _FAILED: _FAILED,
    "part-paid": _PART,
    "已付": _PAID,
    "已支付": _PAID,
    "成功": _PAID,
    "部分支付": _PART,
    "部分": _PART,
    "失败": _FAILED,
    "退票": _FAILED,
    "支付失败": _FAILED,
}


def _column(name: str, label: Any, parser: Parser[Any], *aliases: str, **more: Any) -> ImportColumn:
    return ImportColumn(name, label, parser, parser.expected, aliases=aliases, **more)


COLUMNS = (
    _column(
        "reference",
        _("Payment no."),
        values.text(80, codes=True),
        "付款单号",
        "付款编号",
        "指令号",
        "Reference",
        required=True,
        example="FK20260805-01-D001",
    ),
    _column(
        "outcome",
        _("Result"),
        values.choice(_OUTCOMES),
        "结果",
        "付款结果",
        "状态",
        "Status",
        required=True,
        example="已付",
    ),
    _column("paid_amount", _("Paid (¥)"), values.money(min=0), "实付金额", "支付金额", example="98000.00"),
    _column("paid_on", _("Paid on"), values.date(), "付款日期", "支付日期", example="2026-08-05"),
    _column("bank_reference", _("Number of the bank"), values.text(80, codes=True), "银行流水号", "凭证号"),
    _column("reason", _("Reason"), values.text(300), "失败原因", "原因"),
)


def _key(row: dict[str, Any]) -> str:
    return str(row["reference"])


def _check(rows: Rows, actor: Actor) -> list[RowProblem]:
    return returning.problems_of(rows, today=timezone.localdate())


registry.declare(
    ImportKind(
        code=returning.IMPORT,
        label=_("Results of payments"),
        action=policies.PAY,
        columns=COLUMNS,
        key=_key,
        check=_check,
        commit=returning.take_batch,
        list_url="incentives:payment-list",
        help=_("One row for each payment: paid, paid in part, or failed with the reason."),
    )
)
