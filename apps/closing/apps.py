from importlib import import_module

from django.apps import AppConfig


class ClosingConfig(AppConfig):
    name = "apps.closing"
    label = "closing"

    def ready(self) -> None:
        import_module("apps.closing.tasks")
        import_module("apps.closing.telling")
