"""The REST API of the dealer network."""

from apps.dealers.api.dealers import DealerViewSet
from apps.dealers.api.units import UnitViewSet

routes = [("dealers", DealerViewSet, "dealer"), ("units", UnitViewSet, "unit")]
