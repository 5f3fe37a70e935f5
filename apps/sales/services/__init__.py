from apps.sales.services.deliveries import (
    PAGE,
    correct,
    enter,
    new_external_id,
    problems_of,
    record_deliveries,
    record_return,
    take_batch,
    withdraw_batch,
)
from apps.sales.services.evidence import (
    enter_evidence,
    record_accepted,
    record_evidence,
    withdraw_evidence,
)
from apps.sales.services.posting import FEED, TABLE
from apps.sales.services.sharing import holdings, record_splits, withdraw_split

__all__ = [
    "FEED",
    "PAGE",
    "TABLE",
    "correct",
    "enter",
    "enter_evidence",
    "holdings",
    "new_external_id",
    "problems_of",
    "record_accepted",
    "record_deliveries",
    "record_evidence",
    "record_return",
    "record_splits",
    "take_batch",
    "withdraw_batch",
    "withdraw_evidence",
    "withdraw_split",
]
