"""One HTTP request and the whole of its reply, over connections with the settings of one provider section.

Never follows a redirect, never tries again, takes no proxy or password from the environment, keeps no cookie, and
returns what went wrong as a value, so that no frame that holds a key is in a traceback. Knows nothing of models.
"""

from __future__ import annotations

import asyncio
import errno
import io
import os
import ssl
import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from urllib.parse import urlsplit

import aiohttp

from distilkit.errors import ConfigError
from distilkit.profiles.profile import Connection
from distilkit.provider.exchange import Begin, Outgoing, Reply
from distilkit.provider.faults import Trouble

# No answer is this long; a stream without end must not fill the memory.
MAX_BODY_BYTES = 64 * 1024 * 1024
_DNS_SECONDS = 300
_IN_ONE_GO = 2**20
# What stands behind the end of an answer is waited for this long, and read this far.
_LINGER_S = 0.2
_LINGER_BYTES = 2**16
_PASSING_STATUSES = frozenset({502, 503, 504})

# Classes before their bases.
_TROUBLES: tuple[tuple[type[Exception], Trouble], ...] = (
    (
        aiohttp.ClientConnectorCertificateError,
        Trouble(
            kind="connection",
            message="the host's certificate is not trusted; name the file of its authority in ssl_cert_path",
            retryable=False,
        ),
    ),
    (aiohttp.InvalidURL, Trouble(kind="invalid_request", message="the address is not valid; check base_url")),
    (
        aiohttp.ClientPayloadError,
        Trouble(kind="connection", message="the reply broke off, or cannot be decompressed"),
    ),
    (aiohttp.ClientResponseError, Trouble(kind="provider_error", message="the reply is not HTTP")),
    (
        aiohttp.ServerDisconnectedError,
        Trouble(kind="connection", message="the connection was closed without a reply"),
    ),
)


class Session:
    """A pool of connections in one event loop.

    Raises:
        ConfigError: the file named by `ssl_cert_path` cannot be used.
    """

    def __init__(self, connection: Connection) -> None:
        self._connect_timeout_s = connection.connect_timeout_s
        self._proxies = {"http": connection.proxy_http, "https": connection.proxy_https}
        # The bound is kept here rather than in the connector, so that waiting for a turn is not part of an
        # attempt's latency or timeout.
        self._turns = asyncio.Semaphore(
            min(connection.max_connections, connection.pool_size or connection.max_connections)
        )
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,
                ssl=_tls(connection),
                force_close=not connection.keep_alive,
                ttl_dns_cache=_DNS_SECONDS,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            headers={"User-Agent": "distilkit"},
        )

    async def post(self, request: Outgoing) -> Reply | Trouble:
        """Send once and read the reply. Only a cancellation is raised; it closes the connection."""
        async with self._turns:
            try:
                return await self._send(request)
            except Exception as error:  # noqa: BLE001 - whatever the client raises, its frames hold the key
                return self._told(error, request)

    async def get(self, url: str, headers: Mapping[str, str], timeout_s: float) -> Reply | Trouble:
        """Ask once for what an address holds, and read it, as `post` does.

        Args:
            url: the whole address.
            headers: with the key in them.
            timeout_s: seconds until the reply must be complete.
        """
        return await self.post(Outgoing(url, headers, b"", timeout_s, method="GET"))

    async def stream(self, request: Outgoing, begin: Begin) -> Reply | Trouble:
        """Send once and hand the reply on as it arrives. Only a cancellation is raised; it closes the connection.

        Args:
            request: what is sent.
            begin: is given the reply without its body as soon as that is known. It returns who takes the bytes, with
                the seconds since sending, and says when it has had enough; or None where the reply is read as a whole.

        Returns:
            The reply, whole or with the body b"" where it was handed on.
        """
        async with self._turns:
            try:
                return await self._stream(request, begin)
            except Exception as error:  # noqa: BLE001 - whatever the client raises, its frames hold the key
                return self._told(error, request)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._session.close()

    async def _send(self, request: Outgoing) -> Reply | Trouble:
        started = time.perf_counter()
        async with self._opened(request) as response:
            most = request.most_bytes or MAX_BODY_BYTES
            body = await _read(response, most)
            elapsed = time.perf_counter() - started
            if body is None:
                return _too_long(most)
            return Reply(response.status, _headers(response), body, elapsed, time.time())

    async def _stream(self, request: Outgoing, begin: Begin) -> Reply | Trouble:
        started = time.perf_counter()
        async with self._opened(request) as response:
            most = request.most_bytes or MAX_BODY_BYTES
            head = Reply(response.status, _headers(response), b"", time.perf_counter() - started, time.time())
            take = begin(head)
            if take is None:
                body = await _read(response, most)
                if body is None:
                    return _too_long(most)
                return replace(head, body=body, latency_s=time.perf_counter() - started, created_at=time.time())
            size = 0
            while chunk := await response.content.readany():
                size += len(chunk)
                if size > most:
                    response.close()
                    return _too_long(most)
                if take(chunk, time.perf_counter() - started):
                    break
            elapsed, at = time.perf_counter() - started, time.time()
            await _rest(response)
            return replace(head, latency_s=elapsed, created_at=at)

    def _opened(self, request: Outgoing) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        proxy = self._proxies[request.url.partition(":")[0].lower()]
        return self._session.request(
            request.method,
            request.url,
            data=_payload(request.body),
            headers=request.headers,
            timeout=aiohttp.ClientTimeout(total=request.timeout_s, sock_connect=self._connect_timeout_s),
            proxy=proxy.reveal() if proxy else None,
            allow_redirects=False,
        )

    def _told(self, error: Exception, request: Outgoing) -> Trouble:
        if isinstance(error, aiohttp.ConnectionTimeoutError):
            return Trouble(kind="timeout", message=f"no connection within {self._connect_timeout_s:g} s")
        if isinstance(error, TimeoutError):
            return Trouble(kind="timeout", message=f"no answer within {request.timeout_s:g} s (timeout_s)")
        if isinstance(error, aiohttp.ClientHttpProxyError):
            message = f"the proxy refused the connection: status {error.status}"
            return Trouble(kind="connection", message=message, retryable=error.status in _PASSING_STATUSES)
        for kind, trouble in _TROUBLES:
            if isinstance(error, kind):
                return trouble
        if isinstance(error, aiohttp.ClientError | OSError):
            return Trouble(kind="connection", message=f"no connection to {_host(request.url)}: {_reason(error)}")
        return Trouble(kind="unknown", message=f"{type(error).__name__} while sending", retryable=False)


def _host(url: str) -> str:
    """Return where a request was to go, without its path, which may say more than an error should."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def _reason(error: Exception) -> str:
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    number = getattr(cause, "errno", None)
    if isinstance(cause, OSError) and isinstance(number, int) and number in errno.errorcode:
        return os.strerror(number).lower()  # asyncio's own text names the address, but not what happened
    return getattr(cause, "strerror", None) or str(cause) or type(cause).__name__


def _headers(response: aiohttp.ClientResponse) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        headers.setdefault(name.lower(), value)
    return headers


def _payload(body: bytes) -> bytes | io.BytesIO | None:
    # aiohttp warns of bytes as long as this, because it would write them in one go.
    return io.BytesIO(body) if len(body) > _IN_ONE_GO else body or None


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes | None:
    """Return the body, or None where it is too long; the connection is then closed."""
    chunks: list[bytes] = []
    size = 0
    while chunk := await response.content.readany():
        chunks.append(chunk)
        size += len(chunk)
        if size > most:
            response.close()
            return None
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def _rest(response: aiohttp.ClientResponse) -> None:
    """Read what stands behind the end of an answer, so that the connection can be used again; not for long."""
    left = _LINGER_BYTES
    try:
        async with asyncio.timeout(_LINGER_S):
            while left > 0 and (chunk := await response.content.readany()):
                left -= len(chunk)
    except (TimeoutError, aiohttp.ClientError):
        left = 0
    if left <= 0:
        response.close()


def _too_long(most: int) -> Trouble:
    message = f"the reply is longer than {most // 2**20} MB"
    return Trouble(kind="provider_error", message=message, retryable=False)


def _tls(connection: Connection) -> ssl.SSLContext | bool:
    if not connection.verify_ssl:
        return False
    if connection.ssl_cert_path is None:
        return True
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(connection.ssl_cert_path)
    except OSError as error:
        raise ConfigError(f"ssl_cert_path: {connection.ssl_cert_path}: {error.strerror or 'no PEM file'}") from None
    return context
