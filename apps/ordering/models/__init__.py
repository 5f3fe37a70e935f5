from apps.ordering.models.plans import LINE_STATES, PLAN_STATES, OrderLine, OrderPlan, OrderTerms
from apps.ordering.models.reorder import ReorderTerms

__all__ = ["LINE_STATES", "PLAN_STATES", "OrderLine", "OrderPlan", "OrderTerms", "ReorderTerms"]
