from __future__ import annotations

from django.urls import URLPattern

directory: list[URLPattern] = []

attendance: list[URLPattern] = []

house_meetings: list[URLPattern] = []

requirements: list[URLPattern] = []

calendars: list[URLPattern] = []

urlpatterns = [*directory, *attendance, *house_meetings, *requirements, *calendars]
