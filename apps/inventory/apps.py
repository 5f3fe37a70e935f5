from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    name = "apps.inventory"
    label = "inventory"
    verbose_name = _("Inventory")

    def ready(self) -> None:
        import_module("apps.inventory.alert_rules")
        import_module("apps.inventory.notices")
        import_module("apps.inventory.panels")
        import_module("apps.inventory.services.delivered")
