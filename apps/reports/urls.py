from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core import gate
from apps.core.kit import menu
from apps.reports import policies
from apps.reports.policies import duties as duty_policies
from apps.reports.views import duties, forms, questions

FEED = "for calendar programs; opened by a signed personal address"

app_name = "reports"
urlpatterns = [
    path("duties/", duties.MyDuties.as_view(), name="my-duties"),
    path("duties/board/", duties.BoardPage.as_view(), name="board"),
    path("duties/all/", duties.DutyList.as_view(), name="duty-list"),
    path("duties/happened/", duties.Happen.as_view(), name="happen"),
    path("duties/calendar/", duties.FeedPage.as_view(), name="feed"),
    path("duties/<int:pk>/", duties.DutyDetail.as_view(), name="duty-detail"),
    path("duties/<int:pk>/do/", duties.DutyDo.as_view(), name="duty-do"),
    path("duties/<int:pk>/waive/", duties.DutyWaive.as_view(), name="duty-waive"),
    path("forms/", forms.ReportList.as_view(), name="report-list"),
    path("forms/new/", forms.ReportNew.as_view(), name="report-new"),
    path("forms/questions/", questions.QuestionList.as_view(), name="question-list"),
    path("forms/<int:pk>/", forms.ReportDetail.as_view(), name="report-detail"),
    path("forms/<int:pk>/save/", forms.ReportSave.as_view(), name="report-save"),
    path("forms/<int:pk>/template/", forms.ReportTemplate.as_view(), name="report-template"),
    path("forms/<int:pk>/annotated/", forms.ReportAnnotated.as_view(), name="report-annotated"),
    path("forms/<int:pk>/upload/", forms.ReportUpload.as_view(), name="report-upload"),
    path("forms/<int:pk>/changes/", forms.ReportChanges.as_view(), name="report-changes"),
    path("forms/<int:pk>/lock/", forms.ReportLock.as_view(), name="report-lock"),
    path("forms/<int:pk>/correct/", forms.ReportCorrect.as_view(), name="report-correct"),
    path("rules/", duties.RuleList.as_view(), name="rule-list"),
    path("rules/try/", duties.RuleTry.as_view(), name="rule-try"),
    path("rules/<int:pk>/", duties.RuleDetail.as_view(), name="rule-detail"),
    path("calendars/<str:token>/duties.ics", gate.opened(duties.FeedRead.as_view(), FEED), name="feed-read"),
]

menu.add("duties", _("My duties"), "reports:my-duties", duty_policies.VIEW_DUTIES, order=10)
menu.add("duties", _("Duty board"), "reports:board", duty_policies.VIEW_BOARD, order=20)
menu.add("duties", _("All duties"), "reports:duty-list", duty_policies.VIEW_DUTIES, order=30)
menu.add("duties", _("Reports"), "reports:report-list", policies.VIEW, order=40)
menu.add("duties", _("Begin a report"), "reports:report-new", policies.FILL, order=45)
menu.add("duties", _("Everything that is asked"), "reports:question-list", policies.OVERSEE, order=80)
menu.add("duties", _("Duty rules"), "reports:rule-list", duty_policies.VIEW_RULES, order=90)
