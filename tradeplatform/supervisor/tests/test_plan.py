"""Which processes run, with which command and environment."""

from dataclasses import replace
from pathlib import Path
from signal import SIGKILL, SIGTERM

from tradeplatform.supervisor import plan
from tradeplatform.supervisor.address import Address
from tradeplatform.supervisor.plan import Installation, Role


def test_the_platform_is_a_worker_and_a_stream_per_shard_and_notifier_web_and_beat() -> None:
    members = plan.platform(_installation())

    assert [(member.spec.name, member.role) for member in members] == [
        ("worker0", Role.WORKER),
        ("worker1", Role.WORKER),
        ("stream0", Role.STREAM),
        ("stream1", Role.STREAM),
        ("notifier", Role.STREAM),
        ("web", Role.EDGE),
        ("beat", Role.EDGE),
    ]


def test_the_platform_runs_without_streams_where_they_are_not_wanted() -> None:
    members = plan.platform(replace(_installation(), streams=False))

    assert [member.spec.name for member in members] == [
        "worker0",
        "worker1",
        "notifier",
        "web",
        "beat",
    ]


def test_roles_start_with_the_stores_and_end_where_work_comes_in() -> None:
    stores_to_streams = [Role.STORE, Role.SANDBOX, Role.WORKER, Role.STREAM]
    assert list(Role) == [*stores_to_streams, Role.EDGE]


def test_a_worker_serves_its_shard_and_the_periodic_queue() -> None:
    worker = plan.platform(_installation())[1].spec

    assert worker.argv[worker.argv.index("-Q") + 1] == "shard1,periodic"
    assert worker.argv[worker.argv.index("-n") + 1] == "shard1@host"
    assert worker.env["SHARD"] == "1"
    assert plan.worker_names(_installation()) == ["shard0@host", "shard1@host"]


def test_children_are_told_everything_by_their_environment() -> None:
    environment = plan.prepare(_installation()).env

    assert environment == {
        "HOME": "/home/trader",
        "DJANGO_SETTINGS_MODULE": "tradeplatform.settings",
        "STATE_DIR": "/state",
        "DATABASE_URL": "postgresql://db/x",
        "REDIS_URL": "redis://broker/0",
        "SANDBOX_URL": "http://127.0.0.1:8090",
        "SHARDS": "2",
        "PYTHONUNBUFFERED": "1",
    }


def test_the_web_is_one_process_with_the_threads_asked_for_on_the_socket_held_for_it() -> None:
    web = plan.platform(_installation())[5].spec
    argv = list(web.argv)

    assert web.open_files == (9,)
    assert argv[argv.index("--bind") + 1] == "fd://9"
    assert argv[argv.index("--workers") + 1] == "1"
    assert argv[argv.index("--threads") + 1] == "16"
    assert argv[argv.index("--forwarded-allow-ips") + 1] == "10.0.0.1,10.0.0.2"


def test_celery_dies_at_once_with_the_supervisor_but_gunicorn_ends_its_own_worker() -> None:
    signals = {member.spec.name: member.spec.death_signal for member in _members()}

    assert signals == {
        "worker0": SIGKILL,
        "worker1": SIGKILL,
        "stream0": SIGTERM,
        "stream1": SIGTERM,
        "notifier": SIGTERM,
        "web": SIGTERM,
        "beat": SIGKILL,
    }


def test_postgres_offers_a_connection_to_every_thread_that_may_ask() -> None:
    assert plan.database_connections(web_threads=16, shards=2) == 16 + 2 * 44 + 20


def _members() -> list[plan.Member]:
    return plan.platform(_installation())


def _installation() -> Installation:
    return Installation(
        base_dir=Path("/project"),
        state_dir=Path("/state"),
        python="/project/.venv/bin/python",
        hostname="host",
        environ={"HOME": "/home/trader", "DATABASE_URL": "", "SHARDS": "7"},
        database_url="postgresql://db/x",
        redis_url="redis://broker/0",
        sandbox_url="http://127.0.0.1:8090",
        own_sandbox=Address("127.0.0.1", 8090),
        sandbox_socket=8,
        web=Address("127.0.0.1", 8000),
        web_socket=9,
        web_threads=16,
        trusted_proxies=["10.0.0.1", "10.0.0.2"],
        shards=2,
        streams=True,
    )
