"""The import of targets: one row is one dealer, month and model line."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.core.imports import registry
from apps.core.imports.registry import ImportColumn, ImportKind, RowProblem, Rows
from apps.core.spreadsheet import values
from apps.core.spreadsheet.parsing import Parser
from apps.targets import policies, services
from apps.targets.rules import TargetKind

_KINDS = {
    **{str(code): str(code) for code in TargetKind},
    "零售": str(TargetKind.RETAIL),
    "零售目标": str(TargetKind.RETAIL),
    "交车": str(TargetKind.RETAIL),
    "提车": str(TargetKind.WHOLESALE),
    "提车目标": str(TargetKind.WHOLESALE),
    "批发": str(TargetKind.WHOLESALE),
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
    _column("month", _("Month"), values.month(), "月份", "目标月份", required=True, example="2026-07"),
    _column("kind", _("Kind"), values.choice(_KINDS), "目标类型", "类型", default="零售", example="零售"),
    _column("line", _("Model line"), values.text(40, codes=True), "车系", "车系代码"),
    _column(
        "units",
        _("Units"),
        values.integer(min=0, max=100_000),
        "目标",
        "目标台数",
        "台数",
        required=True,
        example="100",
    ),
)


def _natural_key(row: dict[str, Any]) -> str:
    return "\x1f".join(str(row.get(name) or "") for name in ("dealer_id", "month", "kind", "line"))


def _check(rows: Rows, actor: Actor) -> list[RowProblem]:
    return services.problems_of(rows)


TARGETS = registry.declare(
    ImportKind(
        code=services.IMPORT,
        label=_("Targets"),
        action=policies.SET,
        columns=COLUMNS,
        key=_natural_key,
        check=_check,
        commit=services.take_batch,
        list_url="targets:target-list",
        help=_("One row for each dealer, month and model line; without a model line it is the whole dealer."),
    )
)
