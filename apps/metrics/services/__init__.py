"""Writes of the monthly store: feeds, measures, KPIs, units, readings of months, and what is configured."""

from apps.metrics.services.collecting import collect
from apps.metrics.services.computing import compute_kpis
from apps.metrics.services.configuring import LIMITS, save_custom_kpi, set_feed, set_kpi
from apps.metrics.services.feeds import declare_nil, mark_reported, retract
from apps.metrics.services.revisions import begin, finish, open_reading
from apps.metrics.services.units import reduce_units

__all__ = [
    "LIMITS",
    "begin",
    "collect",
    "compute_kpis",
    "declare_nil",
    "finish",
    "mark_reported",
    "open_reading",
    "reduce_units",
    "retract",
    "save_custom_kpi",
    "set_feed",
    "set_kpi",
]
