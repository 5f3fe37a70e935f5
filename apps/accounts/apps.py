from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    label = "accounts"
    verbose_name = _("Users and access")

    def ready(self) -> None:
        import_module("apps.accounts.tasks")
        post_migrate.connect(follow_product, sender=self)


def follow_product(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """After a migration the grants nobody changed follow the actions the product declares."""
    grants = import_module("apps.accounts.rights.grants")
    if grants.Grant._meta.db_table in connections[using].introspection.table_names():
        import_module("apps.core.fortress").load()
        grants.sync()
