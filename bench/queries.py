"""G: SQL statements of a request, the same for few and for many rows, within the limit of each kind of page.

Who is asking takes up to three statements (session or token, user, scope); they are counted apart.
"""

from __future__ import annotations

import sys

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from bench import data, harness

NAME = "queries"
PREAMBLE = 3
LIMITS = {"list": 4, "API list": 4, "detail": 5, "dashboard": 12}
WHO = ("django_session", "accounts_user", "accounts_apitoken", "accounts_assignment")
FEW, MANY = 2_000, 20_000


def main() -> int:
    """Count the statements of each page with few rows, then with ten times as many."""
    size = harness.scale(NAME)
    few, many = max(100, round(FEW * size)), max(1_000, round(MANY * size))
    with harness.scratch(NAME):
        data.network(20)
        data.feeds(2)
        data.deliveries(few, over=2)
        data.stock(gone=few, here=few, over=2)
        data.compute(data.months(2))
        before = _statements()
        data.deliveries(many - few, over=1, after=few)
        after = _statements()
    parts = [_part(page, before[page], after[page]) for page in LIMITS]
    preamble = max(who for who, _other in after.values())
    return harness.conclude(NAME, *parts, harness.Part("preamble", preamble / PREAMBLE, 1))


def _part(page: str, before: tuple[int, int], after: tuple[int, int]) -> harness.Part:
    """Statements to their limit; a page whose number grows with the rows keeps no limit."""
    (who, few), (_who, many) = before, after
    print(f"  {page:<10} {who} + {few} statements with few rows, {many} with many, limit {LIMITS[page]}")
    return harness.Part(page, many / LIMITS[page] if few == many else float("inf"), 1)


def _statements() -> dict[str, tuple[int, int]]:
    """For each page the statements about who is asking, and all others."""
    pk = data.row("SELECT min(id) FROM sales_retaildelivery")[0]
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(User.objects.get(username="hq_ops"))
    system = Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {data.token('integration')}"})
    asked = {
        "list": (browser, "/sales/"),
        "API list": (system, "/api/v1/deliveries/"),
        "detail": (browser, f"/sales/{pk}/"),
        "dashboard": (browser, "/"),
    }
    return {page: _counted(client, path) for page, (client, path) in asked.items()}


def _counted(client: Client, path: str) -> tuple[int, int]:
    client.get(path)  # what only the first request does is no part of it
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    found = [query["sql"] for query in captured if query["sql"].startswith(("SELECT", "INSERT", "UPDATE"))]
    who = [sql for sql in found if any(f'FROM "{table}"' in sql for table in WHO)]
    return len(who), len(found) - len(who)


if __name__ == "__main__":
    sys.exit(main())
