"""Bulletins: who gets them, who has read them, who is late."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from apps.core import reach
from apps.core.errors import DomainError
from apps.work.models import Activity, Bulletin, BulletinReceipt, Notice
from apps.work.queries import activities, bulletins
from apps.work.services import bulletins as services

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 12)


@pytest.fixture(autouse=True)
def _today(time_machine, now):
    time_machine.move_to(now, tick=False)


def publish(actor, now, audience="both", title="七月价格纪律") -> Bulletin:
    draft = services.Draft(title, "各店严格执行指导价。", audience, DAY)
    return services.publish_bulletin(draft=draft, actor=actor, now=now)


def readers(row: Bulletin) -> set[str]:
    return set(row.receipts.values_list("user__username", flat=True))


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        ("people", {"am_1"}),
        ("dealers", {"d1_gm", "d1_sm", "d1_fin", "d2_gm"}),
        ("both", {"am_1", "d1_gm", "d1_sm", "d1_fin", "d2_gm"}),
    ],
)
def test_a_bulletin_goes_to_people_and_dealers_below(cast, actor_of, now, audience, expected) -> None:
    row = publish(actor_of(cast["prov_zj"]), now, audience)
    assert readers(row) == expected
    told = Notice.objects.filter(code="work.bulletin").values_list("user__username", flat=True)
    assert set(told) == expected


def test_a_bulletin_nobody_gets_is_not_published(am_1, actor_of, now) -> None:
    with pytest.raises(DomainError):
        publish(actor_of(am_1), now, "people")
    assert not Bulletin.objects.exists() and not Activity.objects.exists()


def test_reading_is_confirmed_once_and_told_to_who_published(cast, actor_of, client_of, now) -> None:
    row = publish(actor_of(cast["prov_zj"]), now)
    dealer, author = client_of(cast["d1_gm"]), client_of(cast["prov_zj"])
    url = reverse("work:bulletin-detail", args=[row.pk])
    assert "我已阅读" in dealer.get(url).content.decode()
    assert "d1_sm" not in dealer.get(url).content.decode()
    dealer.post(url)
    receipt = BulletinReceipt.objects.get(user=cast["d1_gm"])
    assert receipt.read_at == now
    dealer.post(url)
    receipt.refresh_from_db()
    assert receipt.read_at == now
    assert "我已阅读" not in dealer.get(url).content.decode()
    page = author.get(url).content.decode()
    assert "1 / 5" in page and page.index("d1_sm") < page.index("d1_gm")


def test_others_neither_see_it_nor_learn_of_it(cast, network, actor_of, client_of, now) -> None:
    row = publish(actor_of(cast["am_1"]), now, "dealers")
    url = reverse("work:bulletin-detail", args=[row.pk])
    assert client_of(cast["investor"]).get(url).status_code == 404
    assert client_of(cast["reg_a"]).get(url).status_code == 200

    def seen(name: str) -> tuple[int, int]:
        with reach.one_transaction():
            reach.become(actor_of(cast[name]))
            return Bulletin.objects.count(), BulletinReceipt.objects.count()

    assert {name: seen(name) for name in ("d1_gm", "investor", "am_1", "reg_a")} == {
        "d1_gm": (1, 1),
        "investor": (0, 0),
        "am_1": (1, 4),
        "reg_a": (1, 4),
    }


def test_a_bulletin_counts_as_an_activity_of_its_author(cast, actor_of, now) -> None:
    actor = actor_of(cast["prov_zj"])
    for number in range(3):
        publish(actor, now, title=f"通报 {number}")
    wanted = activities.Wanted(("bulletin",), date(2026, 7, 1), date(2026, 7, 31))
    assert activities.activity_counts(actor=actor, wanted=wanted).get()["count"] == 3


def test_the_unread_come_first(cast, actor_of, client_of, now) -> None:
    old = publish(actor_of(cast["am_1"]), now, "dealers", "旧通报")
    publish(actor_of(cast["am_1"]), now, "dealers", "新通报")
    client_of(cast["d1_gm"]).post(reverse("work:bulletin-detail", args=[old.pk]))
    page = client_of(cast["d1_gm"]).get(reverse("work:bulletin-list")).content.decode()
    assert page.index("新通报") < page.index("旧通报")
    kept = bulletins.bulletins(actor=actor_of(cast["d1_gm"])).filter(to_read=True)
    assert [row.title for row in kept] == ["新通报"]


def test_late_readers_are_reminded_once(cast, actor_of, now) -> None:
    row = publish(actor_of(cast["prov_zj"]), now, "dealers")
    services.confirm_bulletin(bulletin=row, actor=actor_of(cast["d1_gm"]), now=now)
    assert services.remind_readers(now=now) == 0
    tomorrow = now + timedelta(days=1)
    assert services.remind_readers(now=tomorrow) == 3
    assert services.remind_readers(now=tomorrow + timedelta(days=1)) == 0
    told = Notice.objects.filter(code="work.bulletin_late").values_list("user__username", flat=True)
    assert set(told) == {"d1_sm", "d1_fin", "d2_gm"}
