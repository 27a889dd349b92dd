from __future__ import annotations

from django.urls import URLPattern, path

from soberhouse.lazy_views import views_of

directory_views = views_of("residents.meetings.views.directory")
house_meeting_views = views_of("residents.meetings.views.house_meetings")
own_attendance = views_of("residents.meetings.views.attendance")
staff_attendance = views_of("residents.meetings.views.attendance_staff")
papers_attendance = views_of("residents.meetings.views.papers_attendance")
calendar_views = views_of("residents.meetings.views.calendars")
note_views = views_of("residents.meetings.views.notes")
requirement_views = views_of("residents.meetings.views.requirements")

directory: list[URLPattern] = [
    path("meetings/", directory_views.meetings, name="meetings"),
    path("meetings/<uuid:uuid>/", directory_views.meeting, name="meeting"),
    path("meetings/<uuid:uuid>/change/", directory_views.meeting_edit, name="meeting_edit"),
    path("meetings/<uuid:uuid>/close/", directory_views.meeting_close, name="meeting_close"),
    path("meetings/<uuid:uuid>/once/", directory_views.meeting_once, name="meeting_once"),
    path("meetings/<uuid:uuid>/as-usual/", directory_views.meeting_as_usual, name="meeting_as_usual"),
    path("meetings/<uuid:uuid>/code/", directory_views.meeting_code, name="meeting_code"),
    path("meetings/<uuid:uuid>/papers/poster/", directory_views.meeting_poster, name="meeting_poster"),
    path("houses/<uuid:uuid>/meetings/new/", directory_views.meeting_new, name="meeting_new"),
    path("organizations/<uuid:uuid>/meetings/new/", directory_views.meeting_new_for_all, name="meeting_new_for_all"),
    path("organizations/<uuid:uuid>/feeds/", directory_views.feeds, name="feeds"),
    path("organizations/<uuid:uuid>/feeds/new/", directory_views.feed_new, name="feed_new"),
    path("feeds/<uuid:uuid>/", directory_views.feed, name="feed"),
    path("feeds/<uuid:uuid>/change/", directory_views.feed_change, name="feed_change"),
    path("feeds/<uuid:uuid>/read/", directory_views.feed_read_now, name="feed_read_now"),
    path("feeds/<uuid:uuid>/file/", directory_views.feed_file, name="feed_file"),
    path("feed-readings/<uuid:uuid>/", directory_views.feed_reading, name="feed_reading"),
]

attendance: list[URLPattern] = [
    path("my/meetings/", own_attendance.my_meetings, name="my_meetings"),
    path("my/meetings/choose/", own_attendance.my_attendance_choose, name="my_attendance_choose"),
    path("my/meetings/code/", own_attendance.my_attendance_code, name="my_attendance_code"),
    path("my/meetings/<uuid:uuid>/", own_attendance.my_attendance_new, name="my_attendance_new"),
    path("my/meetings/<uuid:uuid>/regularly/", own_attendance.my_plan_add, name="my_plan_add"),
    path("my/plans/<uuid:uuid>/end/", own_attendance.my_plan_end, name="my_plan_end"),
    path("my/attendance/<uuid:uuid>/", own_attendance.my_attendance, name="my_attendance"),
    path("my/attendance/<uuid:uuid>/better/", own_attendance.my_attendance_raise, name="my_attendance_raise"),
    path("houses/<uuid:uuid>/attendance/", staff_attendance.attendance_of_house, name="attendance_of_house"),
    path("houses/<uuid:uuid>/attendance/questions/", staff_attendance.attendance_doubts, name="attendance_doubts"),
    path("stays/<uuid:uuid>/attendance/", staff_attendance.attendance_of_stay, name="attendance_of_stay"),
    path("stays/<uuid:uuid>/attendance/choose/", staff_attendance.attendance_choose, name="attendance_choose"),
    path("stays/<uuid:uuid>/attendance/new/", staff_attendance.attendance_new, name="attendance_new"),
    path("attendance/<uuid:uuid>/", staff_attendance.attendance, name="attendance"),
    path("attendance/<uuid:uuid>/better/", staff_attendance.attendance_raise, name="attendance_raise"),
    path("attendance/<uuid:uuid>/strike/", staff_attendance.attendance_strike, name="attendance_strike"),
    path("attendance/<uuid:uuid>/restore/", staff_attendance.attendance_restore, name="attendance_restore"),
    path("attendance/<uuid:uuid>/stands/", staff_attendance.attendance_settle, name="attendance_settle"),
    path("attendance/<uuid:uuid>/photo/", staff_attendance.attendance_photo, name="attendance_photo"),
    path("stays/<uuid:uuid>/papers/attendance/", papers_attendance.attendance_report, name="attendance_issue"),
    path("stays/<uuid:uuid>/papers/slip/", papers_attendance.meeting_slip, name="meeting_slip_issue"),
    path("houses/<uuid:uuid>/papers/sign-in/", papers_attendance.sign_in_sheet, name="sign_in_sheet_issue"),
]

house_meetings: list[URLPattern] = [
    path("houses/<uuid:uuid>/house-meetings/", house_meeting_views.house_meetings, name="house_meetings"),
    path("houses/<uuid:uuid>/house-meetings/new/", house_meeting_views.house_meeting_begin, name="house_meeting_begin"),
    path("house-meetings/<uuid:uuid>/", house_meeting_views.house_meeting, name="house_meeting"),
    path("house-meetings/<uuid:uuid>/agenda/new/", house_meeting_views.agenda_new, name="agenda_new"),
    path("agenda-items/<uuid:uuid>/off/", house_meeting_views.agenda_take_off, name="agenda_take_off"),
    path("house-meetings/<uuid:uuid>/roll/", house_meeting_views.house_meeting_roll, name="house_meeting_roll"),
    path("roll-lines/<uuid:uuid>/correct/", house_meeting_views.roll_line_correct, name="roll_line_correct"),
    path("house-meetings/<uuid:uuid>/code/", house_meeting_views.house_meeting_code, name="house_meeting_code"),
    path("house-meetings/<uuid:uuid>/minutes/new/", house_meeting_views.minutes_line_new, name="minutes_line_new"),
    path("minutes-lines/<uuid:uuid>/correct/", house_meeting_views.minutes_line_correct, name="minutes_line_correct"),
    path("house-meetings/<uuid:uuid>/votes/new/", house_meeting_views.motion_new, name="motion_new"),
    path("motions/<uuid:uuid>/correct/", house_meeting_views.motion_correct, name="motion_correct"),
    path("house-meetings/<uuid:uuid>/elections/new/", house_meeting_views.election_new, name="election_new"),
    path("house-meetings/<uuid:uuid>/publish/", house_meeting_views.minutes_publish_page, name="minutes_publish"),
    path("house-meetings/<uuid:uuid>/minutes/", house_meeting_views.minutes_file, name="minutes_file"),
    path("house-meetings/<uuid:uuid>/papers/minutes/", house_meeting_views.minutes_issue_page, name="minutes_issue"),
    path("houses/<uuid:uuid>/motion-kinds/", house_meeting_views.motion_kinds, name="motion_kinds"),
    path("houses/<uuid:uuid>/motion-kinds/start/", house_meeting_views.motion_kinds_start, name="motion_kinds_start"),
    path("houses/<uuid:uuid>/motion-kinds/new/", house_meeting_views.motion_kind_new, name="motion_kind_new"),
    path("motion-kinds/<uuid:uuid>/", house_meeting_views.motion_kind_change, name="motion_kind_change"),
    path("motion-kinds/<uuid:uuid>/drop/", house_meeting_views.motion_kind_drop, name="motion_kind_drop"),
]

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

calendars: list[URLPattern] = [
    path("calendar/<str:secret>.ics", calendar_views.calendar_feed, name="calendar_feed"),
    path("my/calendar/", calendar_views.my_calendar, name="my_calendar"),
    path("my/calendar/new/", calendar_views.my_calendar_link_new, name="my_calendar_link_new"),
    path("my/calendar/<uuid:uuid>/revoke/", calendar_views.my_calendar_link_revoke, name="my_calendar_link_revoke"),
    path("houses/<uuid:uuid>/calendar/", calendar_views.house_calendar, name="house_calendar"),
    path("houses/<uuid:uuid>/calendar/new/", calendar_views.calendar_link_new, name="calendar_link_new"),
    path("calendar-links/<uuid:uuid>/revoke/", calendar_views.calendar_link_revoke, name="calendar_link_revoke"),
    path("my/notes/", note_views.my_notes, name="my_notes"),
    path("my/notes/new/", note_views.my_note_new, name="my_note_new"),
    path("my/notes/<uuid:uuid>/", note_views.my_note_change, name="my_note_change"),
    path("my/notes/<uuid:uuid>/put-away/", note_views.my_note_put_away, name="my_note_put_away"),
]

urlpatterns = [*directory, *attendance, *house_meetings, *requirements, *calendars]
