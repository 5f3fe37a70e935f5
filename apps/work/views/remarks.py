"""Remarks and files on any record, fetched by the page of the record; and saved filters of list pages."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from apps.core import files, reach
from apps.core.errors import DomainError
from apps.core.kit.pages import Page, SimplePage
from apps.work import policies, queries, services
from apps.work.forms.work import RemarkForm


def page_of(request: HttpRequest) -> str:
    """The page on which a part of it was asked for; empty when it is none of ours."""
    htmx: Any = getattr(request, "htmx", None)
    path = str(htmx.current_url_abs_path or "") if htmx else ""
    return path.split("#")[0] if path.startswith("/") else ""


class Remarks(SimplePage):
    """What was written about a record, and a form to write more."""

    action = policies.REMARK
    template_name = "work/_remarks.html"

    @cached_property
    def target(self) -> Any:
        """The record, or 404."""
        found = queries.record(actor=self.actor, label=self.kwargs["model"], key=self.kwargs["pk"])
        if found is None:
            raise Http404
        return found

    def context(self) -> dict[str, Any]:
        return {
            "remarks": queries.remarks_of(actor=self.actor, target=self.target),
            "address": reverse("work:remarks", kwargs=self.kwargs),
            "mine": self.actor.user_id,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = RemarkForm(request.POST, request.FILES)
        target = self.target
        if not form.is_valid():
            return self.show(
                status=422, problem=" ".join(text for each in form.errors.values() for text in each)
            )
        try:
            services.add_remark(
                target=target,
                text=form.cleaned_data["text"],
                attached=form.attached(),
                url=page_of(request),
                actor=self.actor,
                now=timezone.now(),
            )
        except DomainError as error:
            return self.show(status=422, problem=str(error), text=form.cleaned_data["text"])
        return self.show()


class RemarkWithdraw(Page):
    """Takes back one's own remark."""

    action = policies.REMARK

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = queries.own_remark(actor=self.actor, key=pk)
        if row is None:
            raise Http404
        services.withdraw_remark(remark=row, actor=self.actor, now=timezone.now())
        return redirect("work:remarks", model=row.target_label, pk=row.target_id)


class RemarkFile(Page):
    """The file of a remark, for whoever sees the record."""

    action = policies.VIEW

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        row = queries.remark_with_file(actor=self.actor, key=pk)
        if row is None:
            raise Http404
        with reach.beyond("the file of a remark the actor may read"):
            stored = row.file
            assert stored is not None
            content = files.content(stored)
        answer = HttpResponse(content, content_type=stored.content_type)
        answer["Content-Disposition"] = FileResponse(
            iter(()), as_attachment=True, filename=stored.name
        ).headers.get("Content-Disposition", "attachment")
        answer["X-Content-Type-Options"] = "nosniff"
        return answer


class FilterMenu(SimplePage):
    """One's own saved filters of a list page, and a form to save what is shown now."""

    action = policies.VIEW
    template_name = "work/_filters.html"

    @property
    def page(self) -> str:
        """The path of the list page; 404 when it is no path of ours."""
        asked = self.request.POST.get("page") or self.request.GET.get("page", "")
        if not asked.startswith("/") or not url_has_allowed_host_and_scheme(asked, None) or len(asked) > 200:
            raise Http404
        return asked

    def context(self) -> dict[str, Any]:
        query = self.request.POST.get("query") or self.request.GET.get("query", "")
        return {
            "page_path": self.page,
            "query": query[:1000],
            "saved": queries.saved_filters(actor=self.actor, page=self.page),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        name, query = request.POST.get("name", "").strip()[:60], request.POST.get("query", "")[:1000]
        if not name or not query:
            return self.show(status=422, problem=_("Filter the list, then give the filter a name."))
        try:
            services.save_filter(page=self.page, name=name, query=query, actor=self.actor, now=timezone.now())
        except DomainError as error:
            return self.show(status=422, problem=str(error))
        return self.show()


class FilterDrop(Page):
    """Removes one of one's own filters."""

    action = policies.VIEW

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = queries.saved_filter(actor=self.actor, key=pk)
        if row is None:
            raise Http404
        page = row.page
        services.drop_filter(saved=row, actor=self.actor, now=timezone.now())
        return redirect(f"{reverse('work:filter-menu')}?page={page}")
