from apps.ordering.queries.plans import (
    Desk,
    WeekOfMoney,
    arrivals,
    cash_need,
    desk,
    lines,
    lines_of,
    plans,
    terms_on,
    trim_of,
    windows_for,
)
from apps.ordering.queries.reorder import suggested_lines

__all__ = [
    "Desk",
    "WeekOfMoney",
    "arrivals",
    "cash_need",
    "desk",
    "lines",
    "lines_of",
    "plans",
    "suggested_lines",
    "terms_on",
    "trim_of",
    "windows_for",
]
