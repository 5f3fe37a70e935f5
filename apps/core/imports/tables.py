"""Columns of the import lists."""

from __future__ import annotations

from typing import Any

import django_filters
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.imports import registry
from apps.core.kit.tables import Column, Table
from apps.core.models import ImportBatch, MappingProfile
from apps.core.models.imports import BatchStatus

_COLOURS = {
    BatchStatus.MAPPING: "amber",
    BatchStatus.CHECKING: "blue",
    BatchStatus.COMMITTING: "blue",
    BatchStatus.CHECKED: "amber",
    BatchStatus.COMMITTED: "green",
    BatchStatus.REFUSED: "red",
}


def kind_label(code: str) -> str:
    """The name of a kind; its code when no app declares it any more."""
    kind = registry.kinds().get(code)
    return str(kind.label) if kind else code


def status_badge(batch: ImportBatch) -> tuple[str, str]:
    """The state of an import with its colour."""
    return _COLOURS.get(BatchStatus(batch.status), "grey"), str(batch.get_status_display())


def _detail(batch: ImportBatch) -> str:
    return reverse("core:import-detail", kwargs={"pk": batch.pk})


class ImportTable(Table):
    """The history of imports."""

    columns = (
        Column("created_at", _("Upload time"), "datetime", sort="created_at"),
        Column("file", _("File"), value=lambda row: row.file.name, link=_detail),
        Column("kind", _("Kind"), value=lambda row: kind_label(row.kind), sort="kind"),
        Column("status", _("State"), "badge", value=status_badge, sort="status"),
        Column("total_rows", _("Rows"), "units", sort="total_rows"),
        Column("bad_rows", _("Wrong"), "units", sort="bad_rows"),
        Column("same_rows", _("Known"), "units", phone=False),
        Column("created_facts", _("New facts"), "units", sort="created_facts"),
        Column("actor_label", _("By"), phone=False),
        Column(
            "profile", _("Mapping profile"), value=lambda row: row.profile and row.profile.name, phone=False
        ),
    )
    order_by = ("-created_at", "-pk")


class ImportFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    kind = django_filters.ChoiceFilter(
        label=_("Kind"), choices=lambda: [(code, kind.label) for code, kind in registry.kinds().items()]
    )
    status = django_filters.ChoiceFilter(label=_("State"), choices=BatchStatus.choices)
    name = django_filters.CharFilter(label=_("File"), field_name="file__name", lookup_expr="icontains")

    class Meta:
        model = ImportBatch
        fields = ("kind", "status", "name")


def _profile(row: Any) -> str | None:
    return row.own and reverse("core:profile-detail", kwargs={"pk": row.pk})


def _explained(row: MappingProfile) -> Any:
    return sum(len(pairs) for pairs in row.spec.get("values", {}).values())


class ProfileTable(Table):
    """The mapping profiles."""

    columns = (
        Column("name", _("Name"), link=_profile, sort="name"),
        Column("kind", _("Kind"), value=lambda row: kind_label(row.kind), sort="kind"),
        Column("source", _("Source"), value=lambda row: row.spec.get("source")),
        Column("explained", _("Explained spellings"), "units", value=_explained),
        Column("owner_label", _("Owner"), phone=False),
        Column("updated_at", _("Changed"), "datetime", sort="updated_at"),
    )
    order_by = ("kind", "name", "pk")
