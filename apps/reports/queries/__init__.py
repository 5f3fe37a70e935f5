from apps.reports.queries import submissions

__all__ = ["submissions"]
