"""Where files are sent: dealers, a model, people with tokens, one begun report; and what is stored."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg2
from django.test import Client
from django.utils import timezone

from apps.accounts import queries as accounts_queries
from apps.accounts import services as accounts
from apps.core.roles import Role
from apps.reports import report_forms
from apps.reports.models import Submission
from apps.reports.queries import submissions as reports
from apps.reports.services import submissions
from apps.vehicles.models import Brand, CarModel, Series
from proofs.door import people
from proofs.files.callers import Caller, Direct, OverSockets

DEALERS = ("F001", "F002")
MODEL = "海风 L5"
LOGS = (
    "core_importbatch",
    "core_importrow",
    "core_storedfile",
    "core_auditevent",
    "core_auditblock",
    "core_auditanchor",
    "core_idempotentrequest",
    "core_job",
    "core_refusal",
    "accounts_apitoken",
    "accounts_user",
    "django_session",
    "work_message",
    "work_notice",
    "work_digestitem",
)
"""Tables that record that a file was sent; all others hold data."""


@dataclass
class Place:
    """Callers by name, the report, and a look into the data base beside the product."""

    operator: Caller
    colleague: Caller
    seller: Caller
    manager: Caller
    report: int
    books: Books


class Books:
    """The data base as its owner sees it, past the product."""

    def __init__(self, address: str, left_out: Collection[str] = LOGS) -> None:
        self.link = psycopg2.connect(address)
        self.link.autocommit = True
        cursor = self.link.cursor()
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' "
            "AND table_type = 'BASE TABLE' ORDER BY 1"
        )
        self.tables = [name for (name,) in cursor if name not in left_out]
        self._sums = " UNION ALL ".join(
            f"SELECT '{name}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM \"{name}\" AS t"
            for name in self.tables
        )

    def sums(self) -> dict[str, tuple[int, Decimal]]:
        """For each table its number of rows and a checksum of all that stands in them."""
        with self.link.cursor() as cursor:
            cursor.execute(self._sums)
            return {name: (count, total) for name, count, total in cursor.fetchall()}

    def deliveries(self, prefix: str) -> set[tuple[str, date, Decimal | None]]:
        """The deliveries whose number begins so: number, day, price."""
        with self.link.cursor() as cursor:
            cursor.execute(
                "SELECT external_id, occurred_on, price_amount FROM sales_retaildelivery "
                "WHERE starts_with(external_id, %s)",
                [prefix],
            )
            return set(cursor.fetchall())

    def close(self) -> None:
        """Let go."""
        self.link.close()


def build(port: int | None, address: str = "") -> Place:
    """Make the place through the services; without a port its people call in this process."""
    now = timezone.now()
    first, _second = (people.dealer(code) for code in DEALERS)
    brand, _new = Brand.objects.get_or_create(code="proof", defaults={"name": "proof"})
    series, _new = Series.objects.get_or_create(code="proof", defaults={"name": "proof", "brand": brand})
    CarModel.objects.get_or_create(code="L5", defaults={"name": MODEL, "series": series})
    seller = people.person("proof-seller", Role.DEALER_SALES, dealer=first)
    staff = [
        people.person(name, Role.HQ_OPERATIONS, unit=people.headquarters())
        for name in ("proof-operator", "proof-colleague")
    ]
    actor = accounts_queries.actor_for(seller, on=timezone.localdate())
    form = report_forms.TEN_DAYS
    (place,) = reports.places(form, actor=actor, on=timezone.localdate())
    period = form.period_of(timezone.localdate())
    begun = submissions.begin(form=form, place=place, period=period, actor=actor, now=now)
    manager = people.person("proof-manager", Role.ACCOUNT_MANAGER, unit=people.headquarters())
    operator, colleague, sells, manages = (_caller(user, port) for user in (*staff, seller, manager))
    return Place(operator, colleague, sells, manages, begun.pk, Books(address or os.environ["DATABASE_URL"]))


def _caller(user: Any, port: int | None) -> Caller:
    _token, secret = accounts.issue_token(
        user=user, name="proof", actor=people.ACTOR, now=timezone.now(), verified=True
    )
    return Direct(Client(), secret) if port is None else OverSockets(port, secret)


def report(place: Place) -> Submission:
    """The begun report as it stands now."""
    return Submission.objects.select_related("dealer", "unit", "user").get(pk=place.report)
