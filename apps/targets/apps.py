from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TargetsConfig(AppConfig):
    name = "apps.targets"
    label = "targets"
    verbose_name = _("Targets")

    def ready(self) -> None:
        import_module("apps.targets.services")
