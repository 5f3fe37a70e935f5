from __future__ import annotations

from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, DetailPage, FormPage, ListPage, ObjectFormPage
from apps.targets import forms, policies, queries, services, tables
from apps.targets.filters import TargetFilter
from apps.targets.models import Target


class TargetList(ListPage):
    action = policies.VIEW
    title = _("Targets")
    query = queries.targets
    filterset = TargetFilter
    table = tables.TargetTable
    empty = _("No target yet. Set one, import a table, or let another system send them.")
    buttons = (Button(_("Set a target"), "targets:target-set", policies.SET, "plus", True),)


class TargetDetail(DetailPage):
    action = policies.VIEW
    query = queries.versions
    template_name = "targets/target_detail.html"
    buttons = (
        Button(_("Countersign"), "targets:target-sign", policies.SIGN, "check", True),
        Button(_("Propose other units"), "targets:target-object", policies.SIGN, "message"),
    )

    def head_buttons(self) -> list[dict[str, Any]]:
        row = self.object
        return super().head_buttons() if row.replaced_at is None and row.signed_at is None else []

    def context(self) -> dict[str, Any]:
        return {
            "blocks": tables.facts_of(self.object),
            "sheet": tables.SheetTable(_sheet(self)),
            "versions": tables.VersionTable(list(queries.history(self.object, actor=self.actor))),
        }


class TargetSet(FormPage):
    action = policies.SET
    title = _("Set a target")
    form_class = forms.TargetForm
    submit_label = _("Set the target")
    success = _("The target is set; the dealer is asked to sign it.")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def form(self, data: Any = None, files: Any = None) -> Any:
        self.shown_form: Any = super().form(data, files)
        return self.shown_form

    def save(self, cleaned: dict[str, Any]) -> str:
        row = self.shown_form.as_row()
        services.set_targets(rows=[row], source="page", actor=self.actor, now=timezone.now())
        return f"{reverse('targets:target-list')}?dealer={cleaned['dealer'].code}"


class TargetSign(ObjectFormPage):
    """Signs everything a dealer was set for a month."""

    action = policies.SIGN
    query = queries.targets
    template_name = "targets/target_sign.html"
    form_class = forms.SignForm
    submit_label = _("Sign all of these")
    success = _("The targets are signed.")

    def page_title(self) -> str:
        return str(_("Countersign the targets of %(month)s") % {"month": f"{self.object.period:%Y-%m}"})

    @cached_property
    def sheet(self) -> list[Target]:
        """What is signed."""
        return _sheet(self)

    def initial(self) -> dict[str, Any]:
        return {"seen": ",".join(str(row.pk) for row in self.sheet)}

    def context(self) -> dict[str, Any]:
        return {"sheet": tables.SheetTable(self.sheet)}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.sign_targets(target=self.object, seen=cleaned["seen"], actor=self.actor, now=timezone.now())
        return reverse("targets:target-detail", kwargs={"pk": self.object.pk})


class TargetObject(ObjectFormPage):
    action = policies.SIGN
    query = queries.targets
    form_class = forms.ObjectForm
    submit_label = _("Send the proposal")
    success = _("Your account and region managers are told.")

    def page_title(self) -> str:
        return str(_("Propose other units"))

    def context(self) -> dict[str, Any]:
        return {"subtitle": f"{self.object} · {self.object.units}"}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.object_to(target=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return reverse("targets:target-detail", kwargs={"pk": self.object.pk})


def _sheet(page: Any) -> list[Target]:
    row = page.object
    return list(queries.sheet(dealer_id=row.dealer_id, period=row.period, actor=page.actor))
