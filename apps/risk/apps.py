from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RiskConfig(AppConfig):
    name = "apps.risk"
    label = "risk"
    verbose_name = _("Risk")

    def ready(self) -> None:
        import_module("apps.risk.services")
