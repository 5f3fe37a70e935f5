"""The imports of stock: vehicles that come, vehicles that go, and month-end counts.

A table of stays (received on, left on) goes in through one mapping with two facts: an arrival and a departure
that names the day of receipt.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.core.imports import registry
from apps.core.imports.registry import ImportColumn, ImportKind, RowProblem, Rows
from apps.core.spreadsheet import values
from apps.core.spreadsheet.parsing import Parser
from apps.inventory import policies, services
from apps.inventory.rules import MovementKind
from apps.inventory.services.arrivals import KIND as ARRIVAL
from apps.inventory.services.declarations import KIND as DECLARATION
from apps.inventory.services.departures import KIND as DEPARTURE
from apps.inventory.services.posting import FEED
from apps.inventory.services.transfers import KIND as TRANSFER
from apps.vehicles.facts import LONGEST_ID, VinText

_ARRIVALS = {
    "receipt": "receipt",
    "入库": "receipt",
    "提车": "receipt",
    "opening": "opening",
    "期初": "opening",
    "adjustment": "adjustment",
    "盘盈": "adjustment",
}
_DEPARTURES = {
    "retail": "retail",
    "零售": "retail",
    "销售": "retail",
    "wholesale_out": "wholesale_out",
    "批发": "wholesale_out",
    "adjustment": "adjustment",
    "盘亏": "adjustment",
}


def column(name: str, label: Any, parser: Parser[Any], *aliases: str, **more: Any) -> ImportColumn:
    return ImportColumn(name, label, parser, parser.expected, aliases=aliases, **more)


ID = values.text(LONGEST_ID, codes=True)
DEALER = column(
    "dealer",
    _("Dealer"),
    values.text(200),
    "经销商代码",
    "经销商编码",
    "经销商名称",
    "门店",
    "Dealer Code",
    required=True,
    lookup="dealer",
    example="D001",
)
VIN = column("vin", "VIN", VinText(), "车架号", "车辆识别代号", "底盘号", example="LDP0000A0SA000001")
_NOTE = column("note", _("Note"), values.text(300), "备注")
_RECEIVED = ("入库日期", "到店日期", "提车日期", "date_posted")

ARRIVAL_COLUMNS = (
    column(
        "external_id",
        _("External number"),
        ID,
        "入库单号",
        "库存编号",
        "单据号",
        required=True,
        example="RK20260701001",
    ),
    DEALER,
    column("received_on", _("Received on"), values.date(), *_RECEIVED, required=True, example="2026-07-01"),
    VIN,
    column("model", _("Model"), values.text(200), "车型", "车型代码", lookup="model"),
    column("trim_text", _("Trim"), values.text(200), "配置", "款型", "版本"),
    column("colour", _("Colour"), values.text(60), "颜色", "外观颜色", "Color", "paint_color"),
    column("produced_on", _("Produced on"), values.date(), "生产日期", "下线日期"),
    column("cost_amount", _("Cost"), values.money(min=0), "成本", "进价", "采购价", example="128000.00"),
    column("kind", _("Kind of arrival"), values.choice(_ARRIVALS), "入库类型", default=MovementKind.RECEIPT),
    _NOTE,
)
DEPARTURE_COLUMNS = (
    column(
        "external_id",
        _("External number of the arrival"),
        ID,
        "入库单号",
        "库存编号",
        example="RK20260701001",
    ),
    DEALER,
    column(
        "left_on",
        _("Left on"),
        values.date(),
        "出库日期",
        "离店日期",
        "交车日期",
        required=True,
        example="2026-07-20",
    ),
    VIN,
    column("received_on", _("Received on"), values.date(), *_RECEIVED),
    column(
        "kind", _("Kind of departure"), values.choice(_DEPARTURES), "出库类型", default=MovementKind.RETAIL
    ),
    _NOTE,
)
TRANSFER_COLUMNS = (
    column(
        "from_dealer",
        _("From dealer"),
        values.text(200),
        "调出经销商",
        "调出经销商代码",
        "调出门店",
        "调出方",
        required=True,
        lookup="dealer",
        example="D001",
    ),
    column(
        "to_dealer",
        _("To dealer"),
        values.text(200),
        "调入经销商",
        "调入经销商代码",
        "调入门店",
        "调入方",
        required=True,
        lookup="dealer",
        example="D002",
    ),
    column(
        "moved_on",
        _("Transfer date"),
        values.date(),
        "调拨日期",
        "调车日期",
        "日期",
        required=True,
        example="2026-07-20",
    ),
    VIN,
    column("external_id", _("External number of the arrival"), ID, "入库单号", "库存编号"),
    _NOTE,
)
_UNITS = values.integer(min=0, max=100_000)
DECLARATION_COLUMNS = (
    DEALER,
    column("month", _("Month"), values.month(), "月份", "统计月份", required=True, example="2026-07"),
    column("end", _("Month-end stock"), _UNITS, "期末库存", "月末库存", required=True, example="42"),
    column("start", _("Opening stock of the month"), _UNITS, "期初库存", "月初库存"),
    column("receipts", _("Receipts"), _UNITS, "本月入库", "提车台数"),
    column("retail", _("Retail"), _UNITS, "本月零售", "零售台数"),
    column("transfers_out", _("Transfers out"), _UNITS, "调出"),
    column("transfers_in", _("Transfers in"), _UNITS, "调入"),
    column("adjustments", _("Adjustments"), values.integer(min=-100_000, max=100_000), "盘盈盘亏", "调整"),
)


def _stay_key(row: dict[str, Any]) -> str:
    return str(row["external_id"] or "")


def _departure_key(row: dict[str, Any]) -> str:
    if row["external_id"] or not row["vin"]:
        return str(row["external_id"] or "")
    return f"{row['vin']}|{row['received_on'] or row['left_on']}"


def _declaration_key(row: dict[str, Any]) -> str:
    return f"{row['dealer_id']}|{row['month']}"


def _check_arrivals(rows: Rows, actor: Actor) -> list[RowProblem]:
    return services.arrival_problems(rows, today=timezone.localdate())


def _check_departures(rows: Rows, actor: Actor) -> list[RowProblem]:
    if not rows:
        return []
    source = rows[0]["source"]
    return services.departure_problems(rows, source=source, today=timezone.localdate(), arriving=True)


def _transfer_key(row: dict[str, Any]) -> str:
    return str(row["external_id"] or row["vin"] or "")


def _check_transfers(rows: Rows, actor: Actor) -> list[RowProblem]:
    source = rows[0]["source"] if rows else ""
    return services.transfer_problems(rows, source=source, today=timezone.localdate())


def _check_declarations(rows: Rows, actor: Actor) -> list[RowProblem]:
    return services.declaration_problems(rows)


registry.declare(
    ImportKind(
        code=ARRIVAL,
        label=_("Vehicles that come into stock"),
        action=policies.RECORD,
        columns=ARRIVAL_COLUMNS,
        key=_stay_key,
        check=_check_arrivals,
        commit=services.take_arrivals,
        withdraw=services.withdraw_batch,
        feed=FEED,
        help=_("One row for each vehicle that came, with the day of its receipt."),
        list_url="inventory:stock-list",
    )
)
registry.declare(
    ImportKind(
        code=DEPARTURE,
        label=_("Vehicles that leave stock"),
        action=policies.RECORD,
        columns=DEPARTURE_COLUMNS,
        key=_departure_key,
        check=_check_departures,
        commit=services.take_departures,
        withdraw=services.withdraw_batch,
        feed=FEED,
        help=_("One row for each vehicle that left, named by the number of its arrival or by its VIN."),
        list_url="inventory:movement-list",
    )
)
registry.declare(
    ImportKind(
        code=TRANSFER,
        label=_("Transfers between dealers"),
        action=policies.TRANSFER,
        columns=TRANSFER_COLUMNS,
        key=_transfer_key,
        check=_check_transfers,
        commit=services.take_transfers,
        withdraw=services.withdraw_transfers,
        feed=FEED,
        help=_("One row for each vehicle that went from one dealer to another; both stocks change that day."),
        list_url="inventory:transfer-list",
    )
)
registry.declare(
    ImportKind(
        code=DECLARATION,
        label=_("Month-end stock counts"),
        action=policies.RECORD,
        columns=DECLARATION_COLUMNS,
        key=_declaration_key,
        check=_check_declarations,
        commit=services.take_declarations,
        feed=FEED,
        help=_("One row for each dealer and month; a count that does not agree with the book is rejected."),
        list_url="inventory:declaration-list",
    )
)
