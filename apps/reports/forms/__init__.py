from apps.reports.forms.reports import CorrectForm, UploadForm

__all__ = ["CorrectForm", "UploadForm"]
