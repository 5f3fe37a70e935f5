"""The import of scores: one row is one dealer, month and result."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.core.imports import registry
from apps.core.imports.registry import ImportColumn, ImportKind, RowProblem, Rows
from apps.core.spreadsheet import values
from apps.core.spreadsheet.parsing import Parser
from apps.scores import policies, services
from apps.scores.rules import SCORES

_SPELLINGS = {
    **{code: code for code in SCORES},
    "销售检核": "audits.sales_score",
    "售后检核": "audits.service_score",
    "品牌检核": "audits.brand_score",
    "否决项": "audits.veto_items",
    "神秘客": "audits.mystery_score",
    "SSI": "satisfaction.ssi_score",
    "CSI": "satisfaction.csi_score",
    "NPS": "satisfaction.nps",
    "岗位认证率": "training.certified_rate",
    "建店进度": "network.milestone_rate",
}


def _column(name: str, label: Any, parser: Parser[Any], *aliases: str, **more: Any) -> ImportColumn:
    return ImportColumn(name, label, parser, parser.expected, aliases=aliases, **more)


COLUMNS = (
    _column(
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
    ),
    _column("month", _("Month"), values.month(), "月份", "所属月份", required=True, example="2026-07"),
    _column("score", _("Score"), values.choice(_SPELLINGS), "得分项", "指标", required=True, example="SSI"),
    _column("value", _("Value"), values.decimal(6), "得分", "数值", required=True, example="812.5"),
    _column("note", _("Note"), values.text(300), "备注"),
)


def _natural_key(row: dict[str, Any]) -> str:
    return "\x1f".join(str(row.get(name) or "") for name in ("dealer_id", "month", "score"))


def _check(rows: Rows, actor: Actor) -> list[RowProblem]:
    return services.problems_of(rows)


registry.declare(
    ImportKind(
        code=services.IMPORT,
        label=_("Delivered scores"),
        action=policies.RECORD,
        columns=COLUMNS,
        key=_natural_key,
        check=_check,
        commit=services.take_batch,
        list_url="scores:score-list",
        help=_("One row for each dealer, month and result of an audit, survey or training."),
    )
)
