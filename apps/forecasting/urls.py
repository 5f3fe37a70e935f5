from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.forecasting import policies, views

app_name = "forecasting"
urlpatterns = [
    path("", views.DealerForecasts.as_view(), name="forecast-list"),
    path("<int:pk>/", views.ForecastDetail.as_view(), name="forecast-detail"),
    path("units/", views.UnitForecasts.as_view(), name="unit-list"),
    path("quality/", views.QualityPage.as_view(), name="quality"),
    path("compute/", views.Compute.as_view(), name="compute"),
]

menu.add("sales", _("Sales forecast"), "forecasting:forecast-list", policies.VIEW, order=60)
