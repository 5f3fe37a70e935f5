"""A board as plain figures: what the API tells of a home page."""

from __future__ import annotations

from typing import Any

from apps.kernel.kpi import Kpi
from apps.metrics.queries import dictionary
from apps.portal.panels.board import TREND_MONTHS, Board
from apps.portal.rules import History, trend_months


def of_board(board: Board) -> dict[str, Any]:
    """Headline KPIs with their months, missing feeds and open alerts of the board's unit or dealer."""
    return {
        "period": str(board.month),
        "revision": board.reading.revision if board.reading else None,
        "closed": bool(board.reading and board.reading.frozen_at),
        "subject": _subject(board),
        "kpis": [_figures(board, kpi, board.histories[kpi.code]) for kpi in board.headlines],
        "missing_feeds": [
            {"feed": each.feed.code, "due": each.due, "missing": each.missing} for each in board.missing
        ],
        "open_alerts": board.alerts.total,
    }


def _subject(board: Board) -> dict[str, Any]:
    if board.dealer is not None:
        return {"kind": "dealer", "code": board.dealer.code, "name": board.dealer.name}
    if board.unit is not None:
        return {"kind": "unit", "id": board.unit.pk, "code": board.unit.code, "name": board.unit.name}
    return {"kind": "none"}


def _figures(board: Board, kpi: Kpi, history: History) -> dict[str, Any]:
    value, standing = history.at(board.month), board.standings.get(kpi.code)
    return {
        "code": kpi.code,
        "label": dictionary.label(kpi),
        "unit": kpi.unit.value,
        "value": value,
        "light": kpi.light(value),
        "previous": history.at(board.month.previous),
        "year_ago": history.at(board.month.year_ago),
        "place": standing.place if standing else None,
        "places": standing.of if standing else None,
        "series": [
            {"period": str(month), "value": history.at(month)}
            for month in trend_months(board.month, TREND_MONTHS)
        ],
    }
