from apps.incentives.policies import documents
from apps.incentives.policies.accruals import VIEW, accrual, accrual_line
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
    "VIEW",
    "VIEW_RUNS",
    "accrual",
    "accrual_line",
    "dispute",
    "documents",
    "item",
    "run",
    "statement",
    "statement_line",
]
