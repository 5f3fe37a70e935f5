"""Reads of the monthly store: readings of months, the KPI dictionary, values, feeds and explanations."""

from apps.metrics.queries.dictionary import (
    computed_kpis,
    custom_kpis,
    kpi,
    kpis,
    label,
    labels,
    lang,
    settings_of,
    words,
)
from apps.metrics.queries.explaining import explain, facts, facts_known_at, measure_value, reason_words
from apps.metrics.queries.feed_states import completeness, feed_counts, feeds, status_of
from apps.metrics.queries.months import (
    current_revisions,
    in_readings,
    readings_of,
    revision_of,
    revisions,
)
from apps.metrics.queries.values import (
    dealer_trend,
    kpi_values,
    measure_values,
    places,
    ranking,
    top_units,
    unit_row,
    unit_trend,
    unit_values,
)

__all__ = [
    "completeness",
    "computed_kpis",
    "current_revisions",
    "custom_kpis",
    "dealer_trend",
    "explain",
    "facts",
    "facts_known_at",
    "feed_counts",
    "feeds",
    "in_readings",
    "kpi",
    "kpi_values",
    "kpis",
    "label",
    "labels",
    "lang",
    "measure_value",
    "measure_values",
    "places",
    "ranking",
    "readings_of",
    "reason_words",
    "revision_of",
    "revisions",
    "settings_of",
    "status_of",
    "top_units",
    "unit_row",
    "unit_trend",
    "unit_values",
    "words",
]
