"""A module beside us that has to answer in time."""

import select

from tradeplatform.lib.services.piped import PipedModule

# A platform with a thousand accounts may have to start, or to settle an alert for all of them.
_PATIENCE_SECONDS = 300


class PromptModule(PipedModule):
    """It says one line for each that it is told, and one when it is ready, within
    `patience_seconds`."""

    patience_seconds: float = _PATIENCE_SECONDS

    def hear(self) -> str:
        """As `PipedModule.hear`; raises TimeoutError when it says nothing for too long."""
        if not select.select([self._said], [], [], self.patience_seconds)[0]:
            raise TimeoutError(
                f"{self._name} has not answered within {self.patience_seconds:g} seconds"
            )
        return super().hear()
