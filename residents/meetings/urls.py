from __future__ import annotations

from django.urls import URLPattern, path

from soberhouse.lazy_views import views_of

requirement_views = views_of("residents.meetings.views.requirements")

directory: list[URLPattern] = []

attendance: list[URLPattern] = []

house_meetings: list[URLPattern] = []

requirements: list[URLPattern] = [
    path("houses/<uuid:uuid>/meetings/weeks/", requirement_views.meeting_weeks, name="meeting_weeks"),
    path("stays/<uuid:uuid>/meetings/weeks/", requirement_views.meeting_weeks_of_stay, name="meeting_weeks_of_stay"),
    path("houses/<uuid:uuid>/meetings/asked/", requirement_views.requirements, name="requirements"),
    path("houses/<uuid:uuid>/meetings/asked/new/", requirement_views.requirement_new, name="requirement_new"),
    path("stays/<uuid:uuid>/meetings/asked/new/", requirement_views.requirement_of_stay, name="requirement_of_stay"),
    path("meetings-asked/<uuid:uuid>/end/", requirement_views.requirement_over, name="requirement_end"),
    path("stays/<uuid:uuid>/meetings/excuse/", requirement_views.week_excuse_new, name="week_excuse"),
    path("excused-weeks/<uuid:uuid>/take-back/", requirement_views.week_excuse_over, name="week_excuse_take_back"),
]

calendars: list[URLPattern] = []

urlpatterns = [*directory, *attendance, *house_meetings, *requirements, *calendars]
