"""docs/recipes/add-an-import.md, followed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from openpyxl import load_workbook

from apps.core.imports import registry
from apps.core.models import ImportBatch
from apps.core.models.imports import BatchStatus
from apps.dealers.models import Outlet

PAGE = "add-an-import.md"
HEAD = "网点编码,经销商代码,网点名称,店型,开业日期\n"
GOOD = HEAD + "W001,D001,余杭展厅,城市展厅,2025-03-01\nW002,D002,湖州二网,,\n"
BAD = GOOD + "W003,D999,无主网点,二网,2025-03-01\nW004,D001,错误日期,二网,昨天\n"


@pytest.fixture(autouse=True)
def kind(write, network):
    write(PAGE, "apps/dealers/imports/outlets.py")
    return registry.kinds()["dealers.outlet"]


def upload(client, text: str) -> ImportBatch:
    file = SimpleUploadedFile("outlets.csv", text.encode())
    answer = client.post("/imports/new/", {"kind": "dealers.outlet", "file": file})
    assert answer.status_code == 302, answer.content.decode()
    return ImportBatch.objects.latest("pk")


def outlets() -> list[tuple[str, str, str]]:
    return list(Outlet.objects.order_by("code").values_list("code", "dealer__code", "store_type"))


@pytest.mark.django_db
def test_by_page_from_upload_to_the_dealer(network, client_of, hq_ops):
    client = client_of(hq_ops)
    batch = upload(client, BAD)
    assert (batch.status, batch.good_rows, batch.bad_rows) == (BatchStatus.CHECKED, 2, 2)
    page = client.get(f"/imports/{batch.pk}/").content.decode()
    assert "D999" in page
    assert "昨天" in page
    assert outlets() == []
    client.post(f"/imports/{batch.pk}/commit/", {"mode": "good"})
    assert outlets() == [("W001", "D001", "city_showroom"), ("W002", "D002", "second_tier")]
    assert "余杭展厅" in client.get(f"/dealers/{network.d1.pk}/?tab=outlets").content.decode()


@pytest.mark.django_db
def test_the_same_file_twice_changes_nothing(client_of, hq_ops):
    client = client_of(hq_ops)
    for _turn in range(2):
        batch = upload(client, GOOD)
        client.post(f"/imports/{batch.pk}/commit/", {"mode": "all"})
    assert len(outlets()) == 2
    second = ImportBatch.objects.latest("pk")
    assert (second.status, second.same_rows, second.created_facts) == (BatchStatus.COMMITTED, 2, 0)
    renamed = upload(client, GOOD.replace("余杭展厅", "新名"))
    assert (renamed.good_rows, renamed.bad_rows, renamed.same_rows) == (0, 1, 1)


@pytest.mark.django_db
def test_the_template_holds_the_columns(client_of, hq_ops):
    answer = client_of(hq_ops).get("/imports/template/dealers.outlet/")
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["代码", "经销商", "名称", "店型", "开业日期"]


@pytest.mark.django_db
def test_by_api_and_by_command(api_of, hq_ops, tmp_path: Path):
    file = SimpleUploadedFile("outlets.csv", GOOD.encode())
    body = {"kind": "dealers.outlet", "file": file, "mode": "all"}
    answer = api_of(hq_ops).post("/api/v1/imports/", body, HTTP_IDEMPOTENCY_KEY="recipe-import-1")
    assert (answer.status_code, answer.json()["created_facts"]) == (201, 2)

    path = tmp_path / "more.csv"
    path.write_text(GOOD + "W009,D003,温州展厅,卫星店,2026-01-05\n", encoding="utf-8")
    said = io.StringIO()
    call_command("import_table", "dealers.outlet", str(path), stdout=said)
    assert "1 facts created, 2 rows known" in said.getvalue()
    path.write_text(BAD, encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("import_table", "dealers.outlet", str(path), stdout=said, stderr=io.StringIO())
    assert [code for code, _dealer, _type in outlets()] == ["W001", "W002", "W009"]


@pytest.mark.django_db
def test_a_role_without_the_action_may_not(client_of, d1_gm):
    file = SimpleUploadedFile("outlets.csv", GOOD.encode())
    answer = client_of(d1_gm).post("/imports/new/", {"kind": "dealers.outlet", "file": file})
    assert answer.status_code in (403, 422)
    assert (ImportBatch.objects.count(), outlets()) == (0, [])
