"""The import of shipments: one row is one car allocated to a dealer, on its way or still to be sent."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.core.imports import registry
from apps.core.imports.registry import ImportKind, RowProblem, Rows
from apps.core.spreadsheet import values
from apps.inventory import policies, services
from apps.inventory.imports.stock import DEALER, ID, VIN, column
from apps.inventory.services.shipments import KIND

_YES = {"是": True, "已付": True, "已付款": True, "yes": True, "1": True, "true": True}
_NO = {"否": False, "未付": False, "未付款": False, "no": False, "0": False, "false": False}

SHIPMENT_COLUMNS = (
    column(
        "external_id",
        _("External number"),
        ID,
        "发运单号",
        "运单号",
        "配车单号",
        required=True,
        example="FY20260701001",
    ),
    DEALER,
    column(
        "order_no", _("Order number"), values.text(60, codes=True), "订单号", "报站单号", example="BZ202607-1"
    ),
    VIN,
    column("model", _("Model"), values.text(200), "车型", "车型代码", lookup="model"),
    column("trim_text", _("Trim"), values.text(200), "配置", "款型", "版本"),
    column("colour", _("Colour"), values.text(60), "颜色", "外观颜色", "Color"),
    column("cost_amount", _("Cost"), values.money(min=0), "成本", "进价", "采购价"),
    column("is_paid", _("Paid by the dealer"), values.choice(_YES | _NO), "是否已付款", "付款状态"),
    column("carrier", _("Carrier"), values.text(100), "承运商", "物流商"),
    column("allocated_on", _("Allocated on"), values.date(), "配车日期", "资源分配日期"),
    column("promised_on", _("Promised for"), values.date(), "承诺到货日期", "承诺交付日期"),
    column("shipped_on", _("Shipped on"), values.date(), "发运日期", "发车日期", example="2026-07-01"),
    column("eta_on", _("Expected on"), values.date(), "预计到店日期", "预计到货日期", example="2026-07-05"),
)


def _key(row: dict[str, Any]) -> str:
    return str(row["external_id"] or "")


def _check(rows: Rows, actor: Actor) -> list[RowProblem]:
    return services.shipment_problems(rows, today=timezone.localdate())


registry.declare(
    ImportKind(
        code=KIND,
        label=_("Vehicles on the way to dealers"),
        action=policies.SHIP,
        columns=SHIPMENT_COLUMNS,
        key=_key,
        check=_check,
        commit=services.take_shipments,
        help=_("One row for each vehicle; the same number again brings its shipment up to date."),
        list_url="inventory:shipment-list",
    )
)
