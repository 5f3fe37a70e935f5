from importlib import import_module

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "apps.inventory"
    label = "inventory"

    def ready(self) -> None:
        import_module("apps.inventory.alert_rules")
        import_module("apps.inventory.notices")
        import_module("apps.inventory.panels")
        import_module("apps.inventory.services.delivered")
