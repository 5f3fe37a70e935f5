"""The import of retail deliveries: one row is one car handed over, or taken back with quantity −1."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.core.imports import registry
from apps.core.imports.registry import ImportColumn, ImportKind, RowProblem, Rows
from apps.core.spreadsheet import values
from apps.core.spreadsheet.parsing import Parser
from apps.sales import policies, services
from apps.sales.rules import LEAST, PLACES, WHOLE, Channel, CustomerType, EvidenceKind
from apps.sales.services import evidence, sharing
from apps.vehicles.facts import LONGEST_ID, VinText

_CHANNELS = {
    **{str(code): str(code) for code in Channel},
    "展厅": str(Channel.SHOWROOM),
    "二网": str(Channel.SECOND_TIER),
    "线上": str(Channel.ONLINE),
    "大客户": str(Channel.FLEET),
    "其他": str(Channel.OTHER),
}
_CUSTOMERS = {
    **{str(code): str(code) for code in CustomerType},
    "个人": str(CustomerType.PRIVATE),
    "企业": str(CustomerType.COMPANY),
    "政府": str(CustomerType.GOVERNMENT),
    "租赁": str(CustomerType.RENTAL),
    "员工": str(CustomerType.STAFF),
}
_EVIDENCE = {
    **{str(code): str(code) for code in EvidenceKind},
    "发票": str(EvidenceKind.INVOICE),
    "购车发票": str(EvidenceKind.INVOICE),
    "上牌": str(EvidenceKind.REGISTRATION),
    "上牌证明": str(EvidenceKind.REGISTRATION),
    "行驶证": str(EvidenceKind.REGISTRATION),
    "保险": str(EvidenceKind.INSURANCE),
    "交强险": str(EvidenceKind.INSURANCE),
    "客户信息": str(EvidenceKind.CUSTOMER_DATA),
    "居住证明": str(EvidenceKind.RESIDENCE),
    "置换凭证": str(EvidenceKind.TRADE_IN),
    "报废证明": str(EvidenceKind.TRADE_IN),
    "贷款合同": str(EvidenceKind.LOAN_CONTRACT),
    "大客户合同": str(EvidenceKind.FLEET_CONTRACT),
    "活动凭证": str(EvidenceKind.ACTIVITY),
    "验收报告": str(EvidenceKind.ACCEPTANCE),
    "物权转移": str(EvidenceKind.TRANSFER),
}


def _column(name: str, label: Any, parser: Parser[Any], *aliases: str, **more: Any) -> ImportColumn:
    return ImportColumn(name, label, parser, parser.expected, aliases=aliases, **more)


_DEALER = _column(
    "dealer",
    _("Dealer"),
    values.text(200),
    "经销商代码",
    "经销商名称",
    "门店",
    "Dealer Code",
    required=True,
    lookup="dealer",
    example="D001",
)

COLUMNS = (
    _column(
        "external_id",
        _("External number"),
        values.text(LONGEST_ID, codes=True),
        "销售单号",
        "单据号",
        "订单号",
        "流水号",
        "Sale ID",
        "Order No",
        "Car_id",
        required=True,
        example="XS20260701001",
    ),
    _column(
        "dealer",
        _("Dealer"),
        values.text(200),
        "经销商代码",
        "经销商编码",
        "经销商名称",
        "门店",
        "Dealer Code",
        "Dealer Name",
        required=True,
        lookup="dealer",
        example="D001",
    ),
    _column(
        "occurred_on",
        _("Delivery date"),
        values.date(),
        "交车日期",
        "零售日期",
        "销售日期",
        "日期",
        "Date",
        "Sale date",
        required=True,
        example="2026-07-01",
    ),
    _column("vin", "VIN", VinText(), "车架号", "车辆识别代号", "底盘号", example="LDP0000A0SA000001"),
    _column("model", _("Model"), values.text(200), "车型", "车型代码", "Model", lookup="model"),
    _column("trim_text", _("Trim"), values.text(200), "配置", "款型", "版本"),
    _column("colour", _("Colour"), values.text(60), "颜色", "外观颜色", "Color"),
    _column(
        "price_amount",
        _("Transaction price"),
        values.money(min=0),
        "成交价",
        "实际成交价",
        "开票金额",
        "Price",
        "Price ($)",
        "SELLINGPRICE",
        example="135000.00",
    ),
    _column("list_amount", _("List price"), values.money(min=0), "指导价", "厂家指导价", "MSRP", "MMR"),
    _column("invoiced_on", _("Invoice date"), values.date(), "开票日期"),
    _column("plated_on", _("Plate date"), values.date(), "上牌日期"),
    _column(
        "quantity",
        _("Quantity"),
        values.choice({"1": 1, "+1": 1, "1.0": 1, "-1": -1, "-1.0": -1, "退车": -1, "交车": 1}),
        "数量",
        "台数",
        default="1",
    ),
    _column(
        "returns",
        _("Number of the delivery taken back"),
        values.text(LONGEST_ID, codes=True),
        "原销售单号",
        "原单号",
    ),
    _column("channel", _("Channel"), values.choice(_CHANNELS), "渠道", "销售渠道"),
    _column("customer_type", _("Customer type"), values.choice(_CUSTOMERS), "客户类型", "客户性质"),
    _column("region_text", _("Sales region"), values.text(100), "销售区域", "区域", "Dealer_Region"),
    _column("note", _("Note"), values.text(300), "备注"),
)


def _key(row: dict[str, Any]) -> str:
    return str(row["external_id"] or "")


def _check(rows: Rows, actor: Actor) -> list[RowProblem]:
    return services.problems_of(rows, today=timezone.localdate())


DELIVERIES = registry.declare(
    ImportKind(
        code=services.FEED,
        label=_("Retail deliveries"),
        action=policies.RECORD,
        columns=COLUMNS,
        key=_key,
        check=_check,
        commit=services.take_batch,
        withdraw=services.withdraw_batch,
        feed=services.FEED,
        list_url="sales:delivery-list",
        help=_("One row for each car handed over. A car taken back is a row with quantity -1."),
    )
)


EVIDENCE_COLUMNS = (
    _DEALER,
    _column("vin", "VIN", VinText(), "车架号", "车辆识别代号", required=True, example="LDP0000A0SA000001"),
    _column(
        "kind",
        _("Kind of document"),
        values.choice(_EVIDENCE),
        "凭证类型",
        "单据类型",
        required=True,
        example="上牌",
    ),
    _column(
        "number", _("Document number"), values.text(80, codes=True), "凭证号", "发票号码", "车牌号", "号码"
    ),
    _column(
        "issued_on",
        _("Issued on"),
        values.date(),
        "开具日期",
        "开票日期",
        "上牌日期",
        "日期",
        required=True,
        example="2026-07-05",
    ),
    _column("note", _("Note"), values.text(300), "备注"),
)


def _evidence_key(row: dict[str, Any]) -> str:
    return "\x1f".join(str(row[name] or "") for name in ("dealer_id", "vin", "kind", "number", "issued_on"))


def _evidence_check(rows: Rows, actor: Actor) -> list[RowProblem]:
    return evidence.problems_of(rows, today=timezone.localdate())


EVIDENCE = registry.declare(
    ImportKind(
        code=evidence.KIND,
        label=_("Evidence of sales"),
        action=policies.EVIDENCE,
        columns=EVIDENCE_COLUMNS,
        key=_evidence_key,
        check=_evidence_check,
        commit=evidence.take_batch,
        withdraw=evidence.withdraw_batch,
        list_url="sales:evidence-list",
        help=_("One row for each document: the invoice, registration or insurance of a car that was sold."),
    )
)


CREDIT_COLUMNS = (
    _column("vin", "VIN", VinText(), "车架号", "车辆识别代号", required=True, example="LDP0000A0SA000001"),
    _DEALER,
    _column(
        "credit",
        _("Share of the car"),
        values.decimal(PLACES, min=LEAST, max=WHOLE),
        "份额",
        "分成比例",
        "计销比例",
        "占比",
        "Share",
        "Split",
        required=True,
        example="0.5",
    ),
    _column("note", _("Note"), values.text(300), "备注", "原因"),
)


def _credit_key(row: dict[str, Any]) -> str:
    return f"{row['vin']}\x1f{row['dealer_id']}"


def _credit_check(rows: Rows, actor: Actor) -> list[RowProblem]:
    return sharing.problems_of(rows, actor=actor)


CREDITS = registry.declare(
    ImportKind(
        code=sharing.KIND,
        label=_("Cars split between stores"),
        action=policies.SPLIT,
        columns=CREDIT_COLUMNS,
        key=_credit_key,
        check=_credit_check,
        commit=sharing.take_batch,
        withdraw=sharing.withdraw_batch,
        list_url="sales:shared-list",
        help=_(
            "One row for each store that sold the car, all rows of a car together; their shares add up to 1. "
            "Each store has reported the car as its own delivery before."
        ),
    )
)
