from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ForecastingConfig(AppConfig):
    name = "apps.forecasting"
    label = "forecasting"
    verbose_name = _("Forecasts")

    def ready(self) -> None:
        import_module("apps.forecasting.tasks")
