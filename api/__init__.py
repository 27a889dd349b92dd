"""REST for staff, residents and partners. It calls the services that the pages call."""
