"""The import of sellers: one row is one delivered car and who sold it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.core.imports import registry
from apps.core.imports.registry import ImportColumn, ImportKind, RowProblem, Rows
from apps.core.spreadsheet import values
from apps.engagement import policies
from apps.engagement.services import crediting

_CAR, _PERSON = values.text(80, codes=True), values.text(150, codes=True)
COLUMNS = (
    ImportColumn(
        "car",
        _("VIN or number of the delivery"),
        _CAR,
        _CAR.expected,
        aliases=("VIN", "车架号", "零售单号", "交车单号", "Delivery"),
        required=True,
        example="LDP0000A0SA000001",
    ),
    ImportColumn(
        "person",
        _("Log-in name of the seller"),
        _PERSON,
        _PERSON.expected,
        aliases=("销售顾问", "销售员", "登录名", "Seller"),
        required=True,
        example="seller_d001_1",
    ),
)


def _key(row: dict[str, Any]) -> str:
    return str(row["car"]).upper()


def _check(rows: Rows, actor: Actor) -> list[RowProblem]:
    return crediting.problems_of(rows, actor=actor)


registry.declare(
    ImportKind(
        code=crediting.IMPORT,
        label=_("Sellers of cars"),
        action=policies.NAME_SELLER,
        columns=COLUMNS,
        key=_key,
        check=_check,
        commit=crediting.take_batch,
        list_url="engagement:earning-list",
        help=_("One row for each delivered car: who of the store sold it. A seller is named once."),
    )
)
