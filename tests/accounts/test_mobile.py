"""The mobile number of a user: encrypted, found by the whole number, shown as a mask."""

from __future__ import annotations

import pytest
from django.db import connection

from apps.accounts.models import User
from apps.core.models import AuditEvent
from tests.factories import network as factory

pytestmark = pytest.mark.django_db
NUMBER, OTHER = "13812345678", "13899995678"
PROFILE = "/accounts/me/profile/"


def own(client, number: str) -> int:
    given = {"display_name": "张三", "language": "", "mobile": number}
    return client.post(PROFILE, given).status_code


def text_of(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} AS t")
        return str(cursor.fetchone()[0])


def test_one_keeps_one_s_own_number_and_nobody_reads_it_in_the_tables(d1_sm, client_of) -> None:
    client = client_of(d1_sm)
    assert own(client, "+86 138-1234-5678") == 302
    d1_sm.refresh_from_db()
    assert d1_sm.mobile.reveal() == NUMBER
    assert NUMBER not in text_of("accounts_user") + text_of("core_auditevent")
    page = client.get("/accounts/me/").content.decode()
    assert "138****5678" in page and NUMBER not in page
    assert NUMBER in client.get(PROFILE).content.decode()  # one's own, to be changed
    event = AuditEvent.objects.filter(action="accounts.change_profile").latest("id")
    assert event.after["mobile"] == "138****5678"
    assert own(client, OTHER) == 302
    again = AuditEvent.objects.filter(action="accounts.change_profile").latest("id")
    assert again.pk != event.pk and again.after["mobile"] == "138****5678"  # alike behind the mask
    assert own(client, "") == 302
    d1_sm.refresh_from_db()
    assert (d1_sm.mobile, d1_sm.mobile_key) == (None, "")


@pytest.mark.parametrize("wrong", ["12345", "0571-88886666", "1381234567a", "23812345678"])
def test_a_wrong_number_is_refused(d1_sm, client_of, wrong) -> None:
    assert own(client_of(d1_sm), wrong) == 422
    d1_sm.refresh_from_db()
    assert d1_sm.mobile is None and d1_sm.display_name != "张三"


def test_a_general_manager_keeps_numbers_of_its_people(d1_gm, d1_sm, d2_gm, client_of, api_of) -> None:
    address = f"/accounts/staff/{d1_sm.pk}/mobile/"
    assert client_of(d1_gm).post(address, {"mobile": NUMBER}).status_code == 302
    page = client_of(d1_gm).get(f"/accounts/staff/{d1_sm.pk}/").content.decode()
    assert "138****5678" in page and NUMBER not in page
    assert NUMBER not in client_of(d1_gm).get(address).content.decode()
    assert client_of(d2_gm).post(address, {"mobile": OTHER}).status_code == 404
    d1_sm.refresh_from_db()
    assert d1_sm.mobile.reveal() == NUMBER
    listed = api_of(d1_gm).get("/api/v1/staff/").json()["results"]
    assert [row["mobile"] for row in listed if row["id"] == d1_sm.pk] == ["138****5678"]


def test_a_new_account_begins_with_a_number(d1_gm, hq_admin, network, client_of) -> None:
    given = {
        "username": "neu",
        "display_name": "新人",
        "role": "dealer_sales",
        "dealer": "D001",
        "mobile": NUMBER,
    }
    assert client_of(d1_gm).post("/accounts/staff/new/", given).status_code == 302
    assert User.objects.get(username="d001.neu").mobile.reveal() == NUMBER
    given = {"username": "hq.neu", "display_name": "新人", "mobile": "1"}
    assert client_of(hq_admin).post("/accounts/users/new/", given).status_code == 422
    assert not User.objects.filter(username="hq.neu").exists()


def test_the_administrator_finds_by_the_whole_number_only(hq_admin, d1_sm, d1_fin, client_of) -> None:
    admin = client_of(hq_admin)
    assert admin.post(f"/accounts/users/{d1_sm.pk}/mobile/", {"mobile": NUMBER}).status_code == 302

    def found(text: str) -> list[int]:
        return [row.pk for row in admin.get("/accounts/users/", {"q": text}).context["page"].object_list]

    assert found(NUMBER) == found("138 1234 5678") == [d1_sm.pk]
    assert found("1381234567") == found("5678") == []
    exported = admin.get("/accounts/users/?_export=xlsx").content
    assert NUMBER.encode() not in exported


def test_a_lost_key_stops_no_log_in(d1_sm, client_of, settings) -> None:
    assert own(client_of(d1_sm), NUMBER) == 302
    settings.PII_KEYS = ["another-key-of-more-than-thirty-two-signs"]
    assert client_of(d1_sm).get("/dealers/").status_code == 200


def test_the_360_page_shows_contact_persons_masked(network, client_of, now) -> None:
    am = factory.persona("am_x", "account_manager", unit=network.area_1)
    from_page = client_of(am).post(
        f"/dealers/{network.d1.pk}/contacts/new/", {"role": "sales", "name": "王小明", "mobile": NUMBER}
    )
    assert from_page.status_code == 302
    page = client_of(am).get("/dealer/D001/panel/contacts/", headers={"HX-Request": "true"}).content.decode()
    assert "138****5678" in page and NUMBER not in page and "王**" in page
    assert client_of(am).get("/dealer/D004/panel/contacts/").status_code == 404
