from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.core.models import ImportBatch
from apps.core.models.imports import BatchStatus
from apps.dealers.models import Outlet

from .conftest import KIND, csv_of, row


def send(client, content, name="outlets.csv", **fields):
    sent = SimpleUploadedFile(name, content, content_type="text/csv")
    return client.post(reverse("core:import-new"), {"kind": KIND, "file": sent, **fields}, follow=True)


def test_upload_check_import_withdraw_by_page(network, hq_ops, client_of):
    client = client_of(hq_ops)
    page = send(client, csv_of(row(1), row(2, "D002")))
    assert page.status_code == 200
    batch = ImportBatch.objects.get()
    assert (batch.status, batch.good_rows, batch.bad_rows) == (BatchStatus.CHECKED, 2, 0)
    done = client.post(reverse("core:import-commit", args=[batch.pk]), {"mode": "all"}, follow=True)
    assert done.status_code == 200
    assert Outlet.objects.count() == 2
    asked = client.get(reverse("core:import-withdraw", args=[batch.pk]))
    assert asked.status_code == 200
    client.post(reverse("core:import-withdraw", args=[batch.pk]))
    assert Outlet.objects.filter(closed_on=None).count() == 0
    for name in ("core:import-list", "core:import-new", "core:profile-list"):
        assert client.get(reverse(name)).status_code == 200
