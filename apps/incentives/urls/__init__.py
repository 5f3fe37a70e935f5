"""The routes of the app, gathered from the files of its nouns."""

from apps.incentives.urls import policies, settlements, statements

app_name = "incentives"
urlpatterns = [*policies.urlpatterns, *settlements.urlpatterns, *statements.urlpatterns]
