from apps.ordering.models.plans import LINE_STATES, PLAN_STATES, OrderLine, OrderPlan, OrderTerms

__all__ = ["LINE_STATES", "PLAN_STATES", "OrderLine", "OrderPlan", "OrderTerms"]
