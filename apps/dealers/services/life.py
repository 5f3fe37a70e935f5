"""Codes change, dealers end, come back and merge; what was stays on record."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers.models import Dealer, DealerCode, Outlet
from apps.dealers.rules import UNKNOWN_SINCE, DealerStatus, spans
from apps.dealers.rules.spans import Span
from apps.dealers.services import dealers, recording

ALIVE = (DealerStatus.PREPARING, DealerStatus.ACTIVE, DealerStatus.SUSPENDED)


@transaction.atomic
def change_code(
    *, dealer: Dealer, code: str, valid_from: date, actor: Actor, now: datetime, seen: int | None = None
) -> Dealer:
    """Give a dealer another code from a day on; the old code still finds it and goes to nobody else."""
    row = recording.lock_dealer(dealer, seen)
    code = recording.require_free_code(code, row)
    before = recording.facts(row)
    rows = list(DealerCode.objects.filter(dealer=row).order_by("valid_from"))
    history = [Span(each.valid_from, each.valid_to, each.code) for each in rows]
    if not history:
        history = [Span(min(UNKNOWN_SINCE, valid_from), None, row.code)]
    changed = spans.changed(history, valid_from, code)
    wanted = [DealerCode(dealer=row, code=span.value, **recording.period_of(span)) for span in changed]
    recording.replace_rows(rows, wanted, ("valid_from", "valid_to", "code"))
    today = spans.on(changed, recording.today_of(now))
    row.code = today or row.code
    return recording.save_dealer(
        row,
        action="dealers.change_code",
        before=before,
        actor=actor,
        now=now,
        note={"new_code": code, "valid_from": valid_from},
    )


@transaction.atomic
def close_dealer(
    *, dealer: Dealer, on: date, actor: Actor, now: datetime, reason: str = "", seen: int | None = None
) -> Dealer:
    """End a dealer's business; `on` is the first day without it. Its facts and its place in the tree stay."""
    row = recording.lock_dealer(dealer, seen)
    recording.require_past(on, now)
    dealers.require_step(row, DealerStatus.CLOSED)
    before = recording.facts(row)
    row.status, row.closed_on = DealerStatus.CLOSED, on
    _close_outlets(row, on, actor, now)
    return recording.save_dealer(
        row, action="dealers.close_dealer", before=before, actor=actor, now=now, note={"reason": reason}
    )


@transaction.atomic
def reopen_dealer(
    *, dealer: Dealer, actor: Actor, now: datetime, reason: str = "", seen: int | None = None
) -> Dealer:
    """Let a closed dealer work again; its outlets stay closed until somebody opens them."""
    row = recording.lock_dealer(dealer, seen)
    if row.status != DealerStatus.CLOSED:
        raise DomainError("status", _("Only a closed dealer can be reopened."))
    before = recording.facts(row)
    row.status, row.closed_on = DealerStatus.ACTIVE, None
    return recording.save_dealer(
        row, action="dealers.reopen_dealer", before=before, actor=actor, now=now, note={"reason": reason}
    )


@transaction.atomic
def merge_dealers(
    *, dealer: Dealer, survivor: Dealer, on: date, actor: Actor, now: datetime, seen: int | None = None
) -> Dealer:
    """Close a dealer into another one from a day on; its facts stay, its codes lead to the survivor."""
    recording.require_past(on, now)
    first, second = sorted([dealer, survivor], key=lambda each: each.pk)
    locked = {each.pk: recording.lock_dealer(each) for each in (first, second)}
    row, into = recording.lock_dealer(dealer, seen), locked[survivor.pk]
    if row.pk == into.pk:
        raise recording.refusal("merge", "survivor", _("A dealer cannot be merged into itself."))
    if into.status not in ALIVE:
        raise recording.refusal("merge", "survivor", _("Choose a dealer that is in business."))
    dealers.require_step(row, DealerStatus.MERGED)
    before = recording.facts(row)
    row.status, row.merged_into, row.closed_on = DealerStatus.MERGED, into, on
    _close_outlets(row, on, actor, now)
    return recording.save_dealer(
        row, action="dealers.merge_dealers", before=before, actor=actor, now=now, note={"survivor": into.code}
    )


def _close_outlets(dealer: Dealer, on: date, actor: Actor, now: datetime) -> None:
    open_ones = list(Outlet.objects.select_for_update().filter(dealer=dealer, closed_on__isnull=True))
    Outlet.objects.filter(pk__in=[outlet.pk for outlet in open_ones]).update(closed_on=on)
    changes = [audit.Change(outlet, None, {"closed_on": on}, dealer.pk) for outlet in open_ones]
    audit.record_many(actor=actor, action="dealers.close_outlet", changes=changes, now=now)
