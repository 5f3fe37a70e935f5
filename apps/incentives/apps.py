from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncentivesConfig(AppConfig):
    name = "apps.incentives"
    label = "incentives"
    verbose_name = _("Incentives")

    def ready(self) -> None:
        import_module("apps.incentives.services")
        import_module("apps.incentives.tasks")
