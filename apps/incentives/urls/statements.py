from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.incentives import policies
from apps.incentives.views import disputes, runs, statements

urlpatterns = [
    path("runs/", runs.RunList.as_view(), name="run-list"),
    path("runs/new/", runs.RunNew.as_view(), name="run-new"),
    path("runs/<int:pk>/", runs.RunDetail.as_view(), name="run-detail"),
    path("runs/<int:pk>/release/", runs.RunRelease.as_view(), name="run-release"),
    path("runs/<int:pk>/payable/", runs.RunPayable.as_view(), name="run-payable"),
    path("statements/", statements.StatementList.as_view(), name="statement-list"),
    path("statements/<int:pk>/", statements.StatementDetail.as_view(), name="statement-detail"),
    path("statements/<int:pk>/cars/", statements.CarList.as_view(), name="statement-cars"),
    path("statements/<int:pk>/outside/", statements.OutsideList.as_view(), name="statement-outside"),
    path("statements/<int:pk>/cars/<int:line>/", statements.Car.as_view(), name="car"),
    path("statements/<int:pk>/confirm/", statements.StatementConfirm.as_view(), name="statement-confirm"),
    path("statements/<int:pk>/dispute/", disputes.DisputeOpen.as_view(), name="statement-dispute"),
    path("statements/<int:pk>/excel/", statements.StatementExcel.as_view(), name="statement-excel"),
    path("statements/<int:pk>/pdf/", statements.StatementPdf.as_view(), name="statement-pdf"),
    path("awards/", statements.AwardList.as_view(), name="award-list"),
    path("disputes/", disputes.DisputeList.as_view(), name="dispute-list"),
    path("disputes/<int:pk>/", disputes.DisputeDetail.as_view(), name="dispute-detail"),
    path("disputes/cars/<int:pk>/answer/", disputes.ItemAnswer.as_view(), name="item-answer"),
    path("disputes/cars/<int:pk>/appeal/", disputes.ItemAppeal.as_view(), name="item-appeal"),
    path("promises/", statements.Promises.as_view(), name="promises"),
]

menu.add("incentives", _("Rebate statements"), "incentives:statement-list", policies.VIEW, order=20)
menu.add("incentives", _("Convention awards"), "incentives:award-list", policies.VIEW, order=25)
menu.add("incentives", _("Settlement runs"), "incentives:run-list", policies.VIEW_RUNS, order=30)
menu.add("incentives", _("Disputes"), "incentives:dispute-list", policies.VIEW, order=40)
menu.add("incentives", _("Payment promises"), "incentives:promises", policies.VIEW, order=50)
