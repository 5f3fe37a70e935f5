"""What leaves the product is in the trail: exports with filter and count, and downloads of files."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.core import access, files
from apps.core.imports import services as imports
from apps.core.models import AuditEvent

pytestmark = pytest.mark.django_db
TAKEN = ("core.export", "core.download_file", "core.download_errors")


def taken() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action__in=TAKEN).order_by("id"))


def test_an_export_says_who_took_which_list_by_what_filter_and_how_much(network, client_of, am_1, d1_gm):
    assert client_of(am_1).get("/dealers/?_export=xlsx").status_code == 200
    assert client_of(am_1).get("/dealers/?q=D001&_export=xlsx").status_code == 200
    assert client_of(d1_gm).get("/dealers/?q=13812345678&_export=xlsx").status_code == 200
    found = taken()
    assert {event.action for event in found} == {"core.export"}
    assert [event.actor_id for event in found] == [am_1.pk, am_1.pk, d1_gm.pk]
    assert [event.after for event in found] == [
        {"filter": "", "total_rows": 2},
        {"filter": "q=D001", "total_rows": 1},
        {"filter": "q=138****5678", "total_rows": 0},
    ]
    assert {(event.object_type, event.object_id) for event in found} == {("dealers.dealer", "")}
    assert [event.dealer_id for event in found] == [None, None, network.d1.pk]
    assert found[0].object_label == "经销商"


def test_a_list_that_is_only_read_or_refused_leaves_no_event(network, client_of, d1_gm):
    assert client_of(d1_gm).get("/dealers/").status_code == 200
    assert client_of(d1_gm).get("/accounts/users/?_export=xlsx").status_code == 403
    assert taken() == []


def test_a_download_is_recorded_with_the_hash_of_what_was_taken(network, client_of, d1_gm, d2_gm, now):
    stored = files.store(
        content=b"a,b\n1,2\n",
        name="table.csv",
        actor=access.system("test"),
        now=now,
        dealer_id=network.d1.pk,
    )
    address = reverse("core:file", args=[stored.pk])
    assert client_of(d2_gm).get(address).status_code == 404
    assert taken() == []
    assert client_of(d1_gm).get(address).status_code == 200
    (event,) = taken()
    assert (event.action, event.object_id, event.object_label) == (
        "core.download_file",
        str(stored.pk),
        "table.csv",
    )
    assert (event.actor_id, event.dealer_id, event.after) == (
        d1_gm.pk,
        network.d1.pk,
        {"sha256": stored.sha256},
    )


def test_a_marked_copy_is_recorded_from_page_and_api(
    network, client_of, api_of, actor_of, hq_ops, run_jobs, now
):
    table = "销售单号,经销商代码,交车日期\nS1,D001,never\n"
    batch = imports.upload(
        kind="sales.retail", content=table.encode(), name="sold.csv", actor=actor_of(hq_ops), now=now
    )
    run_jobs()
    batch.refresh_from_db()
    assert batch.bad_rows == 1
    assert client_of(hq_ops).get(reverse("core:import-annotated", args=[batch.pk])).status_code == 200
    assert api_of(hq_ops).get(f"/api/v1/imports/{batch.pk}/annotated/").status_code == 200
    assert [(event.action, event.object_label, event.after) for event in taken()] == [
        ("core.download_errors", "sold.csv", {"bad_rows": 1})
    ] * 2


def test_the_trail_says_it_in_words(network, client_of, hq_admin, am_1):
    client_of(am_1).get("/dealers/?q=D001&_export=xlsx")
    page = client_of(hq_admin).get("/audit/?action=core.export").content.decode()
    assert "导出列表" in page and "q=D001" in page
