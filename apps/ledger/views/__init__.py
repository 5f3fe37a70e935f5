from apps.ledger.views.accounts import (
    AccountDetail,
    AccountFreeze,
    AccountLimit,
    AccountList,
    AccountUnfreeze,
    EntryDetail,
    EntryReverse,
    PaymentCreate,
    PostingList,
)
from apps.ledger.views.receipts import (
    ReceiptAssign,
    ReceiptDetail,
    ReceiptList,
    ReceiptReopen,
    ReceiptSetAside,
)

__all__ = [
    "AccountDetail",
    "AccountFreeze",
    "AccountLimit",
    "AccountList",
    "AccountUnfreeze",
    "EntryDetail",
    "EntryReverse",
    "PaymentCreate",
    "PostingList",
    "ReceiptAssign",
    "ReceiptDetail",
    "ReceiptList",
    "ReceiptReopen",
    "ReceiptSetAside",
]
