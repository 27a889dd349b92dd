"""In-app notices to people. Nothing personal leaves the building: an e-mail only says that there is something to
read."""
