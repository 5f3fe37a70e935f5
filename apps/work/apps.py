from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkConfig(AppConfig):
    name = "apps.work"
    label = "work"
    verbose_name = _("Work")

    def ready(self) -> None:
        import_module("apps.work.declared")
        import_module("apps.work.services")
        import_module("apps.work.listening")
