"""Whether Apprise can read an address, asked of a process of its own: the web never loads Apprise.

Nothing is sent or looked up. The address goes by standard input, where nobody else can see it.
"""

import subprocess
import sys

from django.conf import settings

from tradeplatform.notifications.addresses import AddressRefused, take_apart

# It takes half a second, on a busy machine some; a person waits for it.
_PATIENCE_SECONDS = 20


def check_readable(address: str) -> None:
    """Raises AddressRefused unless the address has all parts that its service needs."""
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "tradeplatform.notifications.sending"],
            cwd=settings.BASE_DIR,
            input=address,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_SECONDS,
            check=True,
        )
    except subprocess.SubprocessError:
        raise AddressRefused("The address could not be checked now. Save it again.") from None
    if ended.stdout != "readable":
        raise AddressRefused(
            f"A part of this {take_apart(address).scheme}:// address is missing or misspelled. "
            "Compare it with the example, part by part, and with what the service shows."
        )
