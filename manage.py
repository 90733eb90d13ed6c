#!/usr/bin/env python
"""Django's command line: `manage.py up` runs the whole platform."""

import os
import sys

from django.core.management import execute_from_command_line

from tradeplatform.lib.environment import WrongValue

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tradeplatform.settings")
    try:
        execute_from_command_line(sys.argv)
    except WrongValue as error:
        sys.exit(f"Error: {error}.")
