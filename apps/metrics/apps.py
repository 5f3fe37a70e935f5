from importlib import import_module, util

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _


class MetricsConfig(AppConfig):
    name = "apps.metrics"
    label = "metrics"
    verbose_name = _("Measures and KPIs")

    def ready(self) -> None:
        registry = import_module("apps.metrics.registry").registry
        for config in apps.get_app_configs():
            for room in ("measures", "kpis"):
                if config.name.startswith("apps.") and util.find_spec(f"{config.name}.{room}"):
                    module = import_module(f"{config.name}.{room}")
                    registry.kpi(*getattr(module, "KPIS", ()))
        registry.freeze()
