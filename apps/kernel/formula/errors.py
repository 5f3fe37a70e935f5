"""What can be wrong with a formula."""

from collections.abc import Mapping
from types import MappingProxyType

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "too_long": "The formula is longer than %(limit)s characters.",
        "too_deep": "The formula is nested more than %(limit)s levels deep.",
        "bad_character": "This character has no meaning in a formula: %(found)s",
        "unexpected": "Expected %(expected)s, found %(found)s.",
        "bad_number": "This is not a number a formula can hold: %(found)s",
        "bad_code": "A code has the form app.noun in lower case: %(found)s",
        "bad_window": "A window covers 1 to %(limit)s months: %(found)s",
        "window_after_sum": "Months that are already summed or averaged cannot be summed again: %(found)s",
        "too_many_windows": "At most %(limit)s windows may follow one code.",
        "too_few_values": "At least two values are compared.",
        "bad_tiers": "Tiers are listed by ascending lower bound, each bound once.",
        "unknown_code": "No measure or KPI has this code: %(found)s",
        "not_summable": "Only a flow may be summed over months, %(found)s is a %(kind)s.",
        "month_needed": "A year-to-date formula is evaluated for a month, and none was given.",
        "cycle": "These KPIs refer to each other in a circle: %(found)s",
    }
)


class FormulaError(ValueError):
    """A formula that cannot be read or must not be used: message code, its parameters, place in the text.

    ``position`` counts characters from 0 and is None when the formula did not come from a text.
    ``MESSAGES[code] % params`` is the English sentence; pages translate the template.
    """

    def __init__(self, code: str, position: int | None = None, **params: str | int) -> None:
        self.code = code
        self.position = position
        self.params = params
        place = "" if position is None else f" (at character {position + 1})"
        super().__init__(MESSAGES[code] % params + place)
