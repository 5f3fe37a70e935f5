from apps.ordering.tables.plans import LineTable, PlanLineTable, PlanTable, plan_badge, steps_of

__all__ = ["LineTable", "PlanLineTable", "PlanTable", "plan_badge", "steps_of"]
