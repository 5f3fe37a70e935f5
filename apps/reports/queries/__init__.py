from apps.reports.queries import forms

__all__ = ["forms"]
