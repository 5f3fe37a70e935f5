"""Bonuses of the field staff of the sample: two months, from proposed to approved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from apps.accounts import queries as accounts
from apps.accounts.models import Assignment, User
from apps.core.access import Actor
from apps.core.roles import Role
from apps.dealers.models import Dealer
from apps.demo.services import cast
from apps.engagement import services
from apps.engagement.models import Bonus
from apps.kernel.period import Month
from apps.work import services as work
from apps.work.models import Approval

SINCE = date(2024, 1, 1)
STAFF = (
    ("field_1", "二级客户经理 1", Role.ACCOUNT_MANAGER_2),
    ("field_2", "二级客户经理 2", Role.ACCOUNT_MANAGER_2),
    ("field_3", "市场队长", Role.MARKET_CAPTAIN),
    ("field_4", "市场专员", Role.MARKET_MEMBER),
)
SCORES = (("94", "300", "0"), ("88.5", "0", "100"), ("91", "150", "0"), ("79", "0", "200"))


def staff(hero: Dealer) -> None:
    """People of the field under the account manager of the dealer whose people have log-ins."""
    people = [User(username=name, display_name=label) for name, label, _role in STAFF]
    for user in people:
        user.set_unusable_password()
    made = User.objects.bulk_create(people)
    Assignment.objects.bulk_create(
        Assignment(user=user, role=role, unit=hero.unit, valid_from=SINCE)
        for user, (_name, _label, role) in zip(made, STAFF, strict=True)
    )


def build(*, last: Month, now: datetime) -> None:
    """The month before the last is approved; of the last one some is signed and some waits."""
    leader, *reviewers = (cast.person(name, now) for name in ("account", "region", "province"))
    made = list(User.objects.filter(username__in=[name for name, _label, _role in STAFF]).order_by("pk"))
    for month in (last.previous, last):
        rows = [_proposed(user, no, month, leader, now) for no, user in enumerate(made)]
        whole = month != last
        for no, row in enumerate(rows):
            if whole or no != 1:
                _signed(row, reviewers if whole else reviewers[: 1 if no == 0 else 0], now)


def _proposed(user: User, no: int, month: Month, leader: Actor, now: datetime) -> Bonus:
    score, extra, deducted = (Decimal(each) for each in SCORES[no])
    proposed = services.Proposed(
        person=user,
        month=month,
        score=score,
        base=Decimal(3000) * score / 100,
        basis=f"{month} 考核得分 {score} × 基数 3,000 元",
        extra=extra,
        deducted=deducted,
    )
    return services.propose_bonus(proposed=proposed, actor=leader, now=now)


def _signed(row: Bonus, reviewers: Sequence[Actor], now: datetime) -> None:
    person = accounts.actor_for(row.person, on=timezone.localdate(now))
    services.sign_bonus(bonus=row, actor=person, now=now)
    for reviewer in reviewers:
        asked = Approval.objects.get(flow="engagement.bonus", target_id=row.pk)
        work.decide(approval=asked, verdict="approve", comment="同意", actor=reviewer, now=now)
