"""Connections: certificates, proxies, bounds, compression."""

from __future__ import annotations

import asyncio
import gzip
import json
import ssl
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self

import pytest
import trustme
from aiohttp import web

from distilkit.errors import ConfigError
from distilkit.profiles.profile import Connection
from distilkit.profiles.secrets import Secret
from distilkit.provider import session
from distilkit.provider.exchange import Outgoing, Reply
from distilkit.provider.faults import Trouble


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def test_a_private_certificate_is_trusted_where_its_authority_is_named(
    authority: trustme.CA, tls: ssl.SSLContext, wire: Any, ask: Any, profile: Any, tmp_path: Path
) -> None:
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    server = wire(tls=tls)

    record = ask(profile(base_url=server.url, connection=Connection(ssl_cert_path=str(file))))

    assert record.raw["model"] == "m-served"


def test_an_unknown_certificate_is_refused_before_anything_is_sent(
    tls: ssl.SSLContext, wire: Any, fails: Any, profile: Any
) -> None:
    server = wire(tls=tls)

    error = fails(profile(base_url=server.url))

    assert (error.kind, error.retryable) == ("connection", False)
    assert "ssl_cert_path" in error.message
    assert server.seen == []


def test_verification_can_be_turned_off(tls: ssl.SSLContext, wire: Any, ask: Any, profile: Any) -> None:
    server = wire(tls=tls)

    ask(profile(base_url=server.url, connection=Connection(verify_ssl=False)))

    assert len(server.seen) == 1


def test_a_certificate_file_that_holds_none_is_named(wire: Any, ask: Any, profile: Any, tmp_path: Path) -> None:
    file = tmp_path / "empty.pem"
    file.write_text("not a certificate")

    with pytest.raises(ConfigError, match=r"ssl_cert_path: .*empty\.pem"):
        ask(profile(base_url=wire().url, connection=Connection(ssl_cert_path=str(file))))


def test_requests_go_through_the_profiles_proxy(wire: Any, ask: Any, profile: Any) -> None:
    server, proxy = wire(), wire()
    through = Connection(proxy_http=Secret(proxy.url.replace("//", "//me:proxy-canary@")))

    ask(profile(base_url=f"{server.url}/v1", connection=through))

    assert server.seen == []
    [seen] = proxy.seen
    assert seen.headers["Host"] == f"127.0.0.1:{server.port}"
    assert seen.headers["Proxy-Authorization"].startswith("Basic ")


def test_the_environments_proxy_is_not_asked(
    wire: Any, ask: Any, profile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, proxy = wire(), wire()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)

    ask(profile(base_url=server.url))

    assert proxy.seen == []
    assert len(server.seen) == 1


def test_https_goes_through_a_tunnel_that_sees_no_key(
    tls: ssl.SSLContext, wire: Any, ask: Any, profile: Any, canary: str
) -> None:
    server = wire(tls=tls)
    with Tunnel() as tunnel:
        through = Connection(proxy_https=Secret(f"http://127.0.0.1:{tunnel.port}"), verify_ssl=False)
        ask(profile(base_url=server.url, connection=through))

    assert len(server.seen) == 1
    assert tunnel.heard.startswith(f"CONNECT 127.0.0.1:{server.port} ".encode())
    assert canary.encode() not in tunnel.heard


def test_a_dead_proxy_is_a_connection_error_without_its_password(wire: Any, fails: Any, profile: Any) -> None:
    proxy = wire()
    proxy.close()
    proxy.close = lambda: None
    through = Connection(proxy_http=Secret(proxy.url.replace("//", "//me:proxy-canary@")))

    error = fails(profile(base_url="http://192.0.2.1", connection=through))

    assert error.kind == "connection"
    assert "proxy-canary" not in f"{error} {error.body}"


def test_compressed_replies_are_read(wire: Any, ask: Any, profile: Any, chat: Any) -> None:
    server = wire(gzip.compress(json.dumps(chat).encode()), content_encoding="gzip")

    assert ask(profile(base_url=server.url)).raw == chat


def test_a_reply_that_cannot_be_decompressed_is_an_error(wire: Any, fails: Any, profile: Any) -> None:
    server = wire(b"not gzip at all", content_encoding="gzip")

    assert fails(profile(base_url=server.url)).kind == "connection"


@pytest.mark.parametrize("compressed", [True, False])
def test_a_reply_without_end_is_cut_off(
    wire: Any, fails: Any, profile: Any, monkeypatch: pytest.MonkeyPatch, *, compressed: bool
) -> None:
    monkeypatch.setattr(session, "MAX_BODY_BYTES", 2**20)
    long = b" " * 2**22
    server = wire(gzip.compress(long), content_encoding="gzip") if compressed else wire(long)

    error = fails(profile(base_url=server.url))

    assert (error.kind, error.retryable) == ("provider_error", False)
    assert "longer than 1 MB" in error.message


def test_a_reply_that_breaks_off_is_a_connection_error(wire: Any, fails: Any, profile: Any) -> None:
    async def torn(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-length": "1000", "content-type": "application/json"})
        await response.prepare(request)
        await response.write(b'{"choices": [')
        assert request.transport is not None
        request.transport.close()
        return response

    error = fails(profile(base_url=wire(torn).url))

    assert (error.kind, error.retryable) == ("connection", True)


def test_keep_alive_can_be_turned_off(wire: Any, ask: Any, profile: Any) -> None:
    server = wire()

    ask(profile(base_url=server.url, connection=Connection(keep_alive=False)))

    assert server.seen[0].headers["Connection"] == "close"


def test_no_cookie_is_kept(wire: Any, profile: Any, call: Any) -> None:
    from distilkit.provider import Transport

    server = wire(set_cookie="session=abc")

    async def main() -> None:
        async with Transport() as send:
            named = server.url.replace("127.0.0.1", "localhost")  # numbers get no cookies from anybody
            await send(call(profile(base_url=named)))
            await send(call(profile(base_url=named)))

    asyncio.run(main())
    assert "Cookie" not in server.seen[1].headers


def sent(work: Callable[[session.Session], Awaitable[Reply | Trouble]], **connection: Any) -> Reply | Trouble:
    """Do something with a session of its own."""

    async def main() -> Reply | Trouble:
        pool = session.Session(Connection(**connection))
        try:
            return await work(pool)
        finally:
            await pool.aclose()

    return asyncio.run(main())


def test_what_an_address_holds_is_read_with_its_headers(wire: Any, canary: str) -> None:
    server = wire({"data": []}, x_request_id="r1")

    reply = sent(lambda pool: pool.get(f"{server.url}/v1/models?limit=9", {"authorization": canary}, 20))

    [seen] = server.seen
    assert (seen.method, seen.target, seen.body) == ("GET", "/v1/models?limit=9", b"")
    assert seen.headers["Authorization"] == canary
    assert isinstance(reply, Reply)
    assert (reply.status, json.loads(reply.body), reply.headers["x-request-id"]) == (200, {"data": []}, "r1")


def test_what_an_address_holds_is_looked_for_nowhere_else(wire: Any) -> None:
    other = wire()
    server = wire(b"", status=302, location=other.url)

    reply = sent(lambda pool: pool.get(server.url, {}, 20))

    assert isinstance(reply, Reply)
    assert reply.status == 302
    assert other.seen == []


def test_nothing_at_an_address_is_a_trouble(wire: Any) -> None:
    server = wire()
    server.close()
    server.close = lambda: None

    told = sent(lambda pool: pool.get(server.url, {}, 20))

    assert isinstance(told, Trouble)
    assert told.kind == "connection"


def test_any_bytes_can_be_sent_however_many(wire: Any) -> None:
    """More than a megabyte at once would draw a warning."""
    server, body = wire(), b"\x00\xff" * 2**20

    sent(lambda pool: pool.post(Outgoing(server.url, {"content-type": "multipart/form-data; boundary=b"}, body, 20)))

    [seen] = server.seen
    assert (seen.body == body, seen.headers["Content-Type"]) == (True, "multipart/form-data; boundary=b")


def test_another_method_and_another_bound_can_be_asked_for(wire: Any) -> None:
    server = wire(b"x" * 2000)

    told = sent(lambda pool: pool.post(Outgoing(server.url, {}, b"", 20, method="DELETE", most_bytes=1000)))

    assert server.seen[0].method == "DELETE"
    assert isinstance(told, Trouble)
    assert "longer than" in told.message


def test_bytes_are_handed_on_as_they_arrive(wire: Any) -> None:
    server = wire(b"x" * 2**18)
    heads: list[Reply] = []
    taken: list[tuple[int, float]] = []

    def take(data: bytes, elapsed_s: float) -> bool:
        taken.append((len(data), elapsed_s))
        return False

    def begin(head: Reply) -> Any:
        heads.append(head)
        return take

    reply = sent(lambda pool: pool.stream(Outgoing(server.url, {}, b"", 20, method="GET"), begin))

    assert isinstance(reply, Reply)
    assert (heads[0].status, heads[0].body, reply.body) == (200, b"", b"")
    assert sum(size for size, _ in taken) == 2**18
    assert [at for _, at in taken] == sorted(at for _, at in taken)
    assert taken[-1][1] <= reply.latency_s


def test_nothing_is_waited_for_once_there_is_enough(wire: Any) -> None:
    async def hang(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"enough")
        await asyncio.Event().wait()
        return response

    request = Outgoing(wire(hang).url, {}, b"", 3)

    assert isinstance(sent(lambda pool: pool.stream(request, lambda _: lambda *_: True)), Reply)
    assert isinstance(sent(lambda pool: pool.stream(request, lambda _: lambda *_: False)), Trouble)


def test_a_fault_of_who_takes_the_bytes_is_a_value(wire: Any) -> None:
    def take(_: bytes, __: float) -> bool:
        raise KeyError

    told = sent(lambda pool: pool.stream(Outgoing(wire().url, {}, b"", 20), lambda _: take))

    assert isinstance(told, Trouble)
    assert (told.kind, told.retryable) == ("unknown", False)


class Tunnel:
    """A proxy that answers CONNECT, and remembers what it could read."""

    def __enter__(self) -> Self:
        self.heard = b""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        starting = asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(starting, self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        async def stop() -> None:
            self._server.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            await asyncio.sleep(0.05)

        asyncio.run_coroutine_threadsafe(stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heard += head
        port = int(head.split()[1].rpartition(b":")[2])
        there, onward = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        try:
            await asyncio.gather(self._copy(reader, onward, note=True), self._copy(there, writer, note=False))
        finally:
            writer.close()
            onward.close()

    async def _copy(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, note: bool) -> None:
        while data := await source.read(65536):
            if note:
                self.heard += data
            target.write(data)
            await target.drain()
        target.close()
