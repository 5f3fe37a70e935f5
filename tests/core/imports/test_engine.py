from __future__ import annotations

from apps.core.imports import services
from apps.core.models import ImportBatch, ImportRow
from apps.core.models.imports import BatchStatus
from apps.dealers.models import Outlet

from .conftest import KIND, csv_of, row


def upload(actor, now, content, name="outlets.csv", **wish):
    return services.upload(
        kind=KIND, content=content, name=name, actor=actor, now=now, wish=services.Wish(**wish)
    )


def test_a_good_file_is_checked_and_then_imported(network, hq_ops, actor_of, now):
    actor = actor_of(hq_ops)
    batch = upload(actor, now, csv_of(row(1), row(2, "D002")))
    assert (batch.status, batch.total_rows, batch.good_rows, batch.bad_rows) == (BatchStatus.CHECKED, 2, 2, 0)
    assert Outlet.objects.count() == 0
    done = services.commit(batch=batch, mode="all", actor=actor, now=now)
    assert (done.status, done.created_facts) == (BatchStatus.COMMITTED, 2)
    assert list(Outlet.objects.order_by("code").values_list("code", "dealer__code", "store_type")) == [
        ("S001", "D001", "4s"),
        ("S002", "D002", "4s"),
    ]
    assert ImportRow.objects.count() == 0
    assert ImportBatch.objects.get().created_facts == 2
