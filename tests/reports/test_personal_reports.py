"""A report of one person is read by that person and its reviewers, at both walls; and somebody reviews it."""

from __future__ import annotations

import pytest
from django.db import connection

from apps.accounts.models import Assignment
from apps.core import reach
from apps.core.errors import DomainError
from apps.core.roles import Role
from apps.kernel.period import Month
from apps.reports import report_forms
from apps.reports.models import Submission
from apps.reports.queries import submissions as queries
from apps.reports.rules.states import State
from apps.reports.services import effects
from apps.reports.services import submissions as services
from apps.work import services as work
from apps.work.models import Approval
from tests.factories import network as factory

pytestmark = pytest.mark.django_db
BONUS = report_forms.BONUS


@pytest.fixture
def sheet(network, am_1, actor_of, now) -> Submission:
    """The bonus sheet of the account manager of area 1."""
    actor = actor_of(am_1)
    (place,) = queries.places(BONUS, actor=actor, on=now.date())
    return services.begin(form=BONUS, place=place, period=Month(2026, 6), actor=actor, now=now)


def behind_the_second_wall(actor) -> int:
    """How many rows the data base shows, whatever the product asks."""
    with reach.one_transaction():
        reach.become(actor)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM reports_submission")
            return int(cursor.fetchone()[0])


def test_a_bonus_sheet_is_between_one_person_and_its_reviewers(
    sheet, network, am_1, cast_of, actor_of
) -> None:
    assert (sheet.user, sheet.reviewer) == (am_1, "province_manager")
    for user, seen in cast_of.items():
        actor = actor_of(user)
        found = queries.submissions(actor=actor)
        assert (found.count(), behind_the_second_wall(actor)) == (seen, seen), user.username


@pytest.fixture
def cast_of(network, am_1, reg_a, prov_zj, hq_ops, hq_fin, executive, d1_gm) -> dict[object, int]:
    """Who sees it: not the colleague of the same area, nor the region that does not review it."""
    mate = factory.persona("am_1b", Role.ACCOUNT_MANAGER, unit=network.area_1)
    neighbour = factory.persona("prov_js", Role.PROVINCE_MANAGER, unit=network.province_js)
    seen = {am_1: 1, prov_zj: 1, hq_ops: 1}
    return seen | dict.fromkeys((mate, neighbour, reg_a, hq_fin, executive, d1_gm), 0)


def handed_in(row: Submission, by) -> Submission:
    Submission.objects.filter(pk=row.pk).update(
        state=State.SUBMITTED, submitted_by="am_1", submitted_by_id=by.pk, submitted_version=1
    )
    row.refresh_from_db()
    return row


def test_where_nobody_reviews_it_goes_one_step_up_and_no_one_else_decides(
    sheet, am_1, reg_a, hq_ops, actor_of, now
) -> None:
    """The post of the province manager is vacant: headquarters decides, the region does not."""
    row = handed_in(sheet, am_1)
    assert queries.nobody_reviews(row)
    assert services.call_reviewers(now=now) == 1
    assert not queries.nobody_reviews(row)
    asked = Approval.objects.get(target_id=row.pk)
    assert asked.level == "hq_operations"
    for user, code in ((reg_a, "not_yours"), (am_1, "own_request")):
        with pytest.raises(DomainError) as refused:
            work.decide(approval=asked, verdict="approve", comment="", actor=actor_of(user), now=now)
        assert refused.value.code == code
    row.refresh_from_db()
    assert row.state == State.SUBMITTED
    work.decide(approval=asked, verdict="approve", comment="", actor=actor_of(hq_ops), now=now)
    row.refresh_from_db()
    assert (row.state, row.decided_by) == (State.APPROVED, "hq_ops")


def test_where_every_post_is_vacant_it_says_who_is_missing(sheet, am_1, reg_a, actor_of, now) -> None:
    row = handed_in(sheet, am_1)
    Assignment.objects.filter(role__in=("hq_operations", "hq_admin", "province_manager")).delete()
    with pytest.raises(effects.NobodyReviews, match="省级经理"):
        effects.ask_review(row, now=now)
    assert services.call_reviewers(now=now) == 0
    assert queries.nobody_reviews(row)
    row.refresh_from_db()
    assert row.state == State.SUBMITTED
