from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core import trail, trail_pages, views
from apps.core.imports import pages, policies, profile_pages
from apps.core.kit import menu
from apps.core.operations import pages as operations
from apps.core.policies import OPERATIONS

app_name = "core"
urlpatterns = [
    path("audit/", trail_pages.AuditList.as_view(), name="audit-list"),
    path("audit/<int:pk>/", trail_pages.AuditDetail.as_view(), name="audit-detail"),
    path("files/<int:pk>/", views.FilePage.as_view(), name="file"),
    path("imports/", pages.ImportList.as_view(), name="import-list"),
    path("imports/new/", pages.ImportNew.as_view(), name="import-new"),
    path("imports/template/<str:kind>/", pages.ImportTemplate.as_view(), name="import-template"),
    path("imports/profiles/", profile_pages.ProfileList.as_view(), name="profile-list"),
    path("imports/profiles/<int:pk>/", profile_pages.ProfileDetail.as_view(), name="profile-detail"),
    path("imports/profiles/<int:pk>/delete/", profile_pages.ProfileDelete.as_view(), name="profile-delete"),
    path("imports/<int:pk>/", pages.ImportDetail.as_view(), name="import-detail"),
    path("imports/<int:pk>/progress/", pages.ImportProgress.as_view(), name="import-progress"),
    path("imports/<int:pk>/mapping/", pages.ImportMapping.as_view(), name="import-mapping"),
    path("imports/<int:pk>/spellings/", pages.ImportSpellings.as_view(), name="import-spellings"),
    path("imports/<int:pk>/commit/", pages.ImportCommit.as_view(), name="import-commit"),
    path("imports/<int:pk>/restart/", pages.ImportRestart.as_view(), name="import-restart"),
    path("imports/<int:pk>/annotated/", pages.ImportAnnotated.as_view(), name="import-annotated"),
    path("imports/<int:pk>/withdraw/", pages.ImportWithdraw.as_view(), name="import-withdraw"),
    path("operations/jobs/", operations.JobList.as_view(), name="job-list"),
    path("operations/jobs/<uuid:pk>/", operations.JobDetail.as_view(), name="job-detail"),
    path("operations/jobs/<uuid:pk>/retry/", operations.JobRetry.as_view(), name="job-retry"),
    path("operations/jobs/<uuid:pk>/cancel/", operations.JobCancel.as_view(), name="job-cancel"),
    path("operations/backups/", operations.BackupList.as_view(), name="backup-list"),
    path("operations/backups/new/", operations.BackupAsk.as_view(), name="backup-ask"),
]

menu.add("data", _("Imports"), "core:import-list", policies.VIEW, order=10)
menu.add("data", _("Mapping profiles"), "core:profile-list", policies.IMPORT, order=20)
menu.add("settings", _("Audit trail"), "core:audit-list", trail.VIEW, order=60)
menu.add("settings", _("Background jobs"), "core:job-list", OPERATIONS, order=910)
menu.add("settings", _("Backups"), "core:backup-list", OPERATIONS, order=920)
