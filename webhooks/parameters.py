"""The parameters in an address: none is ignored. A filter that is not understood would show more
than was asked for.
"""

from collections.abc import Collection

from webhooks.refusals import Reason, Refused


def refuse_unknown(names: Collection[str], *, known: Collection[str]) -> None:
    """Raise Refused with PARAMETER_UNKNOWN, which tells the known names, for any other one."""
    for name in names:
        if name not in known:
            raise Refused(Reason.PARAMETER_UNKNOWN, field=name, detail=_listed(known))


def _listed(names: Collection[str]) -> str:
    if not names:
        return "no parameters"
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
