from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EngagementConfig(AppConfig):
    name = "apps.engagement"
    label = "engagement"
    verbose_name = _("Reward points")

    def ready(self) -> None:
        for name in ("events", "services", "imports"):
            import_module(f"apps.engagement.{name}")
