"""docs/operations.md: what an operator types."""

from __future__ import annotations

import pytest

from apps.accounts.models import User
from apps.core.models import AuditEvent
from tests.recipes import pages

SNIPPET = pages.block("../operations.md", "first-administrator")


@pytest.mark.django_db
def test_the_first_administrator_reaches_everything(client):
    exec(compile(SNIPPET.text, "first-administrator", "exec"), {})  # noqa: S102 - our own page
    answer = client.post("/accounts/login/", {"username": "admin", "password": "change-this-password"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    for address in ("/", "/accounts/users/", "/dealers/new/", "/imports/new/", "/admin/"):
        assert client.get(address).status_code == 200, address
    user = User.objects.get(username="admin")
    assert AuditEvent.objects.filter(action="accounts.assign").count() == 1
    assert (user.is_staff, user.is_superuser) == (True, True)
