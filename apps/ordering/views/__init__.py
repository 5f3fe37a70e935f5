from apps.ordering.views.money import CashNeed
from apps.ordering.views.plans import (
    LateList,
    LineList,
    OrderDesk,
    PlanConfirm,
    PlanCreate,
    PlanDetail,
    PlanLineAdd,
    PlanLines,
    PlanReport,
    PlanSubmit,
)

__all__ = [
    "CashNeed",
    "LateList",
    "LineList",
    "OrderDesk",
    "PlanConfirm",
    "PlanCreate",
    "PlanDetail",
    "PlanLineAdd",
    "PlanLines",
    "PlanReport",
    "PlanSubmit",
]
