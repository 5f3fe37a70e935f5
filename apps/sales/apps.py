from importlib import import_module

from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "apps.sales"
    label = "sales"

    def ready(self) -> None:
        import_module("apps.sales.handovers")
        import_module("apps.sales.panels")
