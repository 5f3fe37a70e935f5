"""Contact persons: masked everywhere, shown in clear with a reason, erased on request."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from apps.core import access, pii
from apps.core.errors import DomainError
from apps.core.models import AuditEvent
from apps.dealers import services
from apps.dealers.models import DealerContact

pytestmark = pytest.mark.django_db
MOBILE, EMAIL, NAME = "13812345678", "wang.xm@example.com", "王小明"
CLEAR = (MOBILE, EMAIL, NAME)


@pytest.fixture
def contact(network, now) -> DealerContact:
    return services.create_contact(
        dealer=network.d1, role="sales", name=NAME, mobile="+86 138-1234-5678", email=EMAIL,
        actor=access.system("test"), now=now,
    )  # fmt: skip


def clear_in(answer) -> list[str]:
    return [text for text in CLEAR if text in answer.content.decode()]


def test_the_data_base_holds_no_clear_text(contact) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text FROM dealers_dealercontact c")
        stored = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(e::text, ' ') FROM core_auditevent e")
        trail = cursor.fetchone()[0]
    assert not [text for text in CLEAR if text in stored + trail]
    assert "138****5678" in trail
    assert str(contact) == "销售经理 王**"


def test_it_is_found_by_the_whole_number_only(contact, client_of, am_1) -> None:
    def found(text: str) -> int:
        return len(
            client_of(am_1).get(reverse("dealers:contact-list"), {"q": text}).context["page"].object_list
        )

    assert [found(text) for text in (MOBILE, "138 1234 5678", EMAIL.upper())] == [1, 1, 1]
    assert [found(text) for text in ("1381234567", "13812345679", "138****5678")] == [0, 0, 0]
    with pytest.raises(FieldError):
        DealerContact.objects.filter(mobile=MOBILE)


@pytest.mark.parametrize("who", ["hq_ops", "am_1", "d1_gm", "d1_sm"])
def test_pages_api_and_exports_show_masks(contact, cast, client_of, api_of, who: str) -> None:
    client = client_of(cast[who])
    here = f"/dealers/{contact.dealer_id}/"
    for url in (f"{here}?tab=contacts", f"{here}?tab=changes", reverse("dealers:contact-list")):
        answer = client.get(url)
        assert answer.status_code == 200
        assert clear_in(answer) == []
        assert "138****5678" in answer.content.decode()
    sheet = client.get(reverse("dealers:contact-list"), {"_export": "xlsx"}).content
    cells = [
        cell
        for row in openpyxl.load_workbook(io.BytesIO(sheet)).active.iter_rows(values_only=True)
        for cell in row
    ]
    assert {"王**", "138****5678", "w***@example.com"} <= set(cells)
    listed = api_of(cast[who]).get("/api/v1/dealer-contacts/")
    assert listed.json()["results"][0]["mobile"] == "138****5678"
    assert clear_in(listed) == []


def test_a_reason_opens_them_and_is_recorded(contact, client_of, d1_gm) -> None:
    url = reverse("dealers:contact-reveal", args=[contact.pk])
    client = client_of(d1_gm)
    assert clear_in(client.get(url)) == []
    refused = client.post(url, {"reason": "看"})
    assert (refused.status_code, clear_in(refused)) == (422, [])
    assert not AuditEvent.objects.filter(action="dealers.reveal_contact").exists()
    shown = client.post(url, {"reason": "回访 13900001111 客户"})
    assert (shown.status_code, clear_in(shown)) == (200, list(CLEAR))
    assert "no-store" in shown["Cache-Control"]
    event = AuditEvent.objects.get(action="dealers.reveal_contact")
    assert (event.actor_label, event.object_id, event.dealer_id) == (
        "d1_gm",
        str(contact.pk),
        contact.dealer_id,
    )
    assert event.after == {"reason": "回访 139****1111 客户"}
    assert event.request_id
    assert clear_in(client.get(f"/dealers/{contact.dealer_id}/?tab=contacts")) == []


def test_in_a_dialog_only_the_card_is_sent(contact, client_of, hq_ops) -> None:
    url = reverse("dealers:contact-reveal", args=[contact.pk])
    headers = {"HX-Request": "true"}
    client = client_of(hq_ops)
    assert "<html" not in client.get(url, headers=headers).content.decode()
    shown = client.post(url, {"reason": "回访客户"}, headers=headers)
    assert clear_in(shown) == list(CLEAR)
    assert "<html" not in shown.content.decode()


@pytest.mark.parametrize(
    ("who", "status"), [("d2_gm", 404), ("d1_sm", 403), ("d1_fin", 403), ("hq_fin", 403)]
)
def test_nobody_else_sees_them_in_clear(contact, cast, client_of, api_of, who: str, status: int) -> None:
    url = reverse("dealers:contact-reveal", args=[contact.pk])
    for answer in (
        client_of(cast[who]).post(url, {"reason": "回访客户"}),
        api_of(cast[who]).post(
            f"/api/v1/dealer-contacts/{contact.pk}/reveal/", {"reason": "回访客户"}, format="json"
        ),
    ):
        assert answer.status_code == status
        assert clear_in(answer) == []
    assert not AuditEvent.objects.filter(action="dealers.reveal_contact").exists()


def test_the_api_opens_them_too(contact, api_of, am_1) -> None:
    url = f"/api/v1/dealer-contacts/{contact.pk}/reveal/"
    assert api_of(am_1).post(url, {}, format="json").status_code == 400
    answer = api_of(am_1).post(url, {"reason": "回访客户"}, format="json")
    assert answer.json() == {"name": NAME, "mobile": MOBILE, "email": EMAIL}
    assert AuditEvent.objects.get(action="dealers.reveal_contact").actor_label == "am_1"


def test_fifty_persons_a_day_are_enough(contact, actor_of, am_1, now) -> None:
    by = {"contact": contact, "reason": "回访客户", "actor": actor_of(am_1)}
    for _nth in range(50):
        services.reveal_contact(**by, now=now)
    with pytest.raises(DomainError) as refusal:
        services.reveal_contact(**by, now=now)
    assert refusal.value.code == "too_many"
    assert services.reveal_contact(**by, now=now + timedelta(days=1)).mobile == MOBILE


def test_a_change_leaves_what_is_empty_and_shows_no_clear_text(contact, client_of, hq_ops) -> None:
    url = reverse("dealers:contact-change", args=[contact.pk])
    client = client_of(hq_ops)
    form = client.get(url)
    assert clear_in(form) == []
    assert "现为 138****5678" in form.content.decode()
    assert (
        client.post(url, {"role": "general", "name": "", "mobile": "13812345679", "email": ""}).status_code
        == 302
    )
    contact.refresh_from_db()
    assert (contact.role, contact.name.reveal(), contact.mobile.reveal()) == ("general", NAME, "13812345679")
    event = AuditEvent.objects.get(action="dealers.change_contact")
    assert (event.before["mobile"], event.after["mobile"]) == ("138****5678", "138****5679")
    assert contact.mobile_key == pii.key_of("13812345679", "mobile")


def test_a_value_that_looks_alike_is_recorded_as_changed(contact, actor_of, hq_ops, now) -> None:
    services.change_contact(contact=contact, mobile="13899995678", actor=actor_of(hq_ops), now=now)
    event = AuditEvent.objects.get(action="dealers.change_contact")
    assert (event.before, event.after) == ({"mobile": "138****5678"}, {"mobile": "138****5678"})


@pytest.mark.parametrize(
    ("field", "value"),
    [("mobile", "12345"), ("mobile", "23812345678"), ("email", "x@"), ("role", "boss"), ("name", "")],
)
def test_wrong_values_are_refused(network, client_of, hq_ops, field: str, value: str) -> None:
    url = reverse("dealers:contact-create", args=[network.d1.pk])
    given = {"role": "sales", "name": NAME, "mobile": MOBILE, "email": EMAIL} | {field: value}
    assert client_of(hq_ops).post(url, given).status_code == 422
    assert not DealerContact.objects.exists()


def test_a_number_stands_once_at_a_dealer(contact, network, client_of, hq_ops) -> None:
    given = {"role": "service", "name": "李四", "mobile": MOBILE}
    here = reverse("dealers:contact-create", args=[network.d1.pk])
    assert client_of(hq_ops).post(here, given).status_code == 422
    there = reverse("dealers:contact-create", args=[network.d2.pk])
    assert client_of(hq_ops).post(there, given).status_code == 302
    assert DealerContact.objects.count() == 2


def test_the_api_adds_one_and_answers_with_masks(network, api_of, d1_gm) -> None:
    given = {"dealer": "D001", "role": "sales", "name": NAME, "mobile": MOBILE, "email": EMAIL}
    headers = {"HTTP_IDEMPOTENCY_KEY": "contact-1"}
    made = api_of(d1_gm).post("/api/v1/dealer-contacts/", given, format="json", **headers)
    assert (made.status_code, made.json()["mobile"]) == (201, "138****5678")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(r::text, ' ') FROM core_idempotentrequest r")
        kept = cursor.fetchone()[0]
    assert not [text for text in CLEAR if text in kept]
    foreign = api_of(d1_gm).post(
        "/api/v1/dealer-contacts/", given | {"dealer": "D002"}, format="json", **headers
    )
    assert foreign.status_code == 400


def test_erasing_leaves_no_trace_but_the_event(contact, client_of, hq_ops, d1_gm) -> None:
    url = reverse("dealers:contact-erase", args=[contact.pk])
    assert client_of(d1_gm).post(url, {"reason": "本人要求"}).status_code == 403
    assert client_of(hq_ops).post(url, {"reason": "本人要求删除"}).status_code == 302
    contact.refresh_from_db()
    assert (contact.name, contact.mobile, contact.email) == (None, None, None)
    assert (contact.mobile_key, contact.email_key) == ("", "")
    event = AuditEvent.objects.get(action="dealers.erase_contact")
    assert event.before["mobile"] == "138****5678"
    page = client_of(hq_ops).get(f"/dealers/{contact.dealer_id}/?tab=contacts")
    assert "已应要求删除信息" in page.content.decode()
    assert (
        client_of(hq_ops)
        .post(reverse("dealers:contact-change", args=[contact.pk]), {"role": "sales", "name": NAME})
        .status_code
        == 422
    )


def test_rotating_renews_ciphers_and_hashes(contact, settings, capsys) -> None:
    def stored() -> tuple[str, str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT mobile, mobile_key FROM dealers_dealercontact")
            return cursor.fetchone()

    cipher, key = stored()
    settings.PII_KEYS, settings.PII_INDEX_KEY = ["n" * 40, settings.SECRET_KEY], "i" * 40
    call_command("rotate_pii")
    assert stored()[0] != cipher
    assert pii.is_current(stored()[0])
    assert stored()[1] == pii.key_of(MOBILE, "mobile") != key
    settings.PII_KEYS = ["n" * 40]
    assert DealerContact.objects.get().mobile.reveal() == MOBILE
