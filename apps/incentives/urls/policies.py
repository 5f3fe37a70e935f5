from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.incentives.policies import documents as policies
from apps.incentives.views import backtests, compliance, editor, simulating
from apps.incentives.views import policies as views

urlpatterns = [
    path("policies/", views.PolicyList.as_view(), name="policy-list"),
    path("policies/new/", views.PolicyStart.as_view(), name="policy-start"),
    path("policies/<int:pk>/", views.PolicyDetail.as_view(), name="policy-detail"),
    path("policies/<int:pk>/edit/", editor.PolicyEdit.as_view(), name="policy-edit"),
    path("policies/<int:pk>/preview/", editor.PolicyPreview.as_view(), name="policy-preview"),
    path("policies/<int:pk>/copy/", views.PolicyCopy.as_view(), name="policy-copy"),
    path("policies/<int:pk>/next/", views.PolicyNext.as_view(), name="policy-next"),
    path("policies/<int:pk>/discard/", views.PolicyDiscard.as_view(), name="policy-discard"),
    path("policies/<int:pk>/submit/", views.PolicySubmit.as_view(), name="policy-submit"),
    path("policies/<int:pk>/recall/", views.PolicyRecall.as_view(), name="policy-recall"),
    path("policies/<int:pk>/publish/", views.PolicyPublish.as_view(), name="policy-publish"),
    path("policies/<int:pk>/end/", views.PolicyEnd.as_view(), name="policy-end"),
    path("policies/<int:pk>/read/", views.PolicyRead.as_view(), name="policy-read"),
    path("policies/<int:pk>/receipts/", views.ReceiptList.as_view(), name="policy-receipts"),
    path("policies/<int:pk>/compare/", views.PolicyCompare.as_view(), name="policy-compare"),
    path("policies/<int:pk>/compliance/", compliance.PolicyCompliance.as_view(), name="policy-compliance"),
    path("policies/<int:pk>/compliance/sign/", compliance.FindingSign.as_view(), name="finding-sign"),
    path("policies/<int:pk>/simulator/", simulating.PolicySimulate.as_view(), name="policy-simulate"),
    path("policies/<int:pk>/steps/", simulating.PolicySteps.as_view(), name="policy-steps"),
    path("policies/<int:pk>/back-test/", backtests.BackTestStart.as_view(), name="back-test-start"),
    path("policies/back-tests/<int:pk>/", backtests.BackTestPage.as_view(), name="back-test"),
    path(
        "policies/back-tests/<int:pk>/progress/",
        backtests.BackTestProgress.as_view(),
        name="back-test-progress",
    ),
    path("policies/back-tests/<int:pk>/dealers/", backtests.BackTestRows.as_view(), name="back-test-rows"),
]

menu.add("incentives", _("Commercial policies"), "incentives:policy-list", policies.VIEW_POLICIES, order=5)
