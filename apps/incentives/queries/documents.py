"""Commercial policies an actor may see, how far a draft is, and what it was tested with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from django.db.models import Count, Q, QuerySet

from apps.core.access import Actor
from apps.incentives.models import (
    BackTest,
    BackTestRow,
    ComplianceRule,
    ComplianceWaiver,
    PolicyReceipt,
    PolicyVersion,
    StandardText,
)
from apps.incentives.policies import documents as policies
from apps.incentives.rules import compliance, guard, lifecycle
from apps.incentives.rules import document as documents
from apps.incentives.rules.compliance import Finding
from apps.incentives.rules.declared import Problem, Words
from apps.incentives.rules.guard import Rule
from apps.incentives.rules.lifecycle import PUBLIC, VersionState
from apps.work import queries as work
from apps.work.models import Approval


def versions(*, actor: Actor) -> QuerySet[PolicyVersion]:
    """Versions of policies the actor may read, with how many dealers were sent them and confirmed."""
    rows = PolicyVersion.objects.exclude(state=VersionState.DISCARDED).select_related("policy", "predecessor")
    return policies.version.visible_to(actor, rows)


def public_versions(*, actor: Actor) -> QuerySet[PolicyVersion]:
    """Published versions, in force or not."""
    return versions(actor=actor).filter(state__in=[state.value for state in PUBLIC])


def versions_of(*, actor: Actor, version: PolicyVersion) -> QuerySet[PolicyVersion]:
    """All versions of a version's policy the actor may read, the newest first."""
    return versions(actor=actor).filter(policy_id=version.policy_id).order_by("-version")


def in_force(policy_id: int, on: date) -> PolicyVersion | None:
    """The version of a policy that holds on a day."""
    rows = PolicyVersion.objects.filter(
        policy_id=policy_id, state__in=[state.value for state in PUBLIC], effective_from__lte=on
    ).filter(Q(effective_to__isnull=True) | Q(effective_to__gte=on))
    return rows.select_related("policy").order_by("-effective_from", "-version").first()


def last_public(policy_id: int) -> PolicyVersion | None:
    """The version published last."""
    rows = PolicyVersion.objects.filter(policy_id=policy_id, state__in=[state.value for state in PUBLIC])
    return rows.select_related("policy").order_by("-effective_from", "-version").first()


@dataclass(frozen=True)
class Judged:
    """A finding of the compliance guard, and who signed for it."""

    finding: Finding
    waiver: ComplianceWaiver | None

    @property
    def stops(self) -> bool:
        """Whether it stops publication."""
        return self.finding.level == guard.RED and self.waiver is None


@dataclass(frozen=True)
class Readiness:
    """What a version has and lacks on its way to publication, all of the document as it is now."""

    problems: tuple[Problem, ...]
    back_test: BackTest | None
    outdated: BackTest | None
    judged: tuple[Judged, ...]

    @property
    def tested(self) -> bool:
        """Whether a finished back-test of this very document exists."""
        return self.back_test is not None

    @cached_property
    def red(self) -> tuple[Judged, ...]:
        """Findings that stop publication."""
        return tuple(each for each in self.judged if each.stops)

    @property
    def ready(self) -> bool:
        """Whether it may go to countersigning."""
        return not self.problems and self.tested and not self.red


def readiness(version: PolicyVersion) -> Readiness:
    """How far a version is."""
    _text, _digest, problems = lifecycle.checked(version.document)
    runs = BackTest.objects.filter(version=version, finished_at__isnull=False, error="")
    found = runs.filter(sha256=version.sha256).order_by("-asked_at").first()
    older = None if found else runs.order_by("-asked_at").first()
    return Readiness(problems, found, older, () if problems else judged(version))


def judged(version: PolicyVersion) -> tuple[Judged, ...]:
    """What the compliance guard finds in a complete document, the grave first."""
    signed = {
        row.finding: row for row in ComplianceWaiver.objects.filter(version=version, sha256=version.sha256)
    }
    found = compliance.findings(documents.read(version.document), rules_in_force())
    return tuple(Judged(each, signed.get(each.key)) for each in found)


def rules_in_force() -> dict[str, Rule]:
    """The rules of the guard as the company applies them: its own level and article, those in use."""
    own = {row.code: row for row in ComplianceRule.objects.all()}
    found = {}
    for code, shipped in guard.RULES.items():
        row = own.get(code)
        if row is None:
            found[code] = shipped
        elif row.active:
            found[code] = replace(shipped, level=row.level, article=Words(row.article_zh, row.article_en))
    return found


def standard_texts() -> list[StandardText]:
    """The standard clauses at the end of every bulletin, in order."""
    return list(StandardText.objects.filter(active=True).order_by("order", "code"))


def receipts(*, actor: Actor) -> QuerySet[PolicyReceipt]:
    """Who of the actor's dealers was sent a policy and confirmed reading it."""
    rows = PolicyReceipt.objects.select_related("dealer", "version__policy")
    return policies.receipt.visible_to(actor, rows)


def receipt_counts(*, actor: Actor, version: PolicyVersion) -> tuple[int, int]:
    """(confirmed, sent) among the dealers the actor sees."""
    rows = receipts(actor=actor).filter(version=version)
    found = rows.aggregate(sent=Count("pk"), read=Count("pk", filter=Q(read_at__isnull=False)))
    return found["read"], found["sent"]


def own_unread(*, actor: Actor, version: PolicyVersion) -> QuerySet[PolicyReceipt]:
    """Receipts of the actor's dealers that nobody confirmed yet."""
    return receipts(actor=actor).filter(version=version, read_at__isnull=True)


def back_tests(*, actor: Actor) -> QuerySet[BackTest]:
    """Back-tests, the newest first."""
    rows = BackTest.objects.select_related("version__policy", "compared__policy").order_by("-asked_at")
    return policies.back_test.visible_to(actor, rows)


def back_test_rows(*, actor: Actor) -> QuerySet[BackTestRow]:
    """Results of back-tests by dealer and term."""
    rows = BackTestRow.objects.select_related("dealer", "run")
    return policies.back_test_row.visible_to(actor, rows)


def waiting_approval(version: PolicyVersion, *, actor: Actor) -> Approval | None:
    """The countersigning of a version that waits for a decision."""
    rows = work.approvals_of(actor=actor, target=version)
    return next((row for row in rows if row.state == "waiting"), None)
