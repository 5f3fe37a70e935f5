from __future__ import annotations

from typing import Any

from django.db.models import Case, When
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.work import kinds
from apps.work.models import Activity, ActivityPhoto, Finding
from apps.work.rules.activities import Located, State, is_far

_COLOURS = {State.PLANNED: "blue", State.STARTED: "amber", State.DONE: "green", State.CANCELLED: "grey"}
_FINDING_COLOURS = {"open": "red", "answered": "amber", "closed": "green"}
OPEN_FIRST = Case(When(state="open", then=0), When(state="answered", then=1), default=2)


def kind_name(row: Activity) -> str:
    """What the kind is called, with the topic of a meeting."""
    kind = kinds.kinds().get(row.kind)
    if kind is None:
        return row.kind
    topic = dict(kind.topics).get(row.topic)
    return str(topic or kind.label)


def subject_name(row: Activity) -> str:
    """Whom it is about, else its title."""
    return row.subject_name or row.title or kind_name(row)


def state_badge(row: Activity) -> tuple[str, str]:
    """The state with its colour."""
    return _COLOURS[State(row.state)], str(row.get_state_display())


def finding_badge(row: Finding) -> tuple[str, str]:
    """The state of a finding with its colour."""
    return _FINDING_COLOURS[row.state], str(row.get_state_display())


def place_badge(row: Activity) -> tuple[str, str] | None:
    """How sure it is that somebody was there."""
    if row.state == State.PLANNED or row.located == Located.NOT_ASKED:
        return None
    if row.located != Located.FOUND:
        return "amber", str(row.get_located_display())
    if row.distance_m is None:
        return "grey", _t("Position kept")
    text = f"{row.distance_m} m" if row.distance_m < 1000 else f"{row.distance_m / 1000:.1f} km"
    return ("red", text) if is_far(row.distance_m, row.accuracy_m) else ("green", text)


def activity_url(row: Activity) -> str:
    """The page of an activity."""
    return reverse("work:activity-detail", kwargs={"pk": row.pk})


class ActivityTable(Table):
    """Activities with their person, place and result."""

    columns = (
        Column("planned_on", _("Planned for"), "date", sort="planned_on"),
        Column("kind", _("Kind"), value=kind_name, sort="kind"),
        Column("subject", _("About whom"), value=subject_name, link=activity_url),
        Column(
            "dealer", _("Dealer code"), "code", value=lambda row: row.dealer and row.dealer.code, phone=False
        ),
        Column("person", _("Person"), value=lambda row: str(row.person), sort="person__display_name"),
        Column("unit", _("Unit"), value=lambda row: str(row.unit), export_only=True),
        Column("state", _("State"), "badge", value=state_badge, sort="state"),
        Column("checked_in_at", _("Checked in at"), "datetime", sort="checked_in_at"),
        Column("place", _("Distance"), "badge", value=place_badge),
        Column("score", _("Score"), "score", sort="score", phone=False),
        Column("open_findings", _("Open findings"), "units", sort="open_findings"),
        Column("summary", _("Summary"), value=lambda row: row.answers.get("summary", ""), export_only=True),
        Column("latitude", _("Latitude"), export_only=True),
        Column("longitude", _("Longitude"), export_only=True),
        Column("accuracy_m", _("Accuracy (m)"), export_only=True),
        Column("done_at", _("Done at"), "datetime", export_only=True),
    )
    order_by = ("-planned_on", "-pk")


class FindingTable(Table):
    """Findings with who has to do what by when."""

    columns = (
        Column(
            "text",
            _("Finding"),
            value=lambda row: row.text[:80],
            link=lambda row: reverse("work:finding-detail", kwargs={"pk": row.pk}),
        ),
        Column("kind", _("Kind"), value=lambda row: str(row.get_kind_display()), sort="kind"),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer or ""), sort="dealer__code"),
        Column("severity", _("Severity"), value=lambda row: str(row.get_severity_display()), sort="severity"),
        Column("person", _("Recorded by"), value=lambda row: str(row.person), phone=False),
        Column("due_on", _("Due on"), "date", sort="due_on"),
        Column("state", _("State"), "badge", value=finding_badge, sort="state"),
        Column("answer", _("Answer given"), export_only=True),
    )
    order_by = (OPEN_FIRST, "due_on", "pk")


class KeyAccountTable(Table):
    """Key accounts with their unit."""

    columns = (
        Column("code", _("Code"), "code", sort="code"),
        Column("name", _("Name"), sort="name"),
        Column("unit", _("Unit"), value=lambda row: str(row.unit), sort="unit__name"),
        Column("address", _("Address")),
        Column("active", _("Active"), sort="active", phone=False),
    )
    order_by = ("code",)


def answers_of(row: Activity) -> list[dict[str, Any]]:
    """The questions of an activity with their answers in words, for its page."""
    kind = kinds.kinds().get(row.kind)
    told = []
    for question in kind.questions if kind else ():
        value = row.answers.get(question.code)
        if value is not None:
            bad = value in question.bad
            told.append({"label": question.label, "value": answer_text(question, value), "bad": bad})
    return told


def answer_text(question: Any, value: str) -> str:
    """An answer in words."""
    words = {"yes": _("Yes"), "no": _("No"), "na": _("Does not apply")} | dict(question.choices)
    return str(words.get(value, value)) if question.kind in ("yes_no", "choice") else value


def photo_urls(rows: Any) -> list[dict[str, str]]:
    """The pictures of an activity as addresses with their names."""
    return [_photo(row) for row in rows]


def _photo(row: ActivityPhoto) -> dict[str, str]:
    return {"url": reverse("core:file", kwargs={"pk": row.file_id}), "name": row.file.name}
