"""Pages of rights: what roles may do, changes that wait, stand-ins, who sees a record, looking as another."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.accounts import policies
from apps.accounts.models import ChangeState
from apps.accounts.rights import delegations, eyes, grants, looking, matrix, sight, tables
from apps.accounts.rights.forms import (
    DayForm,
    DecisionForm,
    DelegationForm,
    GrantForm,
    ReasonForm,
    ResponsibleForm,
)
from apps.core import role_names
from apps.core.kit.pages import (
    Button,
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    ObjectFormPage,
    Page,
    SimplePage,
)
from apps.core.roles import GROUPS, Role


class MatrixPage(SimplePage):
    """What every role may do: the roles of a group by action."""

    action = policies.VIEW_RIGHTS
    title = _("Roles and rights")
    template_name = "accounts/rights_matrix.html"
    buttons = (Button(_("Changes of rights"), "accounts:change-list", policies.VIEW_RIGHTS, "checklist"),)

    def context(self) -> dict[str, Any]:
        asked = self.request.GET.get("group", "")
        group = asked if asked in GROUPS else next(iter(GROUPS))
        roles = [str(role) for role in GROUPS[group]]
        return {
            "groups": [(code, name, code == group) for code, name in role_names.GROUP_NAMES.items()],
            "roles": matrix.summaries(actor=self.actor, roles=roles),
            "sections": matrix.sections(actor=self.actor, roles=roles),
            "waiting": matrix.waiting(actor=self.actor),
        }


class RolePage(SimplePage):
    """Everything one role may do, with who changed what."""

    action = policies.VIEW_RIGHTS
    template_name = "accounts/rights_role.html"

    @cached_property
    def role(self) -> Role:
        """The role, or 404."""
        try:
            return Role(self.kwargs["role"])
        except ValueError:
            raise Http404 from None

    def page_title(self) -> str:
        return str(role_names.NAMES[self.role])

    def context(self) -> dict[str, Any]:
        group = matrix.group_of(self.role)
        back = reverse("accounts:rights") + f"?group={group}"
        return {
            "breadcrumbs": [
                {"label": _("Roles and rights"), "url": reverse("accounts:rights")},
                {"label": role_names.GROUP_NAMES[group], "url": back},
                {"label": self.page_title(), "url": ""},
            ],
            "summary": matrix.summaries(actor=self.actor, roles=[self.role])[0],
            "sections": matrix.sections(actor=self.actor, roles=[self.role]),
            "may_change": self.actor.may(policies.CHANGE_RIGHTS),
        }


class GrantPage(FormPage):
    """Changes one right of one role, or asks for it where a second person decides."""

    action = policies.CHANGE_RIGHTS
    form_class = GrantForm
    template_name = "accounts/rights_grant.html"
    success = _("Done. A change about money or rights now waits for a second administrator.")

    @cached_property
    def cell(self) -> matrix.Cell:
        """The right as it is, or 404."""
        found = matrix.cell(actor=self.actor, role=self.kwargs["role"], action=self.kwargs["code"])
        if found is None:
            raise Http404
        return found

    def page_title(self) -> str:
        return f"{self.cell.role_name} · {self.cell.action.label}"

    def context(self) -> dict[str, Any]:
        return {"cell": self.cell}

    def initial(self) -> dict[str, Any]:
        limit = self.cell.limit
        return {
            "allowed": self.cell.allowed,
            "per_mille": None if limit.rate is None else (limit.rate * 1000).normalize(),
            "max_amount": limit.amount,
        }

    def form(self, data: Any = None, files: Any = None) -> GrantForm:
        self.asked = GrantForm(data, initial=self.initial())
        return self.asked

    def save(self, cleaned: dict[str, Any]) -> str:
        grants.change_grant(
            role=self.cell.role,
            action=self.cell.action.code,
            wish=grants.Wish(cleaned["allowed"], cleaned["reason"], self.asked.limit),
            actor=self.actor,
            now=timezone.now(),
        )
        return reverse("accounts:rights-role", args=[self.cell.role])


class ChangeListPage(ListPage):
    """The changes of rights, with those that wait for a second person."""

    action = policies.VIEW_RIGHTS
    title = _("Changes of rights")
    query = matrix.changes
    table = tables.ChangeTable
    filterset = tables.ChangeFilter
    empty = _("Whoever changes what a role may do, or asks for a money role, is listed here.")


class ChangePage(DetailPage):
    """One change: what, why, who asked, who decided."""

    action = policies.VIEW_RIGHTS
    query = matrix.changes
    template_name = "accounts/rights_change.html"

    def page_title(self) -> str:
        return tables.what(self.object)

    def context(self) -> dict[str, Any]:
        waits = self.object.state == ChangeState.WAITING and self.actor.may(policies.CHANGE_RIGHTS)
        own = self.object.proposed_by_id == self.actor.user_id
        return {
            "becomes": tables.becomes(self.object),
            "state": tables.state_of(self.object),
            "may_decide": waits and not own,
            "may_withdraw": waits and own,
        }


class ChangeDecidePage(ObjectFormPage):
    """The second person approves or refuses."""

    action = policies.CHANGE_RIGHTS
    query = matrix.changes
    form_class = DecisionForm
    submit_label = _("Decide")
    success = _("Decided.")

    def page_title(self) -> str:
        return tables.what(self.object)

    def save(self, cleaned: dict[str, Any]) -> str:
        grants.decide(change=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return reverse("accounts:change-detail", args=[self.object.pk])


class ChangeWithdrawPage(ConfirmPage):
    """Who asked takes it back."""

    action = policies.CHANGE_RIGHTS
    query = matrix.changes
    question = _("Take this change back? Nothing of it comes into force.")
    submit_label = _("Withdraw the change")

    def page_title(self) -> str:
        return tables.what(self.object)

    def act(self) -> str:
        grants.withdraw(change=self.object, actor=self.actor, now=timezone.now())
        return reverse("accounts:change-detail", args=[self.object.pk])


class DelegationListPage(SimplePage):
    """Who stands in for me, and for whom I may stand in."""

    action = policies.OWN
    title = _("Stand-ins")
    template_name = "accounts/delegations.html"
    buttons = (
        Button(_("Name a stand-in"), "accounts:delegation-create", policies.DELEGATE, "plus", primary=True),
    )

    def context(self) -> dict[str, Any]:
        rows = delegations.given_and_held(actor=self.actor)
        told = [(row, tables.delegation_state(row), row.holds_on(timezone.localdate())) for row in rows]
        return {
            "given": [each for each in told if each[0].delegator_id == self.actor.user_id],
            "held": [each for each in told if each[0].delegate_id == self.actor.user_id],
            "today": timezone.localdate(),
        }


class DelegationCreatePage(FormPage):
    """Names a stand-in for some days."""

    action = policies.DELEGATE
    title = _("Name a stand-in")
    form_class = DelegationForm
    success = _("Your stand-in is named. You can end it at any moment.")

    def initial(self) -> dict[str, Any]:
        return {"valid_from": timezone.localdate()}

    def form_options(self) -> dict[str, Any]:
        today = timezone.localdate()
        held = delegations.roles_to_hand_over(actor=self.actor, on=today)
        return {
            "colleagues": delegations.colleagues(actor=self.actor, on=today),
            "roles": [(role, role_names.NAMES[Role(role)]) for role in held],
        }

    def save(self, cleaned: dict[str, Any]) -> str:
        delegations.delegate(actor=self.actor, now=timezone.localtime(), **cleaned)
        return reverse("accounts:delegation-list")


class DelegationRevokePage(ConfirmPage):
    """Ends a delegation at once."""

    action = policies.OWN
    query = delegations.given_and_held
    question = _("End this delegation now? The stand-in loses these rights at the next click.")
    submit_label = _("End now")

    def act(self) -> str:
        delegations.revoke(delegation=self.object, actor=self.actor, now=timezone.now())
        return reverse("accounts:delegation-list")


class StandInPage(ConfirmPage):
    """Begins to stand in: what is done from then on is done for the other."""

    action = policies.OWN
    query = delegations.given_and_held
    question = _("Stand in now? You see and do what the other may; the trail names you both.")
    submit_label = _("Stand in")

    def act(self) -> str:
        if self.object.delegate_id != self.actor.user_id or self.actor.viewer:
            raise Http404
        eyes.stand_in(self.request.session, self.object)
        return reverse("portal:home")


class BeOneselfPage(Page):
    """Ends standing in or looking through another's eyes."""

    action = policies.OWN
    http_method_names = ["post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated or request.method != "POST":
            return super().dispatch(request, *args, **kwargs)
        return self.post(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        eyes.be_oneself(request)
        return redirect("portal:home")


class WhoCanSeePage(SimplePage):
    """Which users see a record, and by which rule, today or on a day."""

    action = policies.EXPLAIN
    template_name = "accounts/who_can_see.html"

    @cached_property
    def found(self) -> tuple[Any, Any]:
        """The policy and the record, or 404."""
        found = sight.record(actor=self.actor, label=self.kwargs["model"], key=self.kwargs["pk"])
        if found is None:
            raise Http404
        return found

    def page_title(self) -> str:
        return f"{_('Who can see this')} · {self.found[1]}"

    def context(self) -> dict[str, Any]:
        asked = self.request.GET or {"on": timezone.localdate().isoformat()}
        form = DayForm(asked)
        on = _day(form)
        policy, record = self.found
        return {
            "form": form,
            "on": on,
            "kind": record._meta.verbose_name,
            "told": sight.who_can_see(policy=policy, obj=record, on=on),
        }


class ResponsiblePage(SimplePage):
    """Who was responsible for a dealer or unit on a day."""

    action = policies.RESPONSIBLE
    title = _("Who is responsible")
    template_name = "accounts/responsible.html"

    def context(self) -> dict[str, Any]:
        today = {"on": timezone.localdate()}
        form = ResponsibleForm(self.request.GET or None, initial=today, actor=self.actor)
        on, dealer, unit = _day(form), None, None
        if form.is_bound and form.is_valid():
            dealer, unit = form.cleaned_data["dealer"], form.cleaned_data.get("unit")
        found = sight.charges(actor=self.actor, on=on, dealer=dealer, unit=unit)
        return {"form": form, "on": on, "place": dealer or unit, "charges": found}


class ViewAsPage(ObjectFormPage):
    """Begins to look through a user's eyes."""

    action = policies.VIEW_AS
    query = looking.people
    form_class = ReasonForm
    submit_label = _("Begin to look")
    success = _("You look through another user's eyes now; nothing can be changed.")

    def page_title(self) -> str:
        return f"{_('Look through the eyes of')} {self.object}"

    def save(self, cleaned: dict[str, Any]) -> str:
        now = timezone.now()
        look = looking.begin(
            target=self.object,
            reason=cleaned["reason"],
            actor=self.actor,
            now=now,
            on=timezone.localdate(now),
        )
        eyes.look(self.request.session, look)
        return reverse("portal:home")


class ViewAsListPage(ListPage):
    """Whose eyes support looked through, when and why."""

    action = policies.VIEW_AS
    title = _("Look as another user")
    query = looking.people
    table = tables.PeopleTable
    filterset = tables.PeopleFilter


def _day(form: Any) -> date:
    """The day asked for, else today."""
    given = form.cleaned_data.get("on") if form.is_bound and form.is_valid() else None
    return given or timezone.localdate()
