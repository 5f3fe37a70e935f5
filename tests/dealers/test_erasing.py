"""Erasing a person on request leaves every closed figure as it was, and the trail unbroken."""

from __future__ import annotations

import pytest
from django.db import connection

from apps.closing import digests
from apps.closing.models import Run, Step
from apps.core import access, chain
from apps.core.models import AuditEvent
from apps.dealers import services
from apps.health.models import HealthScore
from apps.incentives.models import Accrual, AccrualLine
from apps.kernel.period import Month
from apps.metrics.models import KpiValue, MeasureValue
from apps.sales.models import RetailDelivery
from tests.factories.facts import close, sell

pytestmark = pytest.mark.django_db
JUNE = Month(2026, 6)
FIGURES = (MeasureValue, KpiValue, HealthScore, Accrual)
CLEAR = ("王小明", "13812345678", "wang.xm@example.com")


def figures() -> dict[str, str]:
    """Every frozen table by the hash the close itself takes, facts and lines row by row."""
    found = {model.__name__: digests.of_rows(model, JUNE, 1).sha256 for model in FIGURES}
    found |= {
        model.__name__: str(list(model.objects.order_by("pk").values()))
        for model in (RetailDelivery, AccrualLine)
    }
    found["run"] = Run.objects.get().result_hash
    return found | {f"step {step.pk}": step.result_hash for step in Step.objects.all()}


def test_erasing_keeps_closed_figures_and_the_trail(network, client_of, hq_ops, d1_gm, now) -> None:
    contact = services.create_contact(
        dealer=network.d1, role="sales", name=CLEAR[0], mobile=CLEAR[1], email=CLEAR[2],
        actor=access.system("test"), now=now,
    )  # fmt: skip
    sell([network.d1, network.d2], JUNE, 3, now)
    close(JUNE, now, freeze=True)
    connection.check_constraints()
    before, page = figures(), client_of(d1_gm).get(f"/incentives/accruals/{accrual(network.d1)}/").content
    assert before["run"] and RetailDelivery.objects.count() == 6 and KpiValue.objects.exists()
    asked = client_of(hq_ops).post(f"/dealers/contacts/{contact.pk}/erase/", {"reason": "本人要求删除"})
    assert asked.status_code == 302
    contact.refresh_from_db()
    assert (contact.name, contact.mobile, contact.email) == (None, None, None)
    assert (contact.mobile_key, contact.email_key) == ("", "")
    assert figures() == before
    again = client_of(d1_gm).get(f"/incentives/accruals/{accrual(network.d1)}/").content
    assert again.count(b"<td") == page.count(b"<td")
    assert AuditEvent.objects.get(action="dealers.erase_contact").dealer_id == network.d1.pk
    connection.check_constraints()
    assert chain.verify().intact
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE ANY(%s)",
                [[f"%{text}%" for text in CLEAR]],
            )
            assert cursor.fetchone() == (0,), table


def accrual(dealer) -> int:
    return Accrual.objects.get(dealer=dealer).pk
