"""Contact persons from a table: good rows become persons, nothing personal stands anywhere in clear."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from apps.core import files
from apps.core.models import AuditEvent, ImportBatch
from apps.dealers.models import DealerContact

pytestmark = pytest.mark.django_db
TABLE = """经销商代码,岗位,姓名,手机号,邮箱
D001,销售经理,王小明,138 1234 5678,wang.xm@example.com
D001,general,李雷雷,13987654321,
D002,服务经理,韩梅梅,0571-88886666,
D001,销售经理,王大明,+86 13812345678,
D001,其他,赵六六,12345,
D002,财务经理,孙七七,13711112222,no-address
D002,老板,周八八,13611112222,
D009,销售经理,吴九九,13511112222,
D003,销售经理,,13411112222,
"""
CLEAR = (
    (
        "王小明 李雷雷 韩梅梅 王大明 赵六六 孙七七 周八八 吴九九 13812345678 13987654321 057188886666 "
        "88886666 13711112222 13611112222 13511112222 13411112222 wang.xm@example.com no-address"
    )
    .replace("1234 5678 ", "")
    .split()
)
"""Everything personal in the table; of a number too short to be one the mask shows the ends."""


def upload(client, table: str = TABLE) -> ImportBatch:
    file = SimpleUploadedFile("contacts.csv", table.encode(), "text/csv")
    answer = client.post("/imports/new/", {"kind": "dealers.contact", "file": file})
    assert answer.status_code == 302, answer.content.decode()
    return ImportBatch.objects.latest("pk")


def test_errors_are_told_masked_and_good_rows_become_persons(network, hq_ops, client_of) -> None:
    client = client_of(hq_ops)
    batch = upload(client)
    wrong = {
        row.row_no: [(error["code"], error["value"]) for error in row.errors]
        for row in batch.rows.order_by("row_no")
        if row.errors
    }
    assert wrong == {
        5: [("number_twice", "138****5678")],
        6: [("number", "1****45")],
        7: [("email", "n***@")],
        8: [("not_a_choice", "老板")],
        9: [("dealer_unknown", "D009")],
        10: [("required", "")],
    }
    assert (batch.good_rows, batch.bad_rows) == (3, 6)
    assert client.post(f"/imports/{batch.pk}/commit/", {"mode": "good"}).status_code == 302
    people = DealerContact.objects.order_by("pk").values_list("dealer__code", "role", "name", "mobile")
    assert [(code, role, name.reveal(), mobile.reveal()) for code, role, name, mobile in people] == [
        ("D001", "sales", "王小明", "13812345678"),
        ("D001", "general", "李雷雷", "13987654321"),
        ("D002", "service", "韩梅梅", "057188886666"),
    ]
    assert AuditEvent.objects.filter(action="dealers.create_contact").count() == 3


def test_nothing_personal_stands_in_clear_before_or_after(network, hq_ops, client_of) -> None:
    client = client_of(hq_ops)
    batch = upload(client)
    for step in ("checked", "committed"):
        for address in ("", "mapping/"):
            page = client.get(f"/imports/{batch.pk}/{address}").content.decode()
            assert not [text for text in CLEAR if text in page], (step, address)
        stored = everything()
        assert not [text for text in CLEAR if text in stored], step
        client.post(f"/imports/{batch.pk}/commit/", {"mode": "good"})
    on_disk = b"".join(path.read_bytes() for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())
    assert on_disk and not [text for text in CLEAR if text.encode() in on_disk]
    assert files.content(batch.file) == TABLE.encode()


def test_preview_shows_masks(network, hq_ops, client_of) -> None:
    client = client_of(hq_ops)
    page = client.get(f"/imports/{upload(client).pk}/").content.decode()
    assert "138****5678" in page and "王**" in page


def test_nobody_takes_the_file_away(network, hq_ops, hq_admin, client_of, api_of) -> None:
    batch = upload(client_of(hq_ops))
    for user in (hq_ops, hq_admin):
        assert client_of(user).get(f"/files/{batch.file_id}/").status_code == 404
        assert client_of(user).get(f"/imports/{batch.pk}/annotated/").status_code == 404
    assert api_of(hq_ops).get(f"/api/v1/imports/{batch.pk}/annotated/").status_code == 404


def test_known_persons_are_counted_and_other_people_with_their_number_are_errors(
    network, hq_ops, client_of
) -> None:
    client = client_of(hq_ops)
    lines = TABLE.splitlines()
    first = upload(client, "\n".join(lines[:2]))
    client.post(f"/imports/{first.pk}/commit/", {"mode": "all"})
    again = upload(client, "\n".join([*lines[:3], "D001,销售经理,别人家,13812345678,"]))
    assert (again.same_rows, again.good_rows) == (1, 1)
    codes = [error["code"] for row in again.rows.all() for error in row.errors]
    assert codes == ["number_twice"]
    other = upload(client, "\n".join([lines[0], "D001,销售经理,别人家,13812345678,"]))
    assert [error["code"] for row in other.rows.all() for error in row.errors] == ["number_known"]
    assert DealerContact.objects.count() == 1


def test_a_general_manager_brings_people_of_its_own_dealer_only(network, d1_gm, d1_sm, client_of) -> None:
    batch = upload(client_of(d1_gm))
    codes = {row.row_no: [error["code"] for error in row.errors] for row in batch.rows.all() if row.errors}
    assert codes[4] == ["dealer_unknown"] and 2 not in codes
    file = SimpleUploadedFile("contacts.csv", TABLE.encode(), "text/csv")
    client_of(d1_sm).post("/imports/new/", {"kind": "dealers.contact", "file": file})
    assert ImportBatch.objects.count() == 1


def everything() -> str:
    """All rows of all tables as text."""
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} AS t")
            parts.append(cursor.fetchone()[0])
    return " ".join(parts)
