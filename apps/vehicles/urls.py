from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.vehicles import policies, views

app_name = "vehicles"
urlpatterns = [
    path("", views.Catalogue.as_view(), name="catalogue"),
    path("vin/", views.VinLookUp.as_view(), name="vin-look-up"),
]

menu.add("inventory", _("VIN look-up"), "vehicles:vin-look-up", policies.VIEW, order=60)
menu.add("settings", _("Model catalogue"), "vehicles:catalogue", policies.VIEW, order=40)
