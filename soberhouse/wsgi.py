"""The door for gunicorn."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "soberhouse.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from soberhouse.checks import require_safe  # noqa: E402 -- the settings must be there first
from soberhouse.database.triggers import require_installed  # noqa: E402 -- the apps must be loaded first
from soberhouse.lazy_views import import_all  # noqa: E402 -- as above

require_safe()
require_installed()
import_all()
