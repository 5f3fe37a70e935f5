from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClosingConfig(AppConfig):
    name = "apps.closing"
    label = "closing"
    verbose_name = _("Month close")

    def ready(self) -> None:
        import_module("apps.closing.tasks")
        import_module("apps.closing.telling")
