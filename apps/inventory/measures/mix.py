"""How the stock is composed: against what is sold, and in which order it is sold. Source: I-08, I-14."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column
from apps.inventory.measures.stock import COLUMNS, STOCK, moved, stock
from apps.inventory.models import Reservation, StockMovement, StockUnit
from apps.inventory.rules import MovementKind
from apps.kernel.formula import Kind
from apps.kernel.kpi import Unit
from apps.kernel.period import Month
from apps.metrics.registry import Measure, registry

SALES_MONTHS = 3
LINE = ("unit__model_id", "unit__model_text", "unit__trim_text", "unit__colour")
_GAP = """
WITH held AS (SELECT * FROM ({held}) AS held (dealer_id, model_id, model_text, trim, colour, units)),
     sold AS (SELECT * FROM ({sold}) AS sold (dealer_id, model_id, model_text, trim, colour, units)),
     shares AS (
    SELECT dealer_id, model_id, model_text, trim, colour,
           units / sum(units) OVER (PARTITION BY dealer_id) AS held, 0 AS sold
      FROM held
     WHERE units > 0
     UNION ALL
    SELECT dealer_id, model_id, model_text, trim, colour, 0,
           units / sum(units) OVER (PARTITION BY dealer_id)
      FROM sold
     WHERE units > 0),
     lines AS (
    SELECT dealer_id, sum(held) AS held, sum(sold) AS sold
      FROM shares GROUP BY dealer_id, model_id, model_text, trim, colour)
SELECT dealer_id, sum(abs(held - sold)) / 2
  FROM lines GROUP BY dealer_id HAVING sum(held) > 0 AND sum(sold) > 0
"""


def gap(month: Month) -> tuple[str, list[Any]]:
    """½ Σ |share of stock − share of sales in 3 months| over models, trims and colours, of every dealer that
    has both; sales are the cars that left stock by retail. Source: I-08.
    """
    periods = [month.shift(-back).first for back in range(SALES_MONTHS)]
    left = StockMovement.objects.filter(period__in=periods, kind=MovementKind.RETAIL)
    held = stock(month).order_by().values_list("dealer_id", *LINE).annotate(units=Sum("quantity"))
    sold = left.order_by().values_list("dealer_id", *LINE).annotate(units=Sum(-F("quantity")))
    (held_sql, held_params), (sold_sql, sold_params) = (rows.query.sql_with_params() for rows in (held, sold))
    return _GAP.format(held=held_sql, sold=sold_sql), [*held_params, *sold_params]


KNOWN = Q(unit__model__isnull=False) & ~Q(unit__trim_text="") & ~Q(unit__colour="")
"""A car whose model, trim and colour are known can be compared with others."""


def left_by_retail(month: Month) -> QuerySet[StockMovement]:
    """The cars that left by retail in a month and can be compared with others of their kind."""
    return moved(month).filter(KNOWN, kind=MovementKind.RETAIL)


def out_of_order(month: Month) -> QuerySet[StockMovement]:
    """Those of them that left while the same model, trim and colour had stood longer and was kept for no
    order. Source: I-14.
    """
    day = OuterRef(OuterRef("occurred_on"))
    kept = Reservation.objects.filter(unit=OuterRef("pk"), reserved_at__date__lte=day).filter(
        Q(released_at__isnull=True) | Q(released_at__date__gt=day)
    )
    older = StockUnit.objects.filter(
        dealer=OuterRef("dealer"),
        model=OuterRef("unit__model"),
        trim_text=OuterRef("unit__trim_text"),
        colour=OuterRef("unit__colour"),
        received_on__lt=OuterRef("unit__received_on"),
    ).filter(Q(gone_on__isnull=True) | Q(gone_on__gt=OuterRef("occurred_on")))
    return left_by_retail(month).filter(Exists(older.filter(~Exists(kept))))


def _declare(code: str, label: Any, facts: Any) -> None:
    registry.measure(
        Measure(
            code=code,
            label=label,
            kind=Kind.FLOW,
            unit=Unit.UNITS,
            facts=facts,
            aggregate=-Sum("quantity"),
            feed=STOCK,
            columns=(*COLUMNS, Column("received_on", _("Received on"), "date", value=_received)),
        )
    )


def _received(row: StockMovement) -> Any:
    return row.unit.received_on


_declare("inventory.compared_units", _("Left by retail, of known model, trim and colour"), left_by_retail)
_declare("inventory.out_of_order_units", _("Left by retail before an older one of its kind"), out_of_order)
registry.measure(
    Measure(
        code="inventory.mix_gap",
        label=_("Shares of stock against shares of sales"),
        kind=Kind.RATE,
        unit=Unit.PERCENT,
        facts=stock,
        aggregate=Sum("quantity"),
        feed=None,
        columns=COLUMNS,
        told=gap,
    )
)
