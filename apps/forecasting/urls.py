from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.forecasting import policies
from apps.forecasting.views import climate, demand, forecasts

app_name = "forecasting"
urlpatterns = [
    path("", forecasts.DealerForecasts.as_view(), name="forecast-list"),
    path("<int:pk>/", forecasts.ForecastDetail.as_view(), name="forecast-detail"),
    path("units/", forecasts.UnitForecasts.as_view(), name="unit-list"),
    path("quality/", forecasts.QualityPage.as_view(), name="quality"),
    path("climate/", climate.ClimatePage.as_view(), name="climate"),
    path("demand/", demand.DemandPage.as_view(), name="demand"),
    path("compute/", forecasts.Compute.as_view(), name="compute"),
]

menu.add("sales", _("Sales forecast"), "forecasting:forecast-list", policies.VIEW, order=60)
menu.add("inventory", _("Monthly demand"), "forecasting:demand", policies.VIEW, order=75)
menu.add("inventory", _("Stock climate (VIA)"), "forecasting:climate", policies.CLIMATE, order=80)
