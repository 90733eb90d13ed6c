"""What was answered survives: a kill without warning, a stop, a line the process died over."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from accounts.sandbox.process import SandboxProcess
from accounts.sandbox.tests.streams.listening import listening_to_futures
from accounts.sandbox.tests.trader import CONDITIONAL, LIMIT, MARKET, Trader, control, listed

LISTS = ("accounts", "orders", "trades")


def trade(ann: Trader) -> None:
    """Something of everything."""
    control(ann.url, "price", symbol="BTCUSDT", price="95000")
    for path in ("/api/v3/order", "/fapi/v1/order"):
        for order in (LIMIT, MARKET):
            assert ann.post(path, **order)[0] == 200
    ann.post("/fapi/v1/leverage", symbol="BTCUSDT", leverage=7)
    ann.post("/fapi/v1/algoOrder", **CONDITIONAL)
    canceled = ann.post("/api/v3/order", **LIMIT)[1]
    ann.delete("/api/v3/order", symbol="BTCUSDT", orderId=canceled["orderId"])


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the exchange until it ends by itself."""
    command = [sys.executable, "-m", "accounts.sandbox", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_killed_exchange_comes_back_as_it_was(tmp_path: Path) -> None:
    with SandboxProcess(state_dir=tmp_path) as sandbox:
        ann = Trader(sandbox.url, "ann", USDT="100000")
        trade(ann)
        before = [listed(sandbox.url, path) for path in LISTS]
        sandbox.kill()

    with SandboxProcess(state_dir=tmp_path) as sandbox:
        ann.url = sandbox.url
        after = [listed(sandbox.url, path) for path in LISTS]
        (position,) = ann.get("/fapi/v3/positionRisk")[1]
        control(sandbox.url, "price", symbol="BTCUSDT", price="89000")
        statuses = [row.get("status") or row["algoStatus"] for row in listed(sandbox.url, "orders")]

    assert after == before
    assert (position["leverage"], position["markPrice"]) == ("7", "95000.0")
    assert statuses == ["FILLED"] * 4 + ["FINISHED", "CANCELED", "FILLED"]


def test_changed_filters_survive(tmp_path: Path) -> None:
    with SandboxProcess(state_dir=tmp_path) as sandbox:
        ann = Trader(sandbox.url, "ann", USDT="100000")
        assert ann.post("/api/v3/order", **{**LIMIT, "price": "90000.01"})[0] == 200
        control(sandbox.url, "filters", symbol="BTCUSDT", tick="10")
        before = listed(sandbox.url, "orders")

    with SandboxProcess(state_dir=tmp_path) as sandbox:
        ann.url = sandbox.url
        refused = ann.post("/api/v3/order", **{**LIMIT, "price": "90000.01"})

        assert refused == (400, {"code": -1013, "msg": "Filter failure: PRICE_FILTER"})
        assert listed(sandbox.url, "orders") == before


def test_line_the_process_died_over_is_cut_off(tmp_path: Path) -> None:
    with SandboxProcess(state_dir=tmp_path) as sandbox:
        trade(Trader(sandbox.url, "ann", USDT="100000"))
        before = [listed(sandbox.url, path) for path in LISTS]
        sandbox.kill()
    journal = tmp_path / "journal.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'{"at_us":1,"command":"Depo')

    with SandboxProcess(state_dir=tmp_path) as sandbox:
        after = [listed(sandbox.url, path) for path in LISTS]

    assert after == before
    assert journal.read_bytes() == whole
    assert journal.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("line", ["not json", '{"command":"Unheard","at_us":1,"fields":{}}'])
def test_journal_that_cannot_be_replayed_stops_the_start(tmp_path: Path, line: str) -> None:
    (tmp_path / "journal.jsonl").write_text(f'{{"first_id":1}}\n{line}\n')

    ended = run("--state-dir", str(tmp_path))

    assert ended.returncode == 1
    assert f"line 2 of {tmp_path}/journal.jsonl cannot be replayed" in ended.stderr


def test_two_processes_never_share_a_journal(tmp_path: Path) -> None:
    with SandboxProcess(state_dir=tmp_path):
        ended = run("--state-dir", str(tmp_path), "--port", "0")

    assert ended.returncode == 1
    assert f"another process is using {tmp_path}/journal.jsonl" in ended.stderr


def test_reset_is_kept_and_ids_go_on_rising(tmp_path: Path) -> None:
    with SandboxProcess(state_dir=tmp_path) as sandbox:
        first = Trader(sandbox.url, "ann", USDT="100000").post("/api/v3/order", **LIMIT)[1]
        control(sandbox.url, "reset")
        second = Trader(sandbox.url, "ann", USDT="100000").post("/api/v3/order", **LIMIT)[1]

    with SandboxProcess(state_dir=tmp_path) as sandbox:
        (order,) = listed(sandbox.url, "orders")

    assert order["orderId"] == second["orderId"] > first["orderId"]


def test_algo_orders_never_share_a_number_with_orders(tmp_path: Path) -> None:
    with SandboxProcess(state_dir=tmp_path) as sandbox:
        ann = Trader(sandbox.url, "ann", USDT="100000")
        first = ann.post("/fapi/v1/algoOrder", **CONDITIONAL)[1]["algoId"]
        order_id = ann.post("/fapi/v1/order", **LIMIT)[1]["orderId"]

    with SandboxProcess(state_dir=tmp_path) as sandbox:
        ann.url = sandbox.url
        second = ann.post("/fapi/v1/algoOrder", **CONDITIONAL)[1]["algoId"]

    assert (first, second) == (order_id + 10**12, order_id + 10**12 + 1)


def test_journal_of_an_older_sandbox_keeps_its_numbers(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_text('{"first_id":7}\n')

    with SandboxProcess(state_dir=tmp_path) as sandbox:
        ann = Trader(sandbox.url, "ann", USDT="100000")
        algo_id = ann.post("/fapi/v1/algoOrder", **CONDITIONAL)[1]["algoId"]

    assert algo_id == 7


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_ends_cleanly(tmp_path: Path, number: int) -> None:
    sandbox = SandboxProcess(state_dir=tmp_path)

    os.kill(sandbox.process.pid, number)

    assert sandbox.process.wait(5) == 0
    sandbox.stop()


def test_told_to_stop_it_hangs_up_on_open_streams(tmp_path: Path) -> None:
    async def listen(sandbox: SandboxProcess) -> bool:
        async with listening_to_futures(Trader(sandbox.url, "ann")) as listener:
            os.kill(sandbox.process.pid, signal.SIGTERM)
            await listener.socket.receive(timeout=10)
            return listener.socket.closed

    sandbox = SandboxProcess(state_dir=tmp_path)

    assert asyncio.run(listen(sandbox))
    assert sandbox.process.wait(5) == 0
    sandbox.stop()


def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    arguments = ["--host", "0.0.0.0", "--state-dir", str(tmp_path)]  # noqa: S104
    command = [sys.executable, "-m", "accounts.sandbox", *arguments]

    ended = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ended.returncode == 2
    assert "is not a loopback address" in ended.stderr


def test_start_that_fails_is_reported(tmp_path: Path) -> None:
    with (
        SandboxProcess(state_dir=tmp_path / "one") as sandbox,
        pytest.raises(RuntimeError, match=r"accounts\.sandbox has ended; exit code 1"),
    ):
        SandboxProcess(state_dir=tmp_path / "two", port=int(sandbox.url.rpartition(":")[2]))


def test_it_needs_neither_django_nor_ccxt() -> None:
    probe = (
        "import sys, accounts.sandbox.__main__\n"
        "print(sorted({'django', 'ccxt', 'celery'} & set(sys.modules)))"
    )

    ended = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True
    )

    assert ended.stdout == "[]\n"
