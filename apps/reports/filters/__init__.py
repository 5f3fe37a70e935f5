from apps.reports.filters.forms import SubmissionFilter

__all__ = ["SubmissionFilter"]
