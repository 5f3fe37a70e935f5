from apps.incentives.policies import documents
from apps.incentives.policies.accruals import VIEW, accrual, accrual_line
from apps.incentives.policies.payments import (
    RELEASE_PAYMENTS,
    VIEW_BATCHES,
    batch,
    payment,
    payment_item,
)
from apps.incentives.policies.statements import (
    CALCULATE,
    CONFIRM,
    DECIDE,
    DISPUTE,
    PAY,
    RELEASE,
    VIEW_RUNS,
    dispute,
    item,
    run,
    statement,
    statement_line,
)

__all__ = [
    "CALCULATE",
    "CONFIRM",
    "DECIDE",
    "DISPUTE",
    "PAY",
    "RELEASE",
    "RELEASE_PAYMENTS",
    "VIEW",
    "VIEW_BATCHES",
    "VIEW_RUNS",
    "accrual",
    "accrual_line",
    "batch",
    "dispute",
    "documents",
    "item",
    "payment",
    "payment_item",
    "run",
    "statement",
    "statement_line",
]
