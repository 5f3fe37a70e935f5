"""docs/operations.md: what an operator types."""

from __future__ import annotations

import base64
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from apps.accounts import services
from apps.accounts.models import User
from apps.core.models import AuditEvent
from tests.recipes import pages

PASSWORD = "vier bunte socken im wind"


@pytest.mark.django_db
def test_the_first_administrator_reaches_everything(client: Client) -> None:
    words = pages.block("../operations.md", "first-administrator").text.split()
    said = StringIO()
    call_command(*words[2:], stdout=said)
    address = said.getvalue().split()[-1]
    assert address.startswith("https://dealerops.example.com/accounts/link/")
    path = address.removeprefix("https://dealerops.example.com")
    assert client.post(path, {"new_password": PASSWORD}).status_code == 200
    answer = client.post("/accounts/login/", {"username": "admin", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/second-step/")
    secret = client.get(answer["Location"]).context["secret"]
    code = services.current_code(base64.b32decode(secret.replace(" ", "")), now=timezone.now())
    assert client.post(answer["Location"], {"code": code}).context["onward"] == "/"
    for page in ("/", "/accounts/users/", "/dealers/new/", "/imports/new/", "/admin/"):
        assert client.get(page).status_code == 200, page
    user = User.objects.get(username="admin")
    assert AuditEvent.objects.filter(action="accounts.assign").count() == 1
    assert (user.is_staff, user.is_superuser) == (True, True)
