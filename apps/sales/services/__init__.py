from apps.sales.services.deliveries import (
    FEED,
    PAGE,
    TABLE,
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

__all__ = [
    "FEED",
    "PAGE",
    "TABLE",
    "correct",
    "enter",
    "enter_evidence",
    "new_external_id",
    "problems_of",
    "record_accepted",
    "record_deliveries",
    "record_evidence",
    "record_return",
    "take_batch",
    "withdraw_batch",
    "withdraw_evidence",
]
