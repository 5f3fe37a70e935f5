"""The rebate wallet of the store people log in to: an amount transferred, one waiting, two credit notes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from apps.dealers.models import Dealer
from apps.demo.services import cast
from apps.ledger import queries, services
from apps.ledger.models import Entry
from apps.ledger.rules import AccountKind, Book, EntryKind
from apps.work import services as work
from apps.work.models import Approval


def build(*, hero: Dealer, now: datetime) -> None:
    """What the store's finance and the maker's finance did with the wallet."""
    store, fin = cast.person("dealer_fin", now), cast.person("hq_fin", now)
    wallet = queries.find(book=Book(hero.pk), kind=AccountKind.REBATE_WALLET)
    if wallet is None or wallet.available < 5_000:
        return
    common: dict[str, Any] = {"account": wallet, "amount": Decimal(2_000), "actor": store, "now": now}
    done = services.ask_transfer(to_dealer_id=None, reason="偿还融资到期款", **common)
    asked = Approval.objects.get(flow="ledger.transfer", target_id=done.pk)
    work.decide(approval=asked, verdict="approve", comment="资料齐全", actor=fin, now=now)
    sister = next((each.pk for each in queries.sisters(hero)), None)
    services.ask_transfer(to_dealer_id=sister, reason="集团内统筹提车", **common)
    payouts = Entry.objects.filter(dealer=hero, kind=EntryKind.PAYOUT).order_by("pk")
    for number, entry in enumerate(payouts[:2], 1):
        made = services.issue_note(entry=entry, invoice=_invoice(entry, number, now), actor=fin, now=now)
        if number == 1:
            services.confirm_note(note=made, actor=store, now=now)


def _invoice(entry: Entry, number: int, now: datetime) -> services.Invoice:
    today = timezone.localdate(now)
    return services.Invoice(
        invoice_number=f"{today:%y}332000000{number:011d}",
        notice_number=f"3301{today:%y%m}{number:014d}",
        issued_on=today,
        amount=entry.amount if number == 1 else (entry.amount / 2).quantize(Decimal("0.01")),
    )
