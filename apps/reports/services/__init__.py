from apps.reports.services import forms

__all__ = ["forms"]
