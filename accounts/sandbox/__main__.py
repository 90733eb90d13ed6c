"""`python -m accounts.sandbox`: runs the simulated exchange until SIGTERM or SIGINT."""

import argparse
import asyncio
import ipaddress
import signal
import socket
import sys
import time
from pathlib import Path

from aiohttp import web

from accounts.sandbox.journal import JournalError
from accounts.sandbox.server import application
from accounts.sandbox.venue import Venue

_BACKLOG = 4096  # hundreds of accounts connect at once
_STOP_SECONDS = 0.5  # how long answers under way may take once we are told to stop


def main() -> None:
    """Read the command line and serve."""
    options = _options()
    try:
        venue = Venue(
            options.state_dir,
            seed=options.seed,
            at_us=time.time_ns() // 1_000,
            fault_seed=options.fault_seed,
        )
    except JournalError as error:
        sys.exit(f"accounts.sandbox: {error}")
    asyncio.run(_serve(venue, _listener(options)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="accounts.sandbox", description=__doc__)
    parser.add_argument("--host", type=_loopback, default="127.0.0.1", help="loopback only")
    parser.add_argument("--port", type=int, default=8090, help="0 takes a free one")
    parser.add_argument("--fd", type=int, help="a socket that listens already, instead of both")
    parser.add_argument("--state-dir", type=Path, required=True, help="where the journal is kept")
    parser.add_argument("--seed", type=int, default=1, help="of the random walk of the prices")
    parser.add_argument("--fault-seed", type=int, help="of a random plan of faults; else none")
    return parser.parse_args()


def _loopback(host: str) -> str:
    if host == "localhost":
        return host
    try:
        is_loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise argparse.ArgumentTypeError(
            f"{host!r} is not a loopback address; the control API has no password"
        )
    return host


def _listener(options: argparse.Namespace) -> socket.socket:
    if options.fd is None:
        family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
        return socket.create_server((options.host, options.port), family=family, backlog=_BACKLOG)
    listener = socket.socket(fileno=options.fd)
    _loopback(listener.getsockname()[0])
    return listener


async def _serve(venue: Venue, listener: socket.socket) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    runner = web.AppRunner(application(venue), access_log=None, shutdown_timeout=_STOP_SECONDS)
    await runner.setup()
    try:
        await web.SockSite(runner, listener, backlog=_BACKLOG).start()
        bound = runner.addresses[0]
        sys.stdout.write(f"Sandbox exchange (a simulation) on http://{bound[0]}:{bound[1]}\n")
        sys.stdout.flush()
        await stopping.wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    main()
