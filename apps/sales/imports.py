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
from apps.sales.rules import Channel, CustomerType
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


def _column(name: str, label: Any, parser: Parser[Any], *aliases: str, **more: Any) -> ImportColumn:
    return ImportColumn(name, label, parser, parser.expected, aliases=aliases, **more)


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
