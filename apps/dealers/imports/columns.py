"""The columns of a list of dealers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.imports.registry import ImportColumn
from apps.core.spreadsheet import values
from apps.core.spreadsheet.parsing import Parser
from apps.dealers.rules import StoreType

_STORE_TYPES = {
    **{str(code): str(code) for code in StoreType},
    "4S店": str(StoreType.FULL_4S),
    "4S": str(StoreType.FULL_4S),
    "城市展厅": str(StoreType.CITY_SHOWROOM),
    "展厅": str(StoreType.CITY_SHOWROOM),
    "二网": str(StoreType.SECOND_TIER),
    "二级网点": str(StoreType.SECOND_TIER),
    "直营": str(StoreType.DIRECT),
    "直营店": str(StoreType.DIRECT),
    "卫星店": str(StoreType.SATELLITE),
    "服务店": str(StoreType.SERVICE),
    "特约服务店": str(StoreType.SERVICE),
}


def _column(name: str, label: Any, parser: Parser[Any], *aliases: str, **more: Any) -> ImportColumn:
    return ImportColumn(name, label, parser, parser.expected, aliases=aliases, **more)


COLUMNS = (
    _column(
        "code",
        _("Dealer code"),
        values.text(60, codes=True),
        "经销商代码",
        "经销商编码",
        "经销商编号",
        "代码",
        "编码",
        "dealer_code",
        "dealer_id",
        "code",
        required=True,
        example="D001",
    ),
    _column(
        "name",
        _("Dealer name"),
        values.text(200),
        "经销商名称",
        "经销商",
        "公司名称",
        "名称",
        "dealer_name",
        "name",
        required=True,
        example="杭州示范汽车销售服务有限公司",
    ),
    _column(
        "province",
        _("Province"),
        values.text(60),
        "省份",
        "省",
        "省市",
        "province",
        required=True,
        example="浙江省",
    ),
    _column("city", _("City"), values.text(60), "城市", "市", "地市", "city", example="杭州市"),
    _column("area", _("Area"), values.text(100), "片区", "区域", "area"),
    _column("short_name", _("Short name"), values.text(60), "简称", "经销商简称", "short_name"),
    _column("group", _("Dealer group"), values.text(150), "集团", "投资人", "经销商集团", "group"),
    _column("store_type", _("Store type"), values.choice(_STORE_TYPES), "店型", "门店类型", "store_type"),
    _column("address", _("Address"), values.text(300), "地址", "address"),
    _column("opened_on", _("Opened on"), values.date(), "开业日期", "opened_on"),
    _column("contract_from", _("Contract from"), values.date(), "合同开始", "授权开始"),
    _column("contract_to", _("Contract to"), values.date(), "合同结束", "授权到期"),
)
