from apps.ordering.tables.plans import (
    LateTable,
    LineTable,
    ModelTable,
    PlanLineTable,
    PlanTable,
    PurchaseTable,
    TenDaysTable,
    plan_badge,
    steps_of,
)

__all__ = [
    "LateTable",
    "LineTable",
    "ModelTable",
    "PlanLineTable",
    "PlanTable",
    "PurchaseTable",
    "TenDaysTable",
    "plan_badge",
    "steps_of",
]
