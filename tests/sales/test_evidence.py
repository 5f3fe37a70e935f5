"""Documents about sold cars come in once, from page, API and import, and are withdrawn by counter-rows."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from apps.core.errors import DomainError
from apps.core.models import AuditEvent
from apps.sales import queries, services
from apps.sales.models import SaleEvidence
from tests.sales.rows import row

VIN = "LDP0000A0SA000001"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


def paper(dealer_id: int, **given):
    base = {"dealer_id": dealer_id, "vin": VIN, "kind": "registration", "number": "浙A12345", "note": ""}
    return base | {"issued_on": date(2026, 7, 5)} | given


@pytest.fixture
def ops(hq_ops, actor_of):
    return actor_of(hq_ops)


@pytest.fixture
def sold(network, ops, now):
    services.record_deliveries(rows=[row("A1", network.d1.pk, vin=VIN)], source="dms", actor=ops, now=now)


def test_a_document_is_taken_once(network, sold, ops, now) -> None:
    first = services.record_evidence(rows=[paper(network.d1.pk)], source="dms", actor=ops, now=now)
    again = services.record_evidence(rows=[paper(network.d1.pk)], source="dms", actor=ops, now=now)
    assert (first.created, again.created, again.same) == (1, 0, 1)
    held = SaleEvidence.objects.get()
    assert (held.kind, held.issued_on, held.recorded_by, held.recorded_at) == (
        "registration",
        date(2026, 7, 5),
        ops.label,
        now,
    )
    assert AuditEvent.objects.filter(action="sales.record_evidence").count() == 1


def test_a_withdrawn_document_stays_and_may_come_again(network, sold, ops, now) -> None:
    services.record_evidence(rows=[paper(network.d1.pk)], source="dms", actor=ops, now=now)
    services.withdraw_evidence(evidence=SaleEvidence.objects.get(), note="错车", actor=ops, now=now)
    assert list(SaleEvidence.objects.order_by("pk").values_list("revision", "note")) == [(1, ""), (2, "错车")]
    assert not queries.evidence_in_force().exists()
    with pytest.raises(DomainError) as refused:
        services.withdraw_evidence(evidence=SaleEvidence.objects.earliest("pk"), note="", actor=ops, now=now)
    assert refused.value.code == "not_in_force"
    services.record_evidence(rows=[paper(network.d1.pk)], source="dms", actor=ops, now=now)
    assert queries.evidence_in_force().get().revision == 3


def test_a_document_is_never_changed(network, sold, ops, now) -> None:
    services.record_evidence(rows=[paper(network.d1.pk)], source="dms", actor=ops, now=now)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE sales_saleevidence SET number = 'x'")


def test_a_car_nobody_sold_is_a_warning_and_a_day_ahead_an_error(network, ops, now) -> None:
    done = services.record_evidence(rows=[paper(network.d1.pk)], source="dms", actor=ops, now=now)
    assert [(each.code, each.warning) for each in done.problems] == [("not_sold", True)]
    wrong = paper(network.d1.pk, issued_on=date(2026, 8, 1))
    with pytest.raises(DomainError) as refused:
        services.record_evidence(rows=[wrong], source="dms", actor=ops, now=now)
    assert refused.value.code == "rows_refused"
    assert SaleEvidence.objects.count() == 1


def test_a_dealer_records_a_document_with_its_file_on_the_page(
    network, sold, d1_gm, d2_gm, client_of
) -> None:
    sent = {"dealer": "D001", "vin": VIN, "kind": "registration", "issued_on": "2026-07-05"}
    sent |= {"file": SimpleUploadedFile("行驶证.pdf", PDF)}
    answer = client_of(d1_gm).post(reverse("sales:evidence-enter"), sent, follow=True)
    assert "行驶证.pdf" in answer.content.decode()
    made = SaleEvidence.objects.get()
    assert made.file is not None and made.file.dealer_id == network.d1.pk
    foreign = client_of(d2_gm).get(reverse("sales:evidence-detail", kwargs={"pk": made.pk}))
    assert foreign.status_code == 404
    refused = client_of(d2_gm).post(
        reverse("sales:evidence-enter"), sent | {"file": SimpleUploadedFile("x.pdf", PDF)}
    )
    assert refused.status_code == 422 and SaleEvidence.objects.count() == 1


def test_another_system_sends_documents(network, sold, hq_ops, api_of) -> None:
    body = {"dealer": "D001", "vin": VIN, "kind": "上牌", "number": "浙A1", "issued_on": "2026-07-05"}
    api, url = api_of(hq_ops), reverse("evidence-list")
    first = api.post(url, body, format="json", headers={"Idempotency-Key": "evidence-1"})
    again = api.post(url, body, format="json", headers={"Idempotency-Key": "evidence-1"})
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first.json()["created"] == 1
    assert api.get(url).json()["results"][0]["kind"] == "registration"
