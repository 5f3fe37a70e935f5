from apps.ledger.models.books import (
    ACCOUNT_KINDS,
    ENTRY_KINDS,
    RECEIPT_STATES,
    Account,
    AccountChange,
    BankReceipt,
    Entry,
    Hold,
    HoldEnd,
    Lot,
    LotUse,
    Posting,
)
from apps.ledger.models.wallets import NOTE_STATES, TRANSFER_STATES, CreditNote, WalletTransfer

__all__ = [
    "ACCOUNT_KINDS",
    "ENTRY_KINDS",
    "NOTE_STATES",
    "RECEIPT_STATES",
    "TRANSFER_STATES",
    "Account",
    "AccountChange",
    "BankReceipt",
    "CreditNote",
    "Entry",
    "Hold",
    "HoldEnd",
    "Lot",
    "LotUse",
    "Posting",
    "WalletTransfer",
]
