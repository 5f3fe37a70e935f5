"""Log lines as JSON, one object a line, with the correlation id and without personal numbers."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

from apps.core import correlation, pii


class CorrelationFilter(logging.Filter):
    """Put the correlation id on every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.correlation_id = correlation.current.get()
        return True


class MaskedReports(SafeExceptionReporterFilter):
    """Error reports by mail and on debug pages: names of secrets hidden, personal numbers masked."""

    def cleanse_setting(self, key: Any, value: Any) -> Any:
        cleansed = super().cleanse_setting(key, value)
        return pii.mask_text(cleansed) if isinstance(cleansed, str) else cleansed

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        given = super().get_post_parameters(request)
        return {name: pii.mask_text(str(value)) for name, value in given.items()}

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> Any:
        shown = super().get_traceback_frame_variables(request, tb_frame)
        return [(name, pii.mask_text(value) if isinstance(value, str) else value) for name, value in shown]


class JsonFormatter(logging.Formatter):
    """Write a record as one JSON line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": pii.mask_text(record.getMessage()),
            "correlation_id": getattr(record, "correlation_id", ""),
        }
        if record.exc_info:
            line["trace"] = pii.mask_text(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)
