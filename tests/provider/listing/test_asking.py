"""Asking endpoints over real HTTP: pages, fallbacks, errors, bounds, and where the key goes."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from distilkit.profiles.profile import Connection, Profile
from distilkit.profiles.secrets import Secret
from distilkit.provider.listing import Listing, asking, listed, pages

OPENAI = {"object": "list", "data": [{"id": "a"}, {"id": "b"}]}


def routed(routes: dict[str, Any]) -> Callable[[web.Request], Any]:
    """Answer `METHOD /path?query` or `/path` by a table: JSON, bytes, or a whole response; 404 for the rest."""

    async def answer(request: web.Request) -> web.StreamResponse:
        for name in (f"{request.method} {request.raw_path}", request.raw_path, request.path):
            if name in routes:
                said = routes[name]
                if callable(said):
                    said = said(request, await request.read())
                return said if isinstance(said, web.Response) else web.json_response(said)
        return web.json_response({"error": {"message": f"no such path {request.path}"}}, status=404)

    return answer


def asked(profile: Profile) -> Listing:
    return asyncio.run(listed(profile))


def names(found: Listing) -> list[str]:
    return [one.model for one in found.models]


def targets(server: Any) -> list[str]:
    return [seen.target for seen in server.seen]


def test_a_list_is_asked_for_once_with_the_key_in_its_header(wire: Any, profile: Any, canary: str) -> None:
    server = wire(routed({"/v1/models": OPENAI}))

    found = asked(profile(base_url=f"{server.url}/v1"))

    assert (names(found), found.trouble) == (["a", "b"], None)
    (seen,) = server.seen
    assert (seen.method, seen.target, seen.body) == ("GET", "/v1/models", b"")
    assert seen.headers["Authorization"] == f"Bearer {canary}"


def test_the_sections_own_headers_go_along(wire: Any, profile: Any) -> None:
    server = wire(routed({"/v1/models": OPENAI}))

    asked(profile(base_url=f"{server.url}/v1", headers={"X-Team": Secret("blue-team-9")}))

    assert server.seen[0].headers["x-team"] == "blue-team-9"


def test_anthropic_is_read_page_after_page(wire: Any, profile: Any, canary: str) -> None:
    first = {"data": [{"id": "c1"}, {"id": "c2"}], "has_more": True, "last_id": "c2"}
    last = {"data": [{"id": "c3"}], "has_more": False, "last_id": "c3"}
    server = wire(routed({"/v1/models?limit=1000": first, "/v1/models?limit=1000&after_id=c2": last}))

    found = asked(profile("anthropic", base_url=server.url))

    assert (names(found), found.trouble) == (["c1", "c2", "c3"], None)
    assert all(seen.headers["x-api-key"] == canary for seen in server.seen)
    assert all("Authorization" not in seen.headers for seen in server.seen)


def test_gemini_is_read_page_after_page_and_no_key_is_in_an_address(wire: Any, profile: Any, canary: str) -> None:
    chat = {"supportedGenerationMethods": ["generateContent"]}
    first = {"models": [{"name": "models/g1", **chat}], "nextPageToken": "t+/="}
    last = {"models": [{"name": "models/g2", **chat}, {"name": "models/e", "supportedGenerationMethods": ["embed"]}]}
    server = wire(
        routed({"/v1beta/models": lambda request, _: last if request.query.get("pageToken") == "t+/=" else first})
    )

    found = asked(profile("gemini", base_url=server.url))

    assert names(found) == ["g1", "g2"]
    assert all(seen.headers["x-goog-api-key"] == canary for seen in server.seen)
    assert not any(canary in target for target in targets(server))


def test_cohere_is_read_page_after_page(wire: Any, profile: Any) -> None:
    base = "/v1/models?endpoint=chat&page_size=1000"
    first = {"models": [{"name": "command-a", "endpoints": ["chat"]}], "next_page_token": "n2"}
    server = wire(routed({base: first, f"{base}&page_token=n2": {"models": [{"name": "command-b"}]}}))

    assert names(asked(profile("cohere_chat", base_url=server.url))) == ["command-a", "command-b"]


def test_a_list_without_end_is_read_so_far_and_says_so(wire: Any, profile: Any) -> None:
    def endless(request: web.Request, _: bytes) -> Any:
        here = int(request.query.get("after_id", "0"))
        return {"data": [{"id": f"c{here}"}], "has_more": True, "last_id": str(here + 1)}

    server = wire(routed({"/v1/models": endless}))

    found = asked(profile("anthropic", base_url=server.url))

    assert len(found.models) == len(server.seen) == pages.MOST_PAGES
    assert found.trouble is not None
    assert "50 pages" in found.trouble.message


def test_a_page_that_names_itself_as_the_next_is_asked_once_more_only(wire: Any, profile: Any) -> None:
    server = wire(routed({"/v1/models": {"data": [{"id": "c"}], "has_more": True, "last_id": "c"}}))

    found = asked(profile("anthropic", base_url=server.url))

    assert (names(found), len(server.seen)) == (["c"], 2)
    assert found.trouble is not None


def test_what_came_before_a_page_failed_is_kept(wire: Any, profile: Any) -> None:
    first = {"data": [{"id": "c1"}], "has_more": True, "last_id": "c1"}
    server = wire(routed({"/v1/models?limit=1000": first}))

    found = asked(profile("anthropic", base_url=server.url))

    assert names(found) == ["c1"]
    assert found.trouble is not None
    assert found.trouble.status == 404


def test_together_gives_a_bare_list(wire: Any, profile: Any) -> None:
    item = {"id": "a/b", "type": "chat", "context_length": 32768, "pricing": {"input": 0.2, "output": 0.6}}
    server = wire(routed({"/v1/models": [item, {"id": "flux", "type": "image"}]}))

    (one,) = asked(profile("together_ai", base_url=f"{server.url}/v1")).models

    assert (one.model, one.context_length, str(one.input_usd_per_million)) == ("a/b", 32768, "0.2")


def test_xai_is_asked_for_its_prices_first(wire: Any, profile: Any) -> None:
    rich = {"models": [{"id": "grok", "prompt_text_token_price": 20000, "completion_text_token_price": 100000}]}
    server = wire(routed({"/v1/language-models": rich}))

    (one,) = asked(profile("xai", base_url=f"{server.url}/v1")).models

    assert (one.model, one.output_usd_per_million) == ("grok", 10)


def test_ollama_is_asked_about_each_model(wire: Any, profile: Any) -> None:
    tags = {"models": [{"name": name, "model": name, "details": {}} for name in ("llama3:latest", "embed:v1", "odd:1")]}

    def show(_: web.Request, body: bytes) -> Any:
        model = json.loads(body)["model"]
        if model == "odd:1":
            return web.Response(status=500, text="no")
        info = {"general.architecture": "llama", "llama.context_length": 131072, "llama.embedding_length": 4096}
        kind = "embedding" if model == "embed:v1" else "completion"
        return {"model_info": info, "capabilities": [kind], "details": {"family": "llama"}}

    server = wire(routed({"GET /api/tags": tags, "POST /api/show": show}))

    found = asked(profile("ollama_chat", base_url=server.url))

    assert [(one.model, one.context_length) for one in found.models] == [("llama3:latest", 131072), ("odd:1", None)]
    assert found.trouble is None


@pytest.mark.parametrize(
    "info", [None, [], {}, {"general.architecture": 4}, {"general.architecture": "x", "x.context_length": "long"}]
)
def test_an_ollama_model_that_says_less_has_an_unknown_context(wire: Any, profile: Any, info: Any) -> None:
    server = wire(routed({"/api/tags": {"models": [{"name": "m:1"}]}, "/api/show": {"model_info": info}}))

    (one,) = asked(profile("ollama_chat", base_url=server.url)).models

    assert one.context_length is None


def test_lm_studio_falls_back_to_what_an_older_one_has(wire: Any, profile: Any) -> None:
    """An unknown path is answered with status 200 and an error there."""
    unknown = {"error": "Unexpected endpoint or method. (GET /api/v0/models)"}
    server = wire(routed({"/api/v0/models": unknown, "/api/v1/models": unknown, "/v1/models": OPENAI}))

    found = asked(profile("lm_studio", base_url=f"{server.url}/v1"))

    assert (names(found), found.trouble) == (["a", "b"], None)


def test_tgi_without_a_list_describes_itself(wire: Any, profile: Any) -> None:
    server = wire(routed({"/info": {"model_id": "bigcode/x", "max_total_tokens": 8192}}))

    (one,) = asked(profile(base_url=f"{server.url}/v1")).models

    assert (one.model, one.context_length) == ("bigcode/x", 8192)


def test_tgi_with_a_list_is_asked_for_its_context(wire: Any, profile: Any) -> None:
    info = {"model_id": "bigcode/x", "max_input_length": 4096}
    server = wire(routed({"/v1/models": {"data": [{"id": "bigcode/x"}]}, "/info": info}))

    (one,) = asked(profile(base_url=f"{server.url}/v1")).models

    assert one.context_length == 4096


def test_the_context_of_another_model_is_nobodys(wire: Any, profile: Any) -> None:
    info = {"model_id": "another", "max_total_tokens": 4096}
    server = wire(routed({"/v1/models": {"data": [{"id": "bigcode/x"}]}, "/info": info}))

    (one,) = asked(profile(base_url=f"{server.url}/v1")).models

    assert one.context_length is None


@pytest.mark.parametrize(("props", "context"), [({"default_generation_settings": {"n_ctx": 4096}}, 4096), ({}, 131072)])
def test_llama_cpp_says_what_a_request_really_has(wire: Any, profile: Any, props: Any, context: int) -> None:
    listed_model = {"id": "m.gguf", "owned_by": "llamacpp", "meta": {"n_ctx_train": 131072}}
    server = wire(routed({"/v1/models": {"data": [listed_model]}, "/props": props}))

    (one,) = asked(profile(base_url=f"{server.url}/v1")).models

    assert one.context_length == context


def test_a_providers_own_host_is_asked_nothing_but_its_list(wire: Any, profile: Any) -> None:
    server = wire(routed({"/v1/models": {"data": [{"id": "only"}]}}))

    asked(profile("openai", base_url=f"{server.url}/v1"))

    assert targets(server) == ["/v1/models"]


@pytest.mark.parametrize(
    ("status", "kind"), [(401, "authentication"), (403, "authentication"), (429, "rate_limit"), (503, "provider_error")]
)
def test_a_refusal_is_a_value_and_nobody_else_is_asked(wire: Any, profile: Any, status: int, kind: str) -> None:
    server = wire({"error": {"message": "no"}}, status=status)

    found = asked(profile(base_url=server.url))

    assert found.trouble is not None
    assert (found.trouble.kind, found.trouble.status, len(server.seen)) == (kind, status, 1)


def test_a_404_is_about_the_address_not_about_a_model(wire: Any, profile: Any) -> None:
    server = wire({"error": {"message": "path /v1/models not found"}}, status=404)

    found = asked(profile("openai", base_url=f"{server.url}/v1"))

    assert found.trouble is not None
    assert found.trouble.kind == "invalid_request"
    assert "base_url" in found.trouble.message


@pytest.mark.parametrize(
    "body", [b"", b"<html>hello</html>", b"[", b"{", b"[1, 2", b'"models"', b"\xff\xfe", b"[" * 10**5]
)
def test_garbage_is_an_error(wire: Any, profile: Any, body: bytes) -> None:
    found = asked(profile("openai", base_url=wire(body).url))

    assert found.models == ()
    assert found.trouble is not None
    assert found.trouble.kind == "provider_error"


@pytest.mark.parametrize("body", [{"hello": "world"}, {"data": {}}, {"error": "no"}])
def test_json_that_is_no_list_is_an_error(wire: Any, profile: Any, body: Any) -> None:
    found = asked(profile("openai", base_url=wire(body).url))

    assert found.trouble is not None
    assert found.trouble.kind == "provider_error"


def test_a_redirect_is_not_followed(wire: Any, profile: Any) -> None:
    elsewhere = wire(OPENAI)
    server = wire(b"", status=307, location=f"{elsewhere.url}/v1/models")

    found = asked(profile(base_url=f"{server.url}/v1"))

    assert elsewhere.seen == []
    assert found.trouble is not None
    assert "redirect" in found.trouble.message


def test_a_list_too_long_to_be_one_is_not_read(wire: Any, profile: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_MOST_BYTES", 10_000)
    server = wire({"data": [{"id": "m" * 100_000}]})

    found = asked(profile("openai", base_url=server.url))

    assert found.trouble is not None
    assert "longer than" in found.trouble.message


def test_a_silent_endpoint_ends_in_time(wire: Any, profile: Any) -> None:
    async def never(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        return web.Response()

    found = asked(profile(base_url=wire(never).url, timeout_s=0.1))

    assert found.trouble is not None
    assert found.trouble.kind == "timeout"
    assert "0.1 s" in found.trouble.message


def test_an_endpoint_that_always_has_one_more_page_ends_in_time(
    wire: Any, profile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.05)
        here = int(request.query.get("after_id", "0"))
        return web.json_response({"data": [{"id": f"c{here}"}], "has_more": True, "last_id": str(here + 1)})

    monkeypatch.setattr(asking, "_LONGEST_IN_ALL_S", 0.2)

    found = asked(profile("anthropic", base_url=wire(slow).url))

    assert found.trouble is not None
    assert found.trouble.kind == "timeout"


def test_nobody_there_is_an_error(wire: Any, profile: Any) -> None:
    server = wire(OPENAI)
    gone = server.url
    server.close()
    server.close = lambda: None

    found = asked(profile(base_url=gone))

    assert found.trouble is not None
    assert found.trouble.kind == "connection"


def test_a_key_that_is_not_set_is_an_error_and_nothing_is_sent(wire: Any, profile: Any) -> None:
    server = wire(OPENAI)

    found = asked(profile(base_url=server.url, api_key=Secret(variables=("DISTILKIT_TEST_NO_KEY",))))

    assert found.trouble is not None
    assert found.trouble.kind == "authentication"
    assert "DISTILKIT_TEST_NO_KEY" in found.trouble.message
    assert server.seen == []


@pytest.mark.parametrize("key", ["line\nbreak", "snow\N{SNOWMAN}man-key"])
def test_a_key_no_header_can_hold_is_an_error(wire: Any, profile: Any, key: str) -> None:
    found = asked(profile(base_url=wire(OPENAI).url, api_key=Secret(key)))

    assert found.trouble is not None
    assert key not in found.trouble.message


def test_a_certificate_that_is_not_there_is_an_error(profile: Any) -> None:
    found = asked(profile(base_url="https://h.test", connection=Connection(ssl_cert_path="/nowhere.pem")))

    assert found.trouble is not None
    assert "/nowhere.pem" in found.trouble.message


def test_clouds_that_sign_are_not_asked(profile: Any) -> None:
    found = asked(profile("bedrock"))

    assert found.trouble is not None
    assert "bedrock" in found.trouble.message


def test_something_odd_within_is_an_error_too(wire: Any, profile: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def odd(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(asking, "endpoint_of", odd)

    found = asked(profile(base_url=wire(OPENAI).url))

    assert found.trouble is not None
    assert (found.trouble.kind, found.trouble.message) == ("unknown", "ZeroDivisionError while listing")


def test_a_key_that_is_repeated_is_in_nothing_that_is_told(
    wire: Any, profile: Any, canary: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    item = {"id": f"m-{canary}", "owned_by": f"Bearer {canary}"}
    server = wire(routed({"/v1/models": {"data": [item]}, "/bare/models": [item]}))
    refusing = wire({"error": {"message": f"bad key {canary}"}}, status=401)

    found = [
        asked(profile(base_url=f"{server.url}/v1")),
        asked(profile(base_url=f"{server.url}/bare")),
        asked(profile(base_url=refusing.url)),
    ]

    assert len(found[0].models) == len(found[1].models) == 1
    assert canary not in repr(found)
    assert canary not in caplog.text
    assert not any(canary in target for target in targets(server))


def test_a_proxy_of_the_environment_is_not_used(wire: Any, profile: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = wire(OPENAI)
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    server = wire(OPENAI)

    asked(profile(base_url=server.url))

    assert (len(proxy.seen), len(server.seen)) == (0, 1)


def test_a_proxy_of_the_profile_is(wire: Any, profile: Any) -> None:
    proxy = wire(OPENAI)
    one = profile(base_url="http://h.invalid/v1")

    found = asked(replace(one, connection=Connection(proxy_http=Secret(proxy.url))))

    assert names(found) == ["a", "b"]
