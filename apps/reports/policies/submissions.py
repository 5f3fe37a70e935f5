from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Actor, Owners, Ownership, Policy, Rows, declare, trust
from apps.core.roles import DEALER, DEALER_STAFF, FIELD, FIELD_STAFF, HQ, OPERATORS, WITH_FIGURES, Role
from apps.core.wall import ALL, PERSON, TRUSTED, UNITS, Wall, Writes
from apps.reports import registry
from apps.reports.models import Submission, SubmissionVersion
from apps.work.rules import states

VIEW = declare("reports.view", _("View reports"), WITH_FIGURES)
FILL = declare(
    "reports.fill", _("Fill in and submit reports"), DEALER | FIELD | FIELD_STAFF | {Role.INTEGRATION}
)
REVIEW = declare("reports.review", _("Review reports"), FIELD | OPERATORS | {Role.HQ_FINANCE})
OVERSEE = declare("reports.oversee", _("See everything that is asked and the burden it makes"), HQ)


SEE_ALL = frozenset({Role.DEALER_GENERAL, Role.INVESTOR, Role.INTEGRATION})
"""Dealers' people who see every report of their dealers; others see those their role fills in."""


class SubmissionPolicy(Policy):
    """A report belongs to its dealer, to its unit, or to one person, whom only those share it with who review
    it: the reviewer and the levels above, in their units.
    """

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        everybodys = Q(user_id__isnull=True)
        if not actor.scope.everything:
            everybodys &= Q(dealer_id__in=actor.scope.dealer_ids) | Q(unit_id__in=actor.scope.unit_ids)
        if actor.is_dealer and not actor.roles & SEE_ALL:
            own_forms = [code for code, form in registry.forms().items() if form.roles & actor.roles]
            everybodys &= Q(form__in=own_forms)
        persons = {actor.user_id, actor.for_id} - {None}
        return rows.filter(everybodys | Q(user_id__in=persons) | _reviewed(actor))

    def owners(self, obj: Any) -> Owners:
        form = registry.forms().get(obj.form)
        filling = form.roles if form is not None else frozenset()
        return Owners(
            roles=frozenset({obj.reviewer, *states.above(obj.reviewer)})
            if obj.user_id is not None
            else frozenset({*Role} - {*DEALER, *DEALER_STAFF}) | SEE_ALL | filling,
            dealers=frozenset({obj.dealer_id} - {None}),
            units=frozenset({obj.unit_id} - {None}),
            persons=frozenset({obj.user_id} - {None}),
        )

    def _within(self, actor: Actor, owners: Owners) -> bool:
        own = owners.persons & frozenset({actor.user_id or 0, actor.for_id or 0})
        if not owners.persons or "system" in actor.roles or own:
            return super()._within(actor, owners)
        held = (reach for reach in actor.reaches if reach.role in (owners.roles or ()))
        return any(owners.within(reach.scope) for reach in held)


def _levels(role: str) -> list[str]:
    """The reviewers whose reviews a role may take over: itself and those below."""
    return [str(level) for level in states.LADDER if role in (level, *states.above(level))]


def _reviewed(actor: Actor) -> Q:
    """The reports of single persons the actor reviews."""
    if "system" in actor.roles:
        return Q(user_id__isnull=False)
    found = Q(pk__in=[])
    for reach in actor.reaches:
        if REVIEW in reach.actions:
            own = Q(user_id__isnull=False, reviewer__in=_levels(reach.role))
            found |= own if reach.scope.everything else own & Q(unit_id__in=reach.scope.unit_ids)
    return found


@trust
def _trusted(actor: Actor) -> Iterator[str]:
    """The same for the second wall, as `reviewer:unit` and `person:number`."""
    if "system" in actor.roles:
        yield ALL
    if actor.for_id is not None:
        yield f"person:{actor.for_id}"
    for reach in actor.reaches:
        if REVIEW in reach.actions:
            units = [ALL] if reach.scope.everything else [str(unit) for unit in sorted(reach.scope.unit_ids)]
            yield from (f"{level}:{unit}" for level in _levels(reach.role) for unit in units)


_TRUSTED_WITH = (
    f"ARRAY['{ALL}', 'person:' || user_id, reviewer || ':{ALL}', reviewer || ':' || unit_id] && {TRUSTED}"
)
submission = SubmissionPolicy(
    Submission,
    view=VIEW,
    ownership=Ownership.DEALER,
    wall=Wall(
        private="user_id IS NOT NULL",
        also=(
            f"(user_id IS NULL AND unit_id = ANY ({UNITS})) OR user_id = {PERSON} "
            f"OR (user_id IS NOT NULL AND {_TRUSTED_WITH})"
        ),
    ),
)


class VersionPolicy(Policy):
    """A version is seen with the report it belongs to."""

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        seen = submission.in_scope(actor, Submission.objects.all())
        return rows.filter(submission__in=seen.values("pk"))

    def owners(self, obj: Any) -> Owners:
        return submission.owners(obj.submission)


version = VersionPolicy(
    SubmissionVersion,
    view=VIEW,
    ownership=Ownership.DEALER,
    dealer="submission__dealer_id",
    wall=Wall(writes=Writes.APPEND),
)

trail.name_actions(
    {
        "reports.begin": _("Report begun"),
        "reports.save": _("Report saved"),
        "reports.upload": _("Report uploaded"),
        "reports.submit": _("Report submitted"),
        "reports.approve": _("Report approved"),
        "reports.return": _("Report returned"),
        "reports.lock": _("Report locked"),
        "reports.correct": _("Correction of a report begun"),
    }
)
trail.name_fields(
    {
        "errors": _("To correct"),
        "to_explain": _("To explain"),
        "version": _("Version"),
        "on_time": _("On time"),
        "reason": _("Reason"),
    }
)
