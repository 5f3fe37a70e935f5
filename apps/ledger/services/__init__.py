from apps.ledger.services.holding import capture, hold, release
from apps.ledger.services.payments import Payment, record_payment
from apps.ledger.services.posting import expire, open_account, post, post_many, reverse
from apps.ledger.services.terms import freeze, set_limit, unfreeze

__all__ = [
    "Payment",
    "capture",
    "expire",
    "freeze",
    "hold",
    "open_account",
    "post",
    "post_many",
    "record_payment",
    "release",
    "reverse",
    "set_limit",
    "unfreeze",
]
