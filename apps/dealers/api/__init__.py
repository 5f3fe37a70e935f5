"""The REST API of the dealer network."""

from apps.dealers.api.contacts import ContactViewSet
from apps.dealers.api.dealers import DealerViewSet
from apps.dealers.api.units import UnitViewSet

routes = [
    ("dealers", DealerViewSet, "dealer"),
    ("dealer-contacts", ContactViewSet, "dealer-contact"),
    ("units", UnitViewSet, "unit"),
]
