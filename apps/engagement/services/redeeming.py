"""Points become gifts: held when asked for, spent when handed out, given back to the lots they came from."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.roles import Role
from apps.engagement import policies, queries
from apps.engagement.models import Gift, Redemption
from apps.engagement.rules import RedemptionState, StockMove
from apps.engagement.services.catalogue import move
from apps.ledger import services as ledger
from apps.ledger.rules import AccountKind, Book, EntryKind
from apps.work import registry
from apps.work import services as work

MOST_UNITS = 20
LABEL = "engagement.redemption"
HAND_OUT = registry.todo("engagement.hand_out", _("Gift to hand out"), _("Hand out %(gift)s to %(person)s"))
ANSWERED = registry.notice(
    "engagement.redemption_answered", _("My redemption was answered"), _("%(gift)s: %(state)s. %(answer)s")
)


def _url(row: Redemption) -> str:
    return reverse("engagement:redemption-detail", kwargs={"pk": row.pk})


@transaction.atomic
def redeem(*, gift: Gift, units: int, deliver_to: str, key: str, actor: Actor, now: datetime) -> Redemption:
    """Redeem own points for a gift: points are held and the stock is taken at once. The same key counts once.

    Parallel requests can neither overspend the points nor oversell the stock. Errors: `insufficient_funds`,
    `account_frozen`, `out_of_stock`, `not_offered`, `too_many`.
    """
    if actor.user_id is None or not actor.may(policies.REDEEM):
        raise DomainError("forbidden", _("Your role does not include this action."))
    book = Book(person_id=actor.user_id)
    jobs.lock(f"engagement.redeem:{actor.user_id}")
    known = Redemption.objects.filter(hold__key=f"gift:{actor.user_id}:{key}").first()
    if known is not None:
        return known
    offer = Gift.objects.get(pk=gift.pk)
    if not offer.active:
        raise DomainError("not_offered", _("This gift is no longer offered."))
    if not 1 <= units <= MOST_UNITS:
        text = _("Between 1 and 20.")
        raise DomainError("too_many", text, fields={"units": text})
    points = offer.points * units
    hold = ledger.hold(
        key=f"gift:{actor.user_id}:{key}",
        account=ledger.open_account(book=book, kind=AccountKind.POINTS, now=now),
        amount=Decimal(points),
        actor=actor,
        now=now,
        target_label="engagement.gift",
        target_id=offer.pk,
        note=f"{offer.label_zh} × {units}",
    )
    row = Redemption.objects.create(
        person_id=actor.user_id,
        place=queries.place_of(actor.user_id, on=timezone.localdate(now))[:200],
        gift=offer,
        units=units,
        points=points,
        deliver_to=deliver_to[:300],
        hold=hold,
        asked_at=now,
    )
    move(gift=offer, kind=StockMove.TAKEN, units=-units, redemption=row, actor=actor, now=now)
    after = {"gift": str(offer), "units": units, "points": points}
    audit.record(actor=actor, action=policies.REDEEM, obj=row, now=now, after=after)
    todo = work.Wanted(
        key=f"{LABEL}:{row.pk}",
        params={"gift": str(row), "person": actor.label},
        url=_url(row),
        role=Role.HQ_OPERATIONS,
        unit_id=queries.headquarters(),
    )
    work.open_todo(code=HAND_OUT, todo=todo, now=now, opened_by=actor.label)
    return row


@transaction.atomic
def cancel(*, redemption: Redemption, actor: Actor, now: datetime) -> Redemption:
    """Take back one's own wish before the desk answered. Errors: `answered_already`, `forbidden`."""
    row = _waiting(redemption)
    if row.person_id != actor.user_id:
        raise DomainError("forbidden", _("Only who redeemed may cancel."))
    ledger.release(hold=row.hold, actor=actor, now=now)
    return _end(row, RedemptionState.CANCELLED, "", "engagement.cancel", actor, now)


@transaction.atomic
def answer(*, redemption: Redemption, handed_out: bool, text: str, actor: Actor, now: datetime) -> Redemption:
    """The desk hands a gift out, which spends the points, or refuses and says why, which frees them.

    Errors: `answered_already`, `own_redemption`, `answer_needed`, `insufficient_funds` after points were
    taken back meanwhile.
    """
    row = _waiting(redemption)
    _may_answer(row, actor)
    if handed_out:
        row.entry = ledger.capture(
            hold=row.hold,
            key=f"{LABEL}:{row.pk}",
            into=AccountKind.GIFTS,
            kind=EntryKind.REDEEM,
            occurred_on=timezone.localdate(now),
            actor=actor,
            now=now,
        )
        return _end(row, RedemptionState.SENT, text, policies.DESK, actor, now)
    if not text.strip():
        raise DomainError("answer_needed", _("Say why."), fields={"answer": _("Say why.")})
    ledger.release(hold=row.hold, actor=actor, now=now)
    return _end(row, RedemptionState.REFUSED, text, policies.DESK, actor, now)


@transaction.atomic
def take_back(*, redemption: Redemption, text: str, actor: Actor, now: datetime) -> Redemption:
    """A gift came back: the points return to the lots they came from, the gift to the stock.

    Errors: `not_handed_out`, `own_redemption`.
    """
    row = Redemption.objects.select_for_update(of=("self",)).get(pk=redemption.pk)
    _may_answer(row, actor)
    if row.state != RedemptionState.SENT or row.entry is None:
        raise DomainError("not_handed_out", _("Only a gift that was handed out comes back."))
    ledger.reverse(
        entry=row.entry,
        key=f"{LABEL}:{row.pk}:back",
        occurred_on=timezone.localdate(now),
        actor=actor,
        now=now,
        note=text,
    )
    return _end(row, RedemptionState.RETURNED, text, policies.DESK, actor, now)


def _waiting(redemption: Redemption) -> Redemption:
    row = (
        Redemption.objects.select_for_update(of=("self",))
        .select_related("hold__account", "gift")
        .get(pk=redemption.pk)
    )
    if row.state != RedemptionState.WAITING:
        raise DomainError("answered_already", _("This redemption was answered already."))
    return row


def _may_answer(row: Redemption, actor: Actor) -> None:
    if not actor.may(policies.DESK):
        raise DomainError("forbidden", _("Your role does not include this action."))
    if row.person_id == actor.user_id:
        raise DomainError("own_redemption", _("Somebody else hands out what you redeemed."))


def _end(
    row: Redemption, state: RedemptionState, text: str, action: str, actor: Actor, now: datetime
) -> Redemption:
    before = {"state": row.state}
    row.state, row.answer, row.answered_at, row.answered_by = state, text[:300], now, actor.label[:150]
    row.save(update_fields=["state", "answer", "answered_at", "answered_by", "entry"])
    if state != RedemptionState.SENT:
        move(
            gift=row.gift,
            kind=StockMove.GIVEN_BACK,
            units=row.units,
            redemption=row,
            actor=actor,
            now=now,
        )
    audit.record(actor=actor, action=action, obj=row, now=now, before=before, after={"state": state})
    work.close_todo(key=f"{LABEL}:{row.pk}", now=now, by=actor.label)
    if row.person_id != actor.user_id:
        params = {"gift": str(row), "state": str(row.get_state_display()), "answer": row.answer}
        work.notify(
            notice=ANSWERED,
            recipients=[row.person_id],
            key=f"{LABEL}:{row.pk}:{state}",
            now=now,
            params=params,
            url=_url(row),
        )
    return row
