"""Reading the audit trail: who may see which events, and how an event reads in words.

The rule: the maker's people see the whole history of every object they may open, field staff without events
of dealers outside their reach. People of a dealer see events of their own dealers only; in these the person
is named when it acted for one of the reader's dealers, everybody else is "Headquarters" or "System", and
fields that would name another dealer are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module, util
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model, Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import access
from apps.core.access import Actor, Ownership, Policy, declare
from apps.core.kit import formats
from apps.core.models import AuditEvent
from apps.core.roles import Role
from apps.core.wall import LEDGER

VIEW = declare(
    "core.view_audit", gettext_lazy("View the audit trail of the network"), {Role.HQ_ADMIN, Role.HQ_AUDIT}
)
event = Policy(AuditEvent, view=VIEW, ownership=Ownership.STAFF, wall=LEDGER)

LONGEST = 300
_actions: dict[str, Any] = {}
_fields: dict[str, Any] = {}
_peers: set[str] = set()


def load() -> None:
    """Load the policies of every app, where the words of its actions are given."""
    for config in apps.get_app_configs():
        if config.name.startswith("apps.") and util.find_spec(f"{config.name}.policies"):
            import_module(f"{config.name}.policies")


def name_actions(words: Mapping[str, Any]) -> None:
    """Say how audit actions read; ValueError when one is named twice."""
    for code, label in words.items():
        if code in _actions:
            raise ValueError(f"audit action {code} is named twice")
        _actions[code] = label


def name_fields(words: Mapping[str, Any], *, peers: Iterable[str] = ()) -> None:
    """Say how values of events read that are no field of their object; `peers` may name another dealer."""
    _fields.update(words)
    _peers.update(peers)


def named_actions() -> dict[str, str]:
    """The words of all actions an event may carry."""
    declared = {code: action.label for code, action in access.actions().items()}
    return {code: str(label) for code, label in (declared | _actions).items()}


def events(*, actor: Actor) -> QuerySet[AuditEvent]:
    """All events, for those who may read the trail of the network."""
    return event.visible_to(actor, AuditEvent.objects.all())


def of_object(obj: Model, *, actor: Actor) -> QuerySet[AuditEvent]:
    """The events of an object the actor was let see, the newest first."""
    rows = AuditEvent.objects.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk))
    return in_reach(rows, actor=actor).order_by("-id")


def in_reach(rows: QuerySet[AuditEvent], *, actor: Actor) -> QuerySet[AuditEvent]:
    """Those of the events the actor may read as the history of objects it sees."""
    if actor.scope.everything:
        return rows
    own = Q(dealer_id__in=actor.scope.dealer_ids)
    return rows.filter(own) if actor.is_dealer else rows.filter(own | Q(dealer_id__isnull=True))


def count_of(action: str, *, actor: Actor, since: datetime) -> int:
    """How often the actor did something since a moment."""
    return AuditEvent.objects.filter(actor_id=actor.user_id, action=action, at__gte=since).count()


@dataclass(frozen=True)
class Difference:
    """A field of an event in words: what it was and what it became."""

    label: str
    before: str
    after: str

    @property
    def is_new(self) -> bool:
        """Whether there was nothing before."""
        return self.before in ("", formats.MISSING)

    def __str__(self) -> str:
        return f"{self.label}: {self.after}" if self.is_new else f"{self.label}: {self.before} → {self.after}"


@dataclass(frozen=True)
class Line:
    """An event as a person reads it."""

    id: int
    at: datetime
    who: str
    on_behalf_of: str
    what: str
    kind: str
    object: str
    request_id: str
    differences: tuple[Difference, ...]


def lines(rows: Iterable[AuditEvent], *, actor: Actor) -> Iterator[Line]:
    """Events in the words of the reader's language, with what the reader may know."""
    words = named_actions()
    for each in rows:
        named = not actor.is_dealer or bool(set(each.actor_dealers or ()) & actor.scope.dealer_ids)
        yield Line(
            id=each.pk,
            at=each.at,
            who=who(each, actor=actor),
            on_behalf_of=each.on_behalf_of if named else "",
            what=words.get(each.action, each.action),
            kind=kind_of(each.object_type),
            object=each.object_label or each.object_id,
            request_id=each.request_id,
            differences=tuple(differences(each, actor=actor)),
        )


def who(each: AuditEvent, *, actor: Actor) -> str:
    """Who acted, as far as the reader may know."""
    if not actor.is_dealer or set(each.actor_dealers or ()) & actor.scope.dealer_ids:
        return each.actor_label if each.actor_id is not None else by_system(each.actor_label)
    if each.actor_id is None:
        return _("System")
    return _("Another dealer") if each.actor_dealers else _("Headquarters")


def by_system(label: str) -> str:
    """The system as an actor: what of it acted, in words where they are known (nightly work, sample data)."""
    return f"{_('System')} · {_(label)}" if label else str(_("System"))


def what(each: AuditEvent) -> str:
    """What was done, in words."""
    return named_actions().get(each.action, each.action)


def kind_of(label: str) -> str:
    """The name of a kind of object."""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label


def kinds() -> list[tuple[str, str]]:
    """All kinds of objects of the product, for choosing."""
    own = [model._meta for model in apps.get_models() if model.__module__.startswith("apps.")]
    return sorted(((meta.label_lower, str(meta.verbose_name)) for meta in own), key=lambda pair: pair[1])


def differences(each: AuditEvent, *, actor: Actor) -> Iterator[Difference]:
    """The fields of an event in their order, those without any value left out."""
    before, after = each.before or {}, each.after or {}
    model = _model(each.object_type)
    order = {field.name: place for place, field in enumerate(model._meta.fields)} if model else {}
    names = dict.fromkeys((*sorted(after, key=lambda name: order.get(name, len(order))), *before))
    for name in names:
        if actor.is_dealer and name in _peers:
            continue
        field = _field(model, name)
        was, became = _words(field, before.get(name)), _words(field, after.get(name))
        if (was, became) != (formats.MISSING, formats.MISSING):
            yield Difference(_label(field, name), was, became)


def _model(label: str) -> type[Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _field(model: type[Model] | None, name: str) -> Field[Any, Any] | None:
    try:
        found = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, Field) else None


def _label(field: Field[Any, Any] | None, name: str) -> str:
    """The name its model gives the field, else the words of an app."""
    if field is not None and isinstance(field.verbose_name, Promise):
        return capfirst(str(field.verbose_name))
    return str(_fields.get(name, name))


def _words(field: Field[Any, Any] | None, value: Any) -> str:
    if value in (None, "", [], {}):
        return formats.MISSING
    if isinstance(value, list):
        return " · ".join(_words(field, item) for item in value)
    if isinstance(value, dict):
        pairs = (f"{_label(None, str(key))} {_words(None, item)}" for key, item in value.items())
        return Truncator("; ".join(pairs)).chars(LONGEST)
    inner = field.base_field if isinstance(field, ArrayField) else field
    choices = dict(inner.flatchoices) if inner is not None else {}
    if value in choices:
        return str(choices[value])
    if isinstance(value, str) and len(value) > 18 and (moment := _moment(value)):
        return str(formats.show(moment))
    return Truncator(str(formats.show(value))).chars(LONGEST)


def _moment(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


name_actions(
    {
        "core.upload_import": gettext_lazy("File uploaded for import"),
        "core.map_import": gettext_lazy("Columns matched"),
        "core.explain_import": gettext_lazy("Spellings explained"),
        "core.refuse_import": gettext_lazy("Import refused"),
        "core.commit_import": gettext_lazy("Rows imported"),
        "core.withdraw_import": gettext_lazy("Import withdrawn"),
        "core.save_profile": gettext_lazy("Mapping profile saved"),
        "core.delete_profile": gettext_lazy("Mapping profile deleted"),
        "core.take_backup": gettext_lazy("Backup taken"),
        "core.verify_backup": gettext_lazy("Backup verified"),
        "core.restore_backup": gettext_lazy("Backup restored"),
        "core.export": gettext_lazy("List exported"),
        "core.download_file": gettext_lazy("File downloaded"),
        "core.download_errors": gettext_lazy("Marked copy downloaded"),
        "core.refuse": gettext_lazy("Attempt refused"),
        "core.retry_job": gettext_lazy("Job done again"),
        "core.cancel_job": gettext_lazy("Job cancelled"),
        "core.admin_add": gettext_lazy("Added on the configuration site"),
        "core.admin_change": gettext_lazy("Changed on the configuration site"),
        "core.admin_delete": gettext_lazy("Deleted on the configuration site"),
    }
)
name_fields(
    {
        "name": gettext_lazy("Name"),
        "kind": gettext_lazy("Kind"),
        "code": gettext_lazy("Code"),
        "mode": gettext_lazy("Mode"),
        "file": gettext_lazy("File"),
        "sha256": gettext_lazy("Hash of the file"),
        "total_rows": gettext_lazy("Rows"),
        "good_rows": gettext_lazy("Good rows"),
        "bad_rows": gettext_lazy("Wrong rows"),
        "same_rows": gettext_lazy("Known rows"),
        "created_facts": gettext_lazy("New facts"),
        "withdrawn": gettext_lazy("Facts taken back"),
        "counter_facts": gettext_lazy("Facts taken back"),
        "spec": gettext_lazy("Mapping"),
        "values": gettext_lazy("Values"),
        "reason": gettext_lazy("Reason"),
        "filter": gettext_lazy("Filter"),
        "told": gettext_lazy("What was answered"),
        "asked": gettext_lazy("Right asked for"),
        "times": gettext_lazy("Times within the hour"),
    }
)
