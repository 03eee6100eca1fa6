"""The life of a simulator: started once, found again, gone without a trace; and after a fork, another one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from distilkit.sim import Dials, Server, local_server

ROOT = Path(__file__).resolve().parents[2]


def run(code: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own, where every warning is an error."""
    return subprocess.run(
        [sys.executable, "-W", "error", *options, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_importing_starts_nothing_and_imports_no_server() -> None:
    done = run(
        "import sys, threading, distilkit.sim, distilkit.sim.spec, distilkit.sim.server, distilkit.sim.serve\n"
        "print('aiohttp' in sys.modules, threading.active_count())"
    )

    assert (done.stdout, done.stderr) == ("False 1\n", "")


def test_the_rest_of_distilkit_is_not_imported() -> None:
    done = run(
        "import sys, distilkit.sim; [getattr(distilkit.sim, name) for name in distilkit.sim.__all__]\n"
        "distilkit.sim.local_server()\n"
        "print([name for name in sys.modules if name.startswith('distilkit.') and '.sim' not in name], "
        "'pandas' in sys.modules)"
    )

    # The package itself needs no more than this to begin with.
    assert (done.stdout, done.stderr) == ("['distilkit._imports'] False\n", "")


def test_the_names_are_all_there() -> None:
    from distilkit import sim

    assert sim.__all__ == sorted(sim.__all__)
    assert all(getattr(sim, name) is not None for name in sim.__all__)
    assert dir(sim) == sim.__all__
    with pytest.raises(AttributeError, match="nothing"):
        sim.nothing  # noqa: B018 - the look-up is the test


def test_it_says_that_it_is_simulated() -> None:
    with Server.start({"small": Dials()}) as server:
        assert repr(server) == f"<Server of simulated models at http://127.0.0.1:{server.port}/v1: small>"


def test_there_is_one_local_server_however_many_threads_ask() -> None:
    with ThreadPoolExecutor(8) as pool:
        servers = list(pool.map(lambda _: local_server(), range(16)))

    assert len({id(server) for server in servers}) == 1
    assert local_server().is_running


def test_a_closed_local_server_is_started_again(ask: Callable[..., Any]) -> None:
    first = local_server()
    first.close()
    model = local_server().register("m", Dials(latency_s=0))

    assert local_server() is not first
    assert ask(local_server(), "?", model=model).status == 200


def test_registering_from_many_threads_is_safe() -> None:
    with Server.start() as server, ThreadPoolExecutor(8) as pool:
        names = list(pool.map(lambda number: server.register("m", Dials(seed=number % 50)), range(400)))

    assert len(set(names)) == 50


def test_closing_frees_the_port_and_ends_the_thread() -> None:
    server = Server.start()
    port = server.port
    server.close()
    server.close()

    assert not server.is_running
    assert not [thread for thread in threading.enumerate() if thread is server._thread]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    with Server.start(port=port) as again:
        assert again.port == port


def test_a_closed_server_still_tells_its_counts(ask: Callable[..., Any]) -> None:
    with Server.start({"m": Dials(latency_s=0)}) as server:
        ask(server, "?")

    assert server.stats()["answers"] == 1


def test_closing_does_not_wait_for_slow_answers(ask: Callable[..., Any]) -> None:
    server = Server.start({"m": Dials(latency_s=300)})
    failures: list[BaseException] = []

    def ask_slowly() -> None:
        try:
            ask(server, "?")
        except OSError as error:
            failures.append(error)

    thread = threading.Thread(target=ask_slowly)
    thread.start()
    for _ in range(500):
        if server.stats()["in_flight"]:
            break
        time.sleep(0.01)
    server.close()
    thread.join(10)

    assert len(failures) == 1
    assert server.stats()["abandoned"] == 1


@pytest.mark.parametrize("port", [70000, -1])
def test_an_impossible_port_is_named(port: int) -> None:
    with pytest.raises(OSError, match=f"cannot serve on 127.0.0.1:{port} .*choose another port"):
        Server.start(port=port)


def test_a_taken_port_is_named() -> None:
    with Server.start() as server, pytest.raises(OSError, match=f"cannot serve on 127.0.0.1:{server.port}"):
        Server.start(port=server.port)


ASK = """
import json, urllib.request
from distilkit.sim import Dials, local_server
def ask():
    server = local_server()
    body = {"model": server.register("m", Dials(latency_s=0)), "messages": [{"role": "user", "content": "?"}]}
    return urllib.request.urlopen(server.url + "/chat/completions", json.dumps(body).encode(), timeout=10).status
"""


def test_a_process_ends_cleanly_with_its_server_running() -> None:
    done = run(ASK + "print(ask())")

    assert (done.returncode, done.stdout, done.stderr) == (0, "200\n", "")


def test_a_process_ends_at_once_with_answers_in_flight() -> None:
    done = run(
        ASK + "import threading\n"
        "server = local_server()\n"
        "body = json.dumps({'model': server.register('m', Dials(latency_s=500)),"
        " 'messages': [{'role': 'user', 'content': '?'}]})\n"
        "import http.client\n"
        "client = http.client.HTTPConnection('127.0.0.1', server.port)\n"
        "client.request('POST', '/v1/chat/completions', body)\n"
        "import time\n"
        "for _ in range(500):\n"
        "    if server.stats()['in_flight']: break\n"
        "    time.sleep(0.01)\n"
        "client.close()\n"
        "print('end')"
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")


def test_a_connection_that_comes_while_the_server_closes_is_closed_too() -> None:
    done = run(
        "import gc, socket, time\n"
        "from distilkit.sim import Dials, Server\n"
        "server = Server.start({'m': Dials()})\n"
        # While the loop is held up, both come: it then finds them in one turn.
        "server._loop.call_soon_threadsafe(time.sleep, 0.3)\n"
        "clients = [socket.create_connection(('127.0.0.1', server.port)) for _ in range(5)]\n"
        "server.close()\n"
        "for client in clients: client.close()\n"
        "gc.collect()"
    )

    assert (done.returncode, done.stderr) == (0, "")


# Python warns of a fork with threads; ours is made for it.
FORKS = "ignore:This process:DeprecationWarning"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_has_a_server_of_its_own_and_leaves_the_parents_alone() -> None:
    done = run(
        ASK + "import os, sys\n"
        "ask(); parent = local_server().port\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    print(ask(), local_server().port != parent, local_server().stats()['answers'], flush=True)\n"
        "    sys.exit(0)\n"
        "_, status = os.waitpid(child, 0)\n"
        "print(status, ask(), local_server().port == parent, local_server().stats()['answers'])",
        "-W",
        FORKS,
    )

    assert (done.stdout, done.stderr) == ("200 True 1\n0 200 True 2\n", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_that_outlives_its_parents_server_does_not_hold_the_port() -> None:
    done = run(
        ASK + "import os, socket, time\n"
        "ask(); port = local_server().port\n"
        "there, here = os.pipe()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    os.write(here, b'.'); time.sleep(30); os._exit(0)\n"
        "os.read(there, 1)\n"
        "local_server().close()\n"
        "try:\n"
        "    socket.create_connection(('127.0.0.1', port), timeout=5).close(); print('held')\n"
        "except ConnectionRefusedError: print('free')\n"
        "os.kill(child, 9); os.waitpid(child, 0)",
        "-W",
        FORKS,
    )

    assert (done.stdout, done.stderr) == ("free\n", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_that_uses_its_parents_server_is_told_the_way_out() -> None:
    done = run(
        ASK + "import os\n"
        "server = local_server()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    try: server.stats()\n"
        "    except RuntimeError as error: print(error, flush=True)\n"
        "    server.close()\n"
        "    os._exit(0)\n"
        "os.waitpid(child, 0); print(ask())",
        "-W",
        FORKS,
    )

    assert "call local_server()" in done.stdout
    assert done.stdout.endswith("200\n")
