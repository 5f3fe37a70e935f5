"""The routes of the app, gathered from the files of its nouns."""

from apps.incentives.urls import accruals, payments, policies, statements

app_name = "incentives"
urlpatterns = [
    *policies.urlpatterns,
    *accruals.urlpatterns,
    *statements.urlpatterns,
    *payments.urlpatterns,
]
