"""Reads of the monthly store: readings of months, the KPI dictionary, values, feeds and explanations."""

from apps.metrics.queries.dictionary import computed_kpis, custom_kpis, kpi, kpis, label, settings_of, words
from apps.metrics.queries.months import current_revisions, in_readings, readings_of, revision_of, revisions

__all__ = [
    "computed_kpis",
    "current_revisions",
    "custom_kpis",
    "in_readings",
    "kpi",
    "kpis",
    "label",
    "readings_of",
    "revision_of",
    "revisions",
    "settings_of",
    "words",
]
