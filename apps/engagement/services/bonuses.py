"""Bonuses of field staff: proposed by the leader, signed by the person, reviewed by region and province."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.roles import Role
from apps.engagement import policies, queries
from apps.engagement.models import Bonus
from apps.engagement.rules import OPEN_TO_PROPOSER, BonusState
from apps.engagement.services import chain
from apps.kernel.period import Month
from apps.work import registry
from apps.work import services as work

LABEL = chain.LABEL
SIGN = registry.todo("engagement.sign_bonus", _("Bonus to sign"), _("Check and sign my bonus of %(month)s"))
TOLD = registry.notice("engagement.bonus_told", _("News of a bonus"), _("%(bonus)s: %(state)s. %(remark)s"))


@dataclass(frozen=True)
class Proposed:
    """A bonus as the leader proposes it, in yuan; the appraisal is 0 to 100."""

    person: User
    month: Month
    score: Decimal
    base: Decimal
    basis: str
    extra: Decimal = Decimal(0)
    deducted: Decimal = Decimal(0)


@transaction.atomic
def propose_bonus(*, proposed: Proposed, actor: Actor, now: datetime) -> Bonus:
    """Propose the bonus of a person for a month that is over, or change a proposal nobody signed.

    Errors: `not_yours` for somebody outside one's units, `not_over`, `signed_already`, `below_zero`.
    """
    today = timezone.localdate(now)
    unit = queries.bonus_people(actor=actor, on=today).get(proposed.person.pk)
    if unit is None or actor.user_id is None:
        text = _("You do not lead this person.")
        raise DomainError("not_yours", text, fields={"person": text})
    if proposed.month.last >= today:
        text = _("A bonus is for a month that is over.")
        raise DomainError("not_over", text, fields={"month": text})
    amount = proposed.base + proposed.extra - proposed.deducted
    if amount < 0:
        text = _("No more is deducted than there is.")
        raise DomainError("below_zero", text, fields={"deducted": text})
    jobs.lock(f"{LABEL}:{proposed.person.pk}:{proposed.month}")
    row = Bonus.objects.filter(person=proposed.person, month=proposed.month.first).first()
    if row is not None and (row.state not in OPEN_TO_PROPOSER or row.proposed_by_id != actor.user_id):
        raise DomainError("signed_already", _("This bonus was signed, or proposed by somebody else."))
    row = row or Bonus(person=proposed.person, month=proposed.month.first)
    before = audit.stored(row)
    for name in ("score", "base", "extra", "deducted", "basis"):
        setattr(row, name, getattr(proposed, name))
    row.unit_id, row.amount, row.state = unit, amount, BonusState.PROPOSED
    row.proposed_by_id, row.proposed_at, row.signed_at, row.remark = actor.user_id, now, None, ""
    row.save()
    old, new = audit.difference(before, audit.snapshot(row))
    audit.record(actor=actor, action=policies.PROPOSE_BONUS, obj=row, now=now, before=old, after=new)
    todo = work.Wanted(
        key=f"{LABEL}:{row.pk}",
        params={"month": str(proposed.month)},
        url=_url(row),
        user_id=row.person_id,
    )
    work.open_todo(code=SIGN, todo=todo, now=now, opened_by=actor.label)
    return row


@transaction.atomic
def sign_bonus(*, bonus: Bonus, actor: Actor, now: datetime) -> Bonus:
    """The person signs beside the leader who proposed; region and province review then.

    Errors: `not_own`, `not_waiting`.
    """
    row = _own(bonus, actor)
    _move(row, BonusState.SIGNED, "", policies.SIGN_BONUS, actor, now)
    ask = work.Ask(
        flow=FLOW,
        target=row,
        unit_id=row.unit_id,
        summary=f"{row} ¥{row.amount:,.2f}",
        url=_url(row),
    )
    work.ask_approval(ask=ask, asked_by=actor, now=now)
    chain.follow(row, actor=actor, now=now)
    return row


@transaction.atomic
def object_to_bonus(*, bonus: Bonus, reason: str, actor: Actor, now: datetime) -> Bonus:
    """The person does not agree and says why; the leader proposes anew. Errors as for signing."""
    row = _own(bonus, actor)
    _move(row, BonusState.OBJECTED, reason, "engagement.object_to_bonus", actor, now)
    _tell(row, [row.proposed_by_id], now)
    return row


def _own(bonus: Bonus, actor: Actor) -> Bonus:
    row = Bonus.objects.select_for_update(of=("self",)).get(pk=bonus.pk)
    if row.person_id != actor.user_id:
        raise DomainError("not_own", _("Only the person signs its own bonus."))
    if row.state != BonusState.PROPOSED:
        raise DomainError("not_waiting", _("This bonus does not wait for a signature."))
    return row


def _passed(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    chain.follow(Bonus.objects.get(pk=target_id), actor=actor, now=now)


def _approved(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    row = Bonus.objects.select_for_update(of=("self",)).get(pk=target_id)
    _move(row, BonusState.APPROVED, comment, policies.APPROVE_BONUS, actor, now)
    chain.follow(row, actor=actor, now=now)
    _tell(row, [row.person_id, row.proposed_by_id], now)


def _returned(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    row = Bonus.objects.select_for_update(of=("self",)).get(pk=target_id)
    _move(row, BonusState.RETURNED, comment, policies.APPROVE_BONUS, actor, now)
    _tell(row, [row.person_id, row.proposed_by_id], now)


def _move(row: Bonus, state: BonusState, remark: str, action: str, actor: Actor, now: datetime) -> None:
    before = row.state
    row.state, row.remark = state, remark[:500]
    if state == BonusState.SIGNED:
        row.signed_at = now
    if state in (BonusState.APPROVED, BonusState.RETURNED):
        row.decided_at, row.decided_by = now, actor.label[:150]
    row.save(update_fields=["state", "remark", "signed_at", "decided_at", "decided_by"])
    after = {"state": state, "amount": row.amount, "remark": row.remark}
    audit.record(actor=actor, action=action, obj=row, now=now, before={"state": before}, after=after)
    work.close_todo(key=f"{LABEL}:{row.pk}", now=now, by=actor.label)


def _tell(row: Bonus, people: list[int], now: datetime) -> None:
    params = {"bonus": str(row), "state": str(row.get_state_display()), "remark": row.remark}
    key = f"{LABEL}:{row.pk}:{row.state}:{now:%Y%m%d%H%M%S}"
    work.notify(notice=TOLD, recipients=people, key=key, now=now, params=params, url=_url(row))


def _url(row: Bonus) -> str:
    return reverse("engagement:bonus-detail", kwargs={"pk": row.pk})


FLOW = registry.flow(
    "engagement.bonus",
    _("Bonus of a person"),
    [
        registry.Step(level=Role.REGION_MANAGER, action=policies.APPROVE_BONUS),
        registry.Step(level=Role.PROVINCE_MANAGER, action=policies.APPROVE_BONUS),
    ],
    on_approved=_approved,
    on_returned=_returned,
    on_rejected=_returned,
    on_withdrawn=_returned,
    on_passed=_passed,
)
