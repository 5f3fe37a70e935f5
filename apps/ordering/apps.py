from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrderingConfig(AppConfig):
    name = "apps.ordering"
    label = "ordering"
    verbose_name = _("Ordering")

    def ready(self) -> None:
        import_module("apps.ordering.notices")
        import_module("apps.ordering.happenings")
        import_module("apps.ordering.handlers")
