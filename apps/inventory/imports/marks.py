"""The imports of what is true of vehicles in stock: where certificates are, and loans on vehicles."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.core.imports import registry
from apps.core.imports.registry import ImportKind, RowProblem, Rows
from apps.core.spreadsheet import values
from apps.inventory import policies, services
from apps.inventory.imports.stock import DEALER, column
from apps.inventory.services.marks import CERTIFICATE, LOAN
from apps.vehicles.facts import VinText

_STATUS = {
    "dealer": "dealer",
    "在店": "dealer",
    "经销商": "dealer",
    "bank": "bank",
    "银行": "bank",
    "质押": "bank",
    "missing": "missing",
    "缺失": "missing",
}
_VIN = column(
    "vin", "VIN", VinText(), "车架号", "车辆识别代号", "底盘号", required=True, example="LDP0000A0SA000001"
)
CERTIFICATE_COLUMNS = (
    DEALER,
    _VIN,
    column("status", _("Certificate"), values.choice(_STATUS), "合格证状态", "合格证", required=True),
    column("valid_from", _("Valid from"), values.date(), "日期", "自"),
    column("note", _("Note"), values.text(300), "备注"),
)
LOAN_COLUMNS = (
    DEALER,
    _VIN,
    column("lender", _("Lender"), values.text(100), "贷款机构", "银行", "资金方", required=True),
    column("number", _("Contract number"), values.text(100, codes=True), "合同号", "借据号", required=True),
    column("principal_amount", _("Principal"), values.money(min=0), "本金", "放款金额", required=True),
    column("annual_rate", _("Rate a year"), values.decimal(6, min=0, max=1), "年利率", "利率"),
    column("free_days", _("Days free of interest"), values.integer(min=0, max=365), "免息天数"),
    column("started_on", _("Drawn on"), values.date(), "放款日期", "起息日", required=True),
    column("ended_on", _("Repaid on"), values.date(), "还款日期", "赎证日期"),
)


def _certificate_key(row: dict[str, Any]) -> str:
    return str(row["vin"] or "")


def _loan_key(row: dict[str, Any]) -> str:
    return f"{row['vin']}|{row['lender']}|{row['number']}"


def _check(rows: Rows, actor: Actor) -> list[RowProblem]:
    return services.mark_problems(rows, today=timezone.localdate())


registry.declare(
    ImportKind(
        code=CERTIFICATE,
        label=_("Certificates of vehicles in stock"),
        action=policies.RECORD,
        columns=CERTIFICATE_COLUMNS,
        key=_certificate_key,
        check=_check,
        commit=services.take_certificates,
        help=_("One row for each vehicle: its certificate is at the dealer, at the bank or missing."),
        list_url="inventory:stock-list",
    )
)
registry.declare(
    ImportKind(
        code=LOAN,
        label=_("Floor-plan loans on vehicles"),
        action=policies.RECORD,
        columns=LOAN_COLUMNS,
        key=_loan_key,
        check=_check,
        commit=services.take_loans,
        help=_("One row for each loan on a vehicle; the same contract again brings its end up to date."),
        list_url="inventory:loan-list",
    )
)
