"""A JSON object in a file that only its user reads, such as quickstart.json."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def read_private(path: Path) -> dict[str, Any]:
    """What the file says; nothing when there is none."""
    return dict(json.loads(path.read_text())) if path.exists() else {}


def write_private(path: Path, values: Mapping[str, Any]) -> None:
    """Replace the file whole, mode 0600: whoever reads it sees the old or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with open(draft, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(f"{json.dumps(values, indent=2)}\n")
    draft.replace(path)
