"""What trades has nothing of what tells: not its code, not its libraries."""

import subprocess
import sys

_LOADED_BY_A_WORKER = """
import sys
import tradeplatform.celery, django
django.setup()
import orders.tasks, orders.worker, orders.management.commands.stream
print(sorted(name for name in sys.modules if name.split(".")[0] == "apprise"
             or name in ("tradeplatform.notifications.sending",
                         "tradeplatform.notifications.guard",
                         "tradeplatform.notifications.process")))
"""


def test_a_worker_loads_nothing_that_sends_messages() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _LOADED_BY_A_WORKER], capture_output=True, text=True, check=True
    )

    assert ended.stdout.strip() == "[]"


def test_the_web_loads_nothing_that_sends_messages() -> None:
    code = "import tradeplatform.wsgi, sys; print('apprise' in sys.modules)"

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ended.stdout.strip() == "False"
