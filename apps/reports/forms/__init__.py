from apps.reports.forms.reports import CorrectForm, DecideForm, UploadForm

__all__ = ["CorrectForm", "DecideForm", "UploadForm"]
