from apps.ordering.tables.plans import (
    LateTable,
    LineTable,
    ModelTable,
    PlanTable,
    PurchaseTable,
    TenDaysTable,
    lines_table,
    plan_badge,
    steps_of,
)

__all__ = [
    "LateTable",
    "LineTable",
    "ModelTable",
    "PlanTable",
    "PurchaseTable",
    "TenDaysTable",
    "lines_table",
    "plan_badge",
    "steps_of",
]
