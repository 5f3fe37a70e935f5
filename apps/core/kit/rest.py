"""How the REST framework writes JSON and pages lists; named in the settings, so it imports no views."""

from __future__ import annotations

from typing import Any

import orjson
from django.db.models import QuerySet
from rest_framework import pagination, renderers
from rest_framework.request import Request


class OrjsonRenderer(renderers.BaseRenderer):
    """JSON, fast; Decimals travel as strings so that no fen is lost."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=str, option=orjson.OPT_NON_STR_KEYS)


class Pagination(pagination.LimitOffsetPagination):
    """`limit` and `offset`; the count is exact up to 10,000 and bounded beyond."""

    default_limit = 100
    max_limit = 1000
    count_limit = 10_000

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The rows of the page; a page that is not full counts the rows itself."""
        self.request = request
        self.limit, self.offset = self.get_limit(request) or self.default_limit, self.get_offset(request)
        page = list(queryset[self.offset : self.offset + self.limit])
        is_last = len(page) < self.limit and (page or not self.offset)
        self.count = self.offset + len(page) if is_last else self.get_count(queryset)
        return page

    def get_count(self, queryset: Any) -> int:
        if isinstance(queryset, QuerySet):
            return int(queryset.order_by().values("pk")[: self.count_limit + 1].count())
        return len(queryset)
