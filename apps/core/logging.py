"""Log lines as JSON, one object a line, with the correlation id."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from apps.core import correlation


class CorrelationFilter(logging.Filter):
    """Put the correlation id on every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.correlation_id = correlation.current.get()
        return True


class JsonFormatter(logging.Formatter):
    """Write a record as one JSON line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "correlation_id": getattr(record, "correlation_id", ""),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
