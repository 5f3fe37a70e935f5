from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "apps.core"
    label = "core"
    verbose_name = _("System")

    def ready(self) -> None:
        import_module("apps.core.imports.registry").load()
        import_module("apps.core.trail").load()
        import_module("apps.core.imports.handlers")
        import_module("apps.core.handlers")
        import_module("apps.core.gate")
        post_migrate.connect(import_module("apps.core.fortress").after_migration, sender=self)
