from apps.ledger.services.holding import capture, hold, release
from apps.ledger.services.payments import (
    Payment,
    assign_receipt,
    record_payment,
    reopen_receipt,
    set_aside,
    take_payments,
)
from apps.ledger.services.posting import expire, open_account, post, post_many, reverse
from apps.ledger.services.terms import freeze, set_limit, unfreeze

__all__ = [
    "Payment",
    "assign_receipt",
    "capture",
    "expire",
    "freeze",
    "hold",
    "open_account",
    "post",
    "post_many",
    "record_payment",
    "release",
    "reopen_receipt",
    "reverse",
    "set_aside",
    "set_limit",
    "take_payments",
    "unfreeze",
]
