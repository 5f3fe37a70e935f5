"""Replaying a draft on closed months: what it would have cost, and who would have won or lost. Source: F3."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit, jobs
from apps.core.access import Actor, system
from apps.core.errors import DomainError
from apps.incentives import queries
from apps.incentives.models import BackTest, BackTestRow, PolicyVersion
from apps.incentives.policies import documents as policies
from apps.incentives.queries.candidates import Source
from apps.incentives.rules import document as documents
from apps.incentives.rules import network, replay
from apps.incentives.rules.document import PolicyDocument
from apps.incentives.rules.facts import DealerFacts, Window
from apps.incentives.rules.lifecycle import EDITABLE
from apps.incentives.rules.outcomes import DealerOutcome
from apps.incentives.services import drafting, standing
from apps.kernel.period import Month, months_between
from apps.metrics import membership
from apps.periods import queries as periods
from apps.periods.rules import MonthState

JOB = "incentives.backtest_term"
MOST_MONTHS = 24
BATCH = 2000


@transaction.atomic
def start_back_test(
    *,
    version: PolicyVersion,
    first: Month,
    last: Month,
    compared: PolicyVersion | None,
    actor: Actor,
    now: datetime,
) -> BackTest:
    """Replay a complete draft on closed months, one job for each of its terms, against another version.

    Errors: `forbidden`, `incomplete`, `months`, `open_months`, `no_term`, `running`.
    """
    drafting.allow(actor, policies.DRAFT)
    row = PolicyVersion.objects.select_for_update().get(pk=version.pk)
    if queries.documents.readiness(row).problems:
        raise DomainError("incomplete", _("Complete the document first; the editor marks what is missing."))
    if row.back_tests.filter(sha256=row.sha256, finished_at__isnull=True, error="").exists():
        raise DomainError("running", _("A back-test of this document is running already."))
    windows = _windows(replay.dated(row.read, first, last), first, last)
    run = BackTest.objects.create(
        version=row,
        sha256=row.sha256,
        document=row.document,
        compared=compared,
        first_month=first.first,
        last_month=last.first,
        windows=len(windows),
        asked_label=actor.label[:150],
        asked_at=now,
    )
    for window in windows:
        args = {"run": run.pk, "first": window.first.isoformat(), "last": window.last.isoformat()}
        jobs.enqueue(JOB, args, actor=actor, now=now)
    after = {"months": f"{first} – {last}", "compared": str(compared or ""), "sha256": run.sha256}
    audit.record(actor=actor, action="incentives.start_back_test", obj=run, now=now, after=after)
    return run


def _windows(document: PolicyDocument, first: Month, last: Month) -> tuple[Window, ...]:
    months = list(months_between(first, last))
    if not 1 <= len(months) <= MOST_MONTHS:
        raise DomainError(
            "months",
            _("Choose 1 to %(most)s months, the first before the last."),
            fields={"last": _("Not before the first month.")},
            most=MOST_MONTHS,
        )
    states = periods.states()
    still_open = [str(month) for month in months if states.get(month) != MonthState.CLOSED]
    if still_open:
        raise DomainError(
            "open_months",
            _("These months are not closed yet: %(months)s. A back-test takes closed months only."),
            months=", ".join(still_open),
        )
    windows = replay.windows(document, first, last)
    if not windows:
        raise DomainError("no_term", _("Choose months that cover at least one whole term of the policy."))
    return windows


@transaction.atomic
def run_term(*, run_id: int, window: Window, now: datetime) -> dict[str, int]:
    """Replay one term for the whole network; the last term finished brings the draft's state up to date."""
    run = BackTest.objects.select_related("compared").get(pk=run_id)
    first, last = Month.of(run.first_month), Month.of(run.last_month)
    document = replay.dated(documents.read(run.document), first, last)
    before = None if run.compared is None else replay.dated(run.compared.read, first, last)
    asked = (document,) if before is None else (document, before)
    source = Source(_dealers(window), now, documents=asked)
    given = _given(source, document, window)
    found = network.run(document, given, as_of=source.as_of)
    compared = {} if before is None else _compared(source, before, (first, last), window)
    BackTestRow.objects.filter(run=run, window_first=window.first).delete()
    rows = [_row(run, window, given[dealer], each, compared.get(dealer)) for dealer, each in found.items()]
    BackTestRow.objects.bulk_create([row for row in rows if row is not None], batch_size=BATCH)
    _count(run, now)
    return {"dealers": len(found)}


def _dealers(window: Window) -> tuple[int, ...]:
    found: set[int] = set()
    for month in months_between(Month.of(window.first), Month.of(window.last)):
        found.update(membership.members(month).values_list("pk", flat=True))
    return tuple(sorted(found))


def _given(source: Source, document: PolicyDocument, window: Window) -> dict[int, DealerFacts]:
    return source.gather(document, window, source.inside(document, window).facts)


def _compared(
    source: Source, document: PolicyDocument, months: tuple[Month, Month], window: Window
) -> Mapping[int, list[DealerOutcome]]:
    """What the version compared with comes to in those of its terms that end inside the window."""
    found: dict[int, list[DealerOutcome]] = {}
    for each in replay.windows(document, *months):
        if window.first <= each.last <= window.last:
            outcomes = network.run(document, _given(source, document, each), as_of=source.as_of)
            for dealer, outcome in outcomes.items():
                found.setdefault(dealer, []).append(outcome)
    return found


def _row(
    run: BackTest,
    window: Window,
    given: DealerFacts,
    found: DealerOutcome,
    compared: Iterable[DealerOutcome] | None,
) -> BackTestRow | None:
    before = list(compared or ())
    if found.reason and all(each.reason for each in before):
        return None
    amount, reason = replay.total([found])
    old, old_reason = replay.total(before) if compared is not None else (None, "")
    lead = found.components[0]
    return BackTestRow(
        run=run,
        dealer_id=given.dealer,
        window_first=window.first,
        window_last=window.last,
        units=max((each.units for each in found.components), default=Decimal(0)),
        achievement=lead.achievement,
        amount=amount,
        reason=reason,
        compared_amount=old,
        compared_reason=old_reason,
    )


def _count(run: BackTest, now: datetime) -> None:
    row = BackTest.objects.select_for_update().get(pk=run.pk)
    row.windows_done += 1
    if row.windows_done >= row.windows:
        row.finished_at = now
    row.save(update_fields=["windows_done", "finished_at"])
    version = PolicyVersion.objects.select_for_update().get(pk=row.version_id)
    if row.finished_at is not None and version.state in EDITABLE:
        standing.update(version, actor=system("back-test"), now=now)
