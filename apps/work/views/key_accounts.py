from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, FormPage, ListPage
from apps.work.forms.activities import KeyAccountForm
from apps.work.policies import activities as policies
from apps.work.queries import activities as queries
from apps.work.services import key_accounts
from apps.work.tables import activities as tables


class KeyAccountList(ListPage):
    action = policies.KEY_ACCOUNTS
    title = _("Key accounts")
    query = queries.key_accounts
    table = tables.KeyAccountTable
    empty = _("No key account yet.")
    buttons = (Button(_("Add"), "work:key-account-create", policies.MANAGE_KEY_ACCOUNTS, "plus", True),)


class KeyAccountCreate(FormPage):
    action = policies.MANAGE_KEY_ACCOUNTS
    title = _("Add a key account")
    form_class = KeyAccountForm
    success = _("The key account is added.")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def save(self, cleaned: dict[str, Any]) -> str:
        key_accounts.create_key_account(**cleaned, actor=self.actor, now=timezone.now())
        return reverse("work:key-account-list")
