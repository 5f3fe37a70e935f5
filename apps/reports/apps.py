from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "apps.reports"
    label = "reports"
    verbose_name = _("Duties and reports")

    def ready(self) -> None:
        import_module("apps.reports.declared")
        import_module("apps.reports.registry").load()
        import_module("apps.reports.approvals").declare()
        import_module("apps.reports.listening")
