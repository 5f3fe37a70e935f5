"""The absence of a value, which always carries its reason and is never zero."""

from typing import NamedTuple


class Missing(NamedTuple):
    """No value, with the reason code that explains why (for example ``feed_missing``)."""

    reason: str
