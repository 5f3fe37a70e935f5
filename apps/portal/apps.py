from importlib import import_module

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "apps.portal"
    label = "portal"

    def ready(self) -> None:
        import_module("apps.portal.providers")
        import_module("apps.portal.tasks")
