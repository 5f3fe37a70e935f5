"""Convention awards: issued with the statement, seen by the winner alone among stores, confirmed there."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from apps.core.roles import Role
from apps.incentives import services
from apps.incentives.models import Statement
from apps.incentives.queries import awards
from apps.incentives.rules.settling import RunKind
from apps.kernel.period import Month
from apps.work import services as work
from apps.work.models import Approval
from tests.factories import network as factory
from tests.factories.facts import close, sell
from tests.incentives import story

pytestmark = pytest.mark.django_db

AWARDS = {
    "code": "convention",
    "type": "convention_award",
    "params": {
        "measure": "sales.retail_units",
        "awards": [
            {"upto": "1", "label": {"zh": "金奖", "en": "Gold"}, "value": "50000"},
            {"upto": "2", "label": {"zh": "银奖", "en": "Silver"}, "value": "20000"},
        ],
    },
}


def test_an_award_list_is_issued_and_confirmed(
    network, d1_gm, hq_ops, hq_fin, actor_of, client_of, api_of, now
) -> None:
    sell(network.d1, Month(2026, 6), 4, now)
    sell(network.d4, Month(2026, 6), 2, now)
    sell(network.d5, Month(2026, 6), 1, now)
    close(Month(2026, 6), now)
    policy = factory.persona("pol", Role.HQ_POLICY, unit=network.hq)
    version = story.policy(effective_from=date(2026, 6, 1), components=[AWARDS])
    run = services.calculate(
        policy=version.policy, window=story.JUNE, kind=RunKind.FINAL, actor=actor_of(policy), now=now
    )
    assert not awards.awards(actor=actor_of(d1_gm)).exists()
    services.ask_release(run=run, actor=actor_of(policy), now=now)
    asked = Approval.objects.get(flow="incentives.release", target_id=run.pk)
    work.decide(approval=asked, verdict="approve", comment="", actor=actor_of(hq_fin), now=now)
    told = [
        (row.dealer.code, row.award, row.place, row.amount) for row in awards.awards(actor=actor_of(hq_ops))
    ]
    assert sorted(told) == [("D001", "金奖", "1", 50000), ("D004", "银奖", "2", 20000)]
    own = client_of(d1_gm)
    page = own.get("/incentives/awards/").content.decode()
    assert "金奖" in page and "银奖" not in page
    (listed,) = api_of(d1_gm).get("/api/v1/rebate-awards/").json()["results"]
    assert (listed["dealer"], listed["award"], listed["place"]) == ("D001", "金奖", "1")
    row = Statement.objects.get(dealer=network.d1)
    later = now + timedelta(hours=1)
    services.confirm(statement=row, actor=actor_of(d1_gm), now=later)
    assert awards.awards(actor=actor_of(hq_ops)).get(dealer=network.d1).confirmed_at == later
