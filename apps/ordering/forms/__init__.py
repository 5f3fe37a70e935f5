from apps.ordering.forms.plans import LineForm, NewPlanForm, QuantitiesForm

__all__ = ["LineForm", "NewPlanForm", "QuantitiesForm"]
