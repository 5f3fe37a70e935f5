from apps.reports.services import submissions

__all__ = ["submissions"]
