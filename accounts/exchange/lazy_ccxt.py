"""ccxt without the hundred exchanges that nobody trades at: each loads when it is first asked for.

`import ccxt.pro` loads all of them three times over, 70 MB in every process that does
(ccxt's issue 29573, docs/adr/0009). Here ccxt's three packages do all that their `__init__` does
but that; ccxt's modules and ours find in them what they would find otherwise.
"""

import ast
import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

_PACKAGES = ("ccxt", "ccxt.async_support", "ccxt.pro")


class _Package(ModuleType):
    """One that has, of each exchange's module, the class of the same name."""

    def __getattr__(self, name: str) -> Any:
        module = f"{self.__name__}.{name}"
        if name.startswith("_") or find_spec(module) is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        import_module(module)
        return vars(self)[name]

    def __setattr__(self, name: str, value: object) -> None:
        """Python puts a module here once it is loaded."""
        if isinstance(value, ModuleType):
            value = vars(value).get(name, value)
        super().__setattr__(name, value)


def _begin(name: str) -> None:
    """Have the package, as it is without its exchanges."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ImportError(f"{name} is not installed")
    package = module_from_spec(spec)
    package.__class__ = _Package
    sys.modules[name] = package
    program = ast.parse(Path(spec.origin).read_text())
    program.body = [each for each in program.body if not _loads_exchange(each, name)]
    exec(compile(program, spec.origin, "exec"), vars(package))  # noqa: S102  ccxt's own
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, package)


def _loads_exchange(statement: ast.stmt, package: str) -> bool:
    """Whether it is `from ccxt.binance import binance` or the like."""
    return isinstance(statement, ast.ImportFrom) and any(
        statement.module == f"{package}.{each.name}" for each in statement.names
    )


if "ccxt" not in sys.modules:  # else somebody has loaded all of it
    for _name in _PACKAGES:
        _begin(_name)

import ccxt.async_support  # noqa: E402  not before they stand
import ccxt.pro  # noqa: E402

__all__ = ["ccxt"]
