"""The correlation id of the request or job at hand, for logs, audit events and error pages."""

from contextvars import ContextVar

current: ContextVar[str] = ContextVar("correlation_id", default="")
