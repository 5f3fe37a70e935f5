"""The next version of the sample rebate as a draft, tested on closed months; who read the present one."""

from __future__ import annotations

from datetime import datetime, timedelta

from apps.core.access import Actor
from apps.dealers.models import Dealer
from apps.incentives.models import PolicyReceipt, PolicyVersion
from apps.incentives.services import backtesting, drafting
from apps.kernel.period import Month

SLICES = (("0", "1200"), ("0.8", "2000"), ("1", "3500"))
BUDGET = "2000000"


def build(*, code: str, last: Month, actor: Actor, now: datetime) -> PolicyVersion:
    """Draft the next version of a policy and replay it on the three months up to the last closed one."""
    held = PolicyVersion.objects.get(policy__code=code, state="published")
    _receipts(held)
    draft = drafting.new_version(source=held, actor=actor, now=now)
    clause = held.document["components"][0]
    tiers = [{"from": reach, "value": value} for reach, value in SLICES]
    params = {**clause["params"], "scale": "marginal", "tiers": tiers}
    given = {
        **held.document,
        "components": [{**clause, "params": params}],
        "budget": {"amount": BUDGET, "mode": "warn"},
    }
    draft = drafting.save_draft(version=draft, given=given, expected=draft.sha256, actor=actor, now=now)
    backtesting.start_back_test(
        version=draft, first=last.shift(-2), last=last, compared=held, actor=actor, now=now
    )
    return draft


def _receipts(version: PolicyVersion) -> None:
    """Three of four dealers confirmed within two days."""
    assert version.published_at is not None
    rows = []
    for no, (dealer, name) in enumerate(Dealer.objects.order_by("pk").values_list("pk", "short_name")):
        read = version.published_at + timedelta(hours=3 + no % 40) if no % 4 else None
        label = f"{name} 总经理" if read else ""
        rows.append(
            PolicyReceipt(
                version=version,
                dealer_id=dealer,
                sent_at=version.published_at,
                read_at=read,
                read_label=label,
            )
        )
    PolicyReceipt.objects.bulk_create(rows, batch_size=2000)
