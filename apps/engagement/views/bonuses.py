from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, ConfirmPage, DetailPage, FormPage, ListPage, ObjectFormPage
from apps.engagement import filters, forms, policies, queries, services, tables
from apps.engagement.rules import OPEN_TO_PROPOSER, BonusState
from apps.kernel.period import Month
from apps.work import queries as work


class BonusList(ListPage):
    """One's own bonuses, those one proposed, those one reviews."""

    action = policies.VIEW_BONUS
    title = _("Bonuses")
    query = queries.bonuses
    filterset = filters.BonusFilter
    table = tables.BonusTable
    empty = _("No bonus yet. The leader proposes it, the person signs it, region and province review it.")
    buttons = (Button(_("Propose a bonus"), "engagement:bonus-create", policies.PROPOSE_BONUS, "plus", True),)


class BonusDetail(DetailPage):
    """One bonus with its signatures and reviews."""

    action = policies.VIEW_BONUS
    query = queries.bonuses
    template_name = "engagement/request_detail.html"

    @property
    def buttons(self) -> tuple[Button, ...]:  # type: ignore[override]
        row = self.object
        if row.person_id == self.actor.user_id and row.state == BonusState.PROPOSED:
            return (
                Button(_("Sign"), "engagement:bonus-sign", policies.SIGN_BONUS, "signature", True),
                Button(_("Object to it"), "engagement:bonus-object", policies.SIGN_BONUS, "message-x"),
            )
        if row.proposed_by_id == self.actor.user_id and row.state in OPEN_TO_PROPOSER:
            return (Button(_("Change"), "engagement:bonus-edit", policies.PROPOSE_BONUS, "edit", True),)
        return ()

    def context(self) -> dict[str, Any]:
        found = work.approvals_of(actor=self.actor, target=self.object)
        return {
            "blocks": tables.facts_of_bonus(self.object),
            "aside": found.exists(),
        }


class BonusCreate(FormPage):
    action = policies.PROPOSE_BONUS
    title = _("Propose a bonus")
    form_class = forms.BonusForm
    submit_label = _("Propose and sign")
    success = _("The bonus is proposed; the person was asked to sign.")

    def form_options(self) -> dict[str, Any]:
        return {"people": queries.bonus_choices(actor=self.actor, on=timezone.localdate())}

    def initial(self) -> dict[str, Any]:
        return {"month": Month.of(timezone.localdate()).previous.first, "extra": 0, "deducted": 0}

    def form(self, data: Any = None, files: Any = None) -> Any:
        self.shown_form: Any = super().form(data, files)
        return self.shown_form

    def save(self, cleaned: dict[str, Any]) -> str:
        given = self.shown_form.proposed()
        made = services.propose_bonus(proposed=given, actor=self.actor, now=timezone.now())
        return reverse("engagement:bonus-detail", kwargs={"pk": made.pk})


class BonusEdit(ObjectFormPage, BonusCreate):
    query = queries.bonuses

    def initial(self) -> dict[str, Any]:
        kept = {name: getattr(self.object, name) for name in forms.BonusForm.base_fields}
        return {**kept, "person": self.object.person_id}


class BonusSign(ConfirmPage):
    action = policies.SIGN_BONUS
    query = queries.bonuses
    question = _("With your signature the bonus goes to region and province for review.")
    submit_label = _("Sign")
    success = _("Signed; region and province review it.")

    def act(self) -> str:
        services.sign_bonus(bonus=self.object, actor=self.actor, now=timezone.now())
        return reverse("engagement:bonus-detail", kwargs={"pk": self.object.pk})


class BonusObject(ObjectFormPage):
    action = policies.SIGN_BONUS
    query = queries.bonuses
    form_class = forms.ReasonForm
    submit_label = _("Object to it")
    success = _("The proposer was told.")

    def save(self, cleaned: dict[str, Any]) -> str:
        services.object_to_bonus(
            bonus=self.object, reason=cleaned["answer"], actor=self.actor, now=timezone.now()
        )
        return reverse("engagement:bonus-detail", kwargs={"pk": self.object.pk})
