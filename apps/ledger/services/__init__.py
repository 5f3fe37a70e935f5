from apps.ledger.services.holding import capture, hold, release
from apps.ledger.services.notes import Invoice, cancel_note, confirm_note, issue_note
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
from apps.ledger.services.wallets import ask_transfer, withdraw_transfer

__all__ = [
    "Invoice",
    "Payment",
    "ask_transfer",
    "assign_receipt",
    "cancel_note",
    "capture",
    "confirm_note",
    "expire",
    "freeze",
    "hold",
    "issue_note",
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
    "withdraw_transfer",
]
