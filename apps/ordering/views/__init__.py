from apps.ordering.views.money import CashNeed
from apps.ordering.views.plans import (
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
