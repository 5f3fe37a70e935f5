"""A bonus is proposed, signed by both, reviewed by region and province, and seen by nobody else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.core import reach
from apps.core.errors import DomainError
from apps.core.roles import Role
from apps.engagement import queries, services
from apps.engagement.models import Bonus
from apps.engagement.services import chain
from apps.kernel.period import Month
from apps.reports.models import Duty
from apps.reports.services import generating
from apps.work import services as work
from apps.work.models import Approval, Notice, Todo
from tests.factories import network as factory
from tests.work.withdrawing import asked_and_taken_back

pytestmark = pytest.mark.django_db


def test_both_sign_then_region_and_province_review(network, cast, actor_of, client_of, now) -> None:
    am_1, reg_a, prov_zj = (cast[name] for name in ("am_1", "reg_a", "prov_zj"))
    mate = factory.persona("am2_mate", Role.ACCOUNT_MANAGER_2, unit=network.area_1)
    person = factory.persona("am2", Role.ACCOUNT_MANAGER_2, unit=network.area_1)
    leader, own = client_of(am_1), client_of(person)
    given = {"person": person.pk, "month": "2026-06", "score": "92", "base": "3000", "extra": "500"}
    given |= {"deducted": "200", "basis": "完成率 103%"}
    assert leader.post("/engagement/bonuses/new/", given | {"month": "2099-01"}).status_code == 422
    assert leader.post("/engagement/bonuses/new/", given | {"person": am_1.pk}).status_code == 422
    url = leader.post("/engagement/bonuses/new/", given).url
    assert Bonus.objects.get().amount == Decimal(3300)
    assert Todo.objects.filter(code="engagement.sign_bonus", user=person, state="open").count() == 1
    assert _proposed_at() in own.get(url).content.decode()
    assert own.post(f"{url}object/", {"answer": "少算一台"}).status_code == 302
    assert Notice.objects.filter(code="engagement.bonus_told", user=am_1).count() == 1
    factory.persona("assistant", Role.OFFICE_ASSISTANT, unit=network.province_zj)
    duties = _chain(now)
    assert leader.post(f"{url}edit/", given | {"extra": "600"}).status_code == 302
    assert leader.post(f"{url}sign/").status_code == 409  # only the person signs
    a_signature_is_taken_back(leader, own, url, given | {"extra": "600"})
    assert _done(duties) == set()  # a colleague's sheet is still missing
    wanted = given | {"person": mate.pk}
    other = client_of(mate)
    assert other.post(f"{leader.post('/engagement/bonuses/new/', wanted).url}sign/").status_code == 302
    assert _done(duties) == {"A2-11", "A1-22"}
    region, wanted = client_of(reg_a), given | {"person": am_1.pk}
    assert leader.post(f"{region.post('/engagement/bonuses/new/', wanted).url}sign/").status_code == 302
    row = Bonus.objects.get(person=person)
    assert (row.state, row.amount) == ("signed", Decimal(3400))
    assert leader.post(f"{url}edit/", given).status_code == 422
    reviewed = {"A2-11", "A1-22", "RM-18", "RM-19", "AS-08"}
    for by, level, done in (
        (reg_a, "region_manager", reviewed),
        (prov_zj, "province_manager", reviewed | {"AS-09", "PM-14"}),
    ):
        for asked in Approval.objects.filter(flow="engagement.bonus", state="waiting").order_by("pk"):
            assert (asked.level, _done(duties) < done) == (level, True)
            work.decide(approval=asked, verdict="approve", comment="", actor=actor_of(by), now=now)
        assert _done(duties) == done
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("approved", "prov_zj")
    seen = {person: 1, am_1: 3, reg_a: 3, prov_zj: 3, mate: 1}
    seen |= {cast["hq_ops"]: 3, cast["hq_fin"]: 0, cast["d1_gm"]: 0}
    for user, count in seen.items():
        actor = actor_of(user)
        found = queries.bonuses(actor=actor).count()
        assert (found, behind_the_second_wall(actor)) == (count, count), user.username


def a_signature_is_taken_back(leader: Client, own: Client, url: str, given: dict[str, object]) -> None:
    """The bonus is free to be proposed anew; no money and no other bonus followed."""
    left = asked_and_taken_back(
        "engagement.bonus", lambda: own.post(f"{url}sign/"), watched=("engagement", "ledger")
    )
    told = ("state", "remark", "signed_at", "decided_at", "decided_by")
    assert left == {f"engagement.bonus.{name}" for name in told}
    assert Bonus.objects.get().state == "returned"
    assert leader.post(f"{url}edit/", given).status_code == 302
    assert own.post(f"{url}sign/").status_code == 302


def _proposed_at() -> str:
    """When it was proposed, in local time as everywhere."""
    return f"{timezone.localtime(Bonus.objects.get().proposed_at):%Y-%m-%d %H:%M}"


def _chain(now) -> list[int]:
    """The duties of the levels for June, as the generator makes them."""
    generating.generate(month=Month(2026, 7), now=now)
    found = Duty.objects.filter(code__in=chain.STEPS, since=date(2026, 6, 1), unit__isnull=False)
    return list(found.values_list("pk", flat=True))


def _done(duties: list[int]) -> set[str]:
    return set(Duty.objects.filter(pk__in=duties, state="done").values_list("code", flat=True))


def behind_the_second_wall(actor) -> int:
    with reach.one_transaction():
        reach.become(actor)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM engagement_bonus")
            return int(cursor.fetchone()[0])


def test_nobody_proposes_for_peers_or_twice(network, am_1, reg_a, actor_of, now) -> None:
    person = factory.persona("clerk", Role.KEY_ACCOUNT_CLERK, unit=network.area_1)
    proposed = services.Proposed(person, Month(2026, 6), Decimal(90), Decimal(3000), "x")
    with pytest.raises(DomainError) as found:
        services.propose_bonus(proposed=proposed, actor=actor_of(am_1), now=now)
    assert found.value.code == "not_yours" and not Bonus.objects.exists()
    services.propose_bonus(proposed=proposed, actor=actor_of(reg_a), now=now)
    other = factory.persona("reg_2", Role.REGION_MANAGER, unit=network.region_a)
    with pytest.raises(DomainError) as found:
        services.propose_bonus(proposed=proposed, actor=actor_of(other), now=now)
    assert found.value.code == "signed_already"
