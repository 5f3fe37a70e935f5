"""The routes of the app, gathered from the files of its nouns."""

from apps.incentives.urls import settlements, statements

app_name = "incentives"
urlpatterns = [*settlements.urlpatterns, *statements.urlpatterns]
