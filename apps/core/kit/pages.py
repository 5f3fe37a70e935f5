"""The pages of the product are declared, not written: list, detail, form, confirm.

Every page names the action it asks for. Nobody logged in → log-in; action not granted → 403; an object
outside the scope → 404, as if it did not exist. A `DomainError` becomes a message on the form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View
from django_filters import FilterSet

from apps.core import audit, pii, refusals, trail
from apps.core.access import ANONYMOUS, Actor
from apps.core.errors import DomainError
from apps.core.kit import export, records
from apps.core.kit.tables import Table
from apps.core.models import AuditEvent

COUNT_LIMIT = 10_000
HISTORY = "changes"
HISTORY_LINES = 50
EXPORT_CHUNK = 2_000


@dataclass(frozen=True)
class Button:
    """A link at the head of a page, shown when the actor holds its action."""

    label: Any
    url_name: str
    action: str
    icon: str = ""
    primary: bool = False


def actor_of(request: HttpRequest) -> Actor:
    """The actor the middleware found for this request."""
    return getattr(request, "actor", ANONYMOUS)


class Page(View):
    """The base of all pages: asks for the action before anything is read."""

    action: ClassVar[str] = ""
    title: ClassVar[Any] = ""
    template_name: ClassVar[str] = ""
    buttons: ClassVar[Sequence[Button]] = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.action:
            raise TypeError(f"{type(self).__name__} names no action")
        self.actor = actor_of(request)
        if self.actor.user_id is None:
            return redirect_to_login(request.get_full_path())
        if not self.actor.may(self.action):
            raise PermissionDenied
        self.actor = self.actor.narrowed(self.action)
        return super().dispatch(request, *args, **kwargs)

    def context(self) -> dict[str, Any]:
        """What the template needs beside the frame; extended by each page."""
        return {}

    def page_title(self) -> str:
        """The heading of the page."""
        return str(self.title)

    def head_buttons(self) -> list[dict[str, Any]]:
        """The buttons this actor may press."""
        return [
            {
                "label": button.label,
                "url": self.button_url(button),
                "icon": button.icon,
                "primary": button.primary,
            }
            for button in self.buttons
            if self.actor.may(button.action)
        ]

    def button_url(self, button: Button) -> str:
        """Where a button leads; pages of one object override it to add the object's key."""
        return reverse(button.url_name)

    def show(self, template: str | None = None, status: int = 200, **extra: Any) -> HttpResponse:
        """Render the page."""
        context = {
            "title": self.page_title(),
            "buttons": self.head_buttons(),
            **self.context(),
            **extra,
        }
        return render(self.request, template or self.template_name, context, status=status)


class SimplePage(Page):
    """A page that only shows what its `context` reads."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show()


class ListPage(Page):
    """A list: `query(actor)` gives rows, the filterset narrows, the table shows; exports the full set."""

    template_name = "kit/list.html"
    query: ClassVar[Callable[..., QuerySet[Any]]]
    table: ClassVar[type[Table]]
    filterset: ClassVar[type[FilterSet] | None] = None
    page_size: ClassVar[int] = 50
    empty: ClassVar[Any] = ""

    def rows(self) -> QuerySet[Any]:
        """The rows this actor may see, before filters."""
        return type(self).query(actor=self.actor)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.filter = self._filtered()
        rows = self.table.ordered(self.filter.qs if self.filter else self.rows(), self._sort)
        if request.GET.get("_export") == "xlsx":
            return self._export(rows)
        number = request.GET.get("page", "1")
        paginator = _BoundedPaginator(rows, self.page_size)
        page = paginator.get_page(number)
        shown = {
            "table": self.table(page.object_list, sort=self._sort),
            "page": page,
            "empty": self.empty,
        }
        shown |= {
            "filter": self.filter,
            "links": self._links(page),
            "bounded": paginator.bounded,
        }
        return self.show("kit/_table.html" if self._only_rows() else None, **shown)

    @property
    def _sort(self) -> str:
        return self.request.GET.get("sort", "")

    def _only_rows(self) -> bool:
        htmx = getattr(self.request, "htmx", None)
        return bool(htmx and htmx.target == "rows")

    def _filtered(self) -> FilterSet | None:
        if self.filterset is None:
            return None
        bound = self.filterset(self.request.GET, queryset=self.rows(), request=self.request)
        bound.form.is_valid()
        return bound

    def _export(self, rows: QuerySet[Any]) -> HttpResponse:
        applied = {k: v for k, v in self.request.GET.items() if v and not k.startswith("_")}
        counted = export.Counted(rows.iterator(chunk_size=EXPORT_CHUNK))
        answer = export.workbook(self.page_title(), self.table.columns, counted, note=urlencode(applied))
        told = pii.mask_text(" ".join(f"{name}={value}" for name, value in applied.items()))
        audit.record_taken(
            actor=actor_of(self.request),
            action="core.export",
            kind=rows.model,
            label=self.page_title(),
            now=timezone.now(),
            after={"filter": told, "total_rows": counted.count},
        )
        return answer

    def _links(self, page: Any) -> dict[str, str]:
        given = {k: v for k, v in self.request.GET.items() if v and k not in ("page", "_export")}
        links = {
            "base": urlencode({k: v for k, v in given.items() if k != "sort"}),
            "export": "",
        }
        links["export"] = "?" + urlencode({**given, "_export": "xlsx"})
        if page.has_previous():
            links["previous"] = "?" + urlencode({**given, "page": page.previous_page_number()})
        if page.has_next():
            links["next"] = "?" + urlencode({**given, "page": page.next_page_number()})
        return links


class _BoundedPaginator(Paginator):
    """Counts only as far as people page; beyond that the count reads "10,000+"."""

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list)
        return int(rows.order_by()[: COUNT_LIMIT + 1].count())

    @property
    def bounded(self) -> bool:
        return self.count > COUNT_LIMIT


class ObjectPage(Page):
    """A page about one object, found by `query(actor)` and the key in the URL; else 404."""

    query: ClassVar[Callable[..., QuerySet[Any]]]
    lookup: ClassVar[str] = "pk"

    @cached_property
    def object(self) -> Any:
        """The object, or 404."""
        found = type(self).query(actor=self.actor).filter(**{self.lookup: self.kwargs[self.lookup]}).first()
        if found is None:
            raise Http404
        return found

    def page_title(self) -> str:
        return str(self.object)

    def button_url(self, button: Button) -> str:
        return reverse(button.url_name, kwargs={self.lookup: self.kwargs[self.lookup]})

    def show(self, template: str | None = None, status: int = 200, **extra: Any) -> HttpResponse:
        return super().show(template, status, object=self.object, **extra)


class DetailPage(ObjectPage):
    """Shows one object, the links of every record and, under the tab "Changes", what was changed about it.

    A page with tabs of its own sets `history_tab` to False and shows `history()` in one of them.
    """

    history_tab: ClassVar[bool] = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.history_tab and request.method == "GET" and request.GET.get("tab") == HISTORY:
            self.get = self.get_history  # type: ignore[method-assign]
        return super().dispatch(request, *args, **kwargs)

    def head_buttons(self) -> list[dict[str, Any]]:
        return [*super().head_buttons(), *records.buttons(actor_of(self.request), self.object)]

    def events(self) -> QuerySet[AuditEvent]:
        """The events of the object, the newest first; extended where parts of it are objects of their own."""
        return trail.of_object(self.object, actor=self.actor)

    def history(self) -> dict[str, Any]:
        """The lines of the history on the asked page."""
        page = Paginator(self.events(), HISTORY_LINES).get_page(self.request.GET.get("page"))
        return {"lines": trail.lines(page.object_list, actor=self.actor), "page": page}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show()

    def get_history(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The tab "Changes"."""
        shown = {"title": self.page_title(), "buttons": self.head_buttons(), "object": self.object}
        shown |= {"object_tab": HISTORY, "tabbed": True, **self.history()}
        return render(request, "kit/history.html", shown)

    def show(self, template: str | None = None, status: int = 200, **extra: Any) -> HttpResponse:
        panels = records.panels(actor_of(self.request), self.object)
        return super().show(template, status, tabbed=self.history_tab, record_panels=panels, **extra)


class FormPage(Page):
    """A form whose cleaned data goes to ONE service; a refusal of the service is shown on the form."""

    template_name = "kit/form.html"
    form_class: ClassVar[type[forms.Form]]
    submit_label: ClassVar[Any] = ""
    success: ClassVar[Any] = ""

    def initial(self) -> dict[str, Any]:
        """Values the empty form starts with."""
        return {}

    def form(self, data: Any = None, files: Any = None) -> forms.Form:
        """The form, bound when data is given."""
        return self.form_class(data, files, initial=self.initial(), **self.form_options())

    def form_options(self) -> dict[str, Any]:
        """Extra arguments of the form class, for example the actor for scoped choices."""
        return {}

    def save(self, cleaned: dict[str, Any]) -> str:
        """Call the service and return the URL to go to."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(form=self.form(), submit_label=self.submit_label)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST, request.FILES)
        if form.is_valid():
            try:
                url = self.save(form.cleaned_data)
            except DomainError as error:
                refusals.notice(request, error)
                add_domain_error(form, error)
            else:
                if self.success:
                    messages.success(request, str(self.success))
                return redirect(url)
        return self.show(status=422, form=form, submit_label=self.submit_label)


class ObjectFormPage(ObjectPage, FormPage):
    """A form about one object."""


class ConfirmPage(ObjectPage):
    """Asks before something is done to one object; the POST calls ONE service."""

    template_name = "kit/confirm.html"
    question: ClassVar[Any] = ""
    submit_label: ClassVar[Any] = ""
    success: ClassVar[Any] = ""

    def act(self) -> str:
        """Call the service and return the URL to go to."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(question=self.question, submit_label=self.submit_label)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            url = self.act()
        except DomainError as error:
            refusals.notice(request, error)
            return self.show(
                status=409,
                error=str(error),
                submit_label=self.submit_label,
            )
        messages.success(request, str(self.success or _("Done.")))
        return redirect(url)


def add_domain_error(form: forms.Form, error: DomainError) -> None:
    """Put a refusal on the fields it names, else at the head of the form."""
    for name, text in error.fields.items():
        form.add_error(name if name in form.fields else None, str(text))
    if not error.fields:
        form.add_error(None, str(error))
