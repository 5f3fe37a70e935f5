from apps.incentives.policies import documents
from apps.incentives.policies.programmes import programme, version
from apps.incentives.policies.settlements import VIEW, line, settlement
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
    "dispute",
    "documents",
    "item",
    "line",
    "programme",
    "run",
    "settlement",
    "statement",
    "statement_line",
    "version",
]
