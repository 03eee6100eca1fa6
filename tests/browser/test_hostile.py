"""Whatever was said is text in a real browser too: nothing runs, asks, is typeset, or leaves its place on the page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.notebooks import WAIT_MS, WIDE

pytestmark = pytest.mark.browser

PAYLOADS = Path(__file__).resolve().parents[1] / "notebook" / "test_hostile.py"
TEXTS = f"""
import importlib.util
import warnings
import pandas as pd
import distilkit as dk
spec = importlib.util.spec_from_file_location("hostile", {str(PAYLOADS)!r})
hostile = importlib.util.module_from_spec(spec)
spec.loader.exec_module(hostile)
"""
FRAMES = f"""{TEXTS}
from distilkit.notebook.magic.showing import bundle

def said(text, prompt):
    frame = hostile.frame_of(text).iloc[:2, :-1].assign(prompt_id=prompt, profile=["$a$", "<b>b"], right=[True, False])
    return frame.astype({{"right": "boolean"}})

texts = pd.concat([said(text, prompt) for prompt, text in enumerate(hostile.PAYLOADS)], ignore_index=True)
texts.loc[texts.index % 5 == 4, ["error_kind", "error"]] = texts["content"].str[:5000]
whose = pd.array([text[:5000] for text in hostile.PAYLOADS], dtype=hostile.TEXT)
names = pd.concat([said("x", 0).iloc[:1]] * len(whose), ignore_index=True).assign(profile=whose)
# Plots have tests of their own, and take long.
blank = hostile.Picture(media_type="image/png", content=b"x", width=1, height=1)
hostile.images.pictures = lambda _: hostile.Pictures(blank, blank)
warnings.simplefilter("ignore")  # that the answers are of many kinds
taught = dk.distill(texts[texts["content"].str.len() < 5000], verify=["right"], near=None, store="hostile-store")
"""
SHOWN = (
    "dk.view(texts, rows_per_page=200)",
    "from IPython.display import HTML, display\ndisplay(HTML(dk.view(texts)._repr_mimebundle_()['text/html']))",
    "display(bundle(texts, 'df'), raw=True)",
    "dk.report(texts, 'hostile.html', title='<b>$x$', notes='$x$ '.join(hostile.PAYLOADS)[:50_000], examples=50)",
    "dk.view(names)",
    "dk.view(taught)",
    "dk.dataset_card(taught, title='<b>$x$</b> $y$', store='hostile-store')",
    "taught.dk",
    "from IPython.display import Math\nMath('x^2')",
)
# Runs that go on until the file `go` is there, and a server that says the worst to anybody.
LIVE = f"""{TEXTS}
import asyncio, http.server, json, pathlib, tempfile, threading
from distilkit.calls import Record
from distilkit.profiles import Profile, Secret
names = list(dict.fromkeys(text[:300] for text in hostile.PAYLOADS))
said = "\\n\\n".join(text[:300] for text in hostile.PAYLOADS).encode("utf-8", "replace").decode()

def profile(name):
    return Profile(name=name, provider="own", model=f"m{{names.index(name)}}", section=name, max_concurrency=1)

async def send(call):
    while call.prompt == "last" and not pathlib.Path("go").exists():
        await asyncio.sleep(0.1)
    choice = dict(index=0, message=dict(role="assistant", content=said), finish_reason="stop")
    return Record(provider="own", raw=dict(model="m", choices=[choice], usage={{}}), latency_s=0.1)

class Says(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for delta in (dict(reasoning_content=said), dict(content=said), {{}}):
            event = dict(choices=[dict(index=0, delta=delta, finish_reason=None if delta else "stop")])
            self.wfile.write(b"data: " + json.dumps(event).encode() + b"\\n\\n")
        self.wfile.write(b"data: [DONE]\\n\\n")
    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Says)
threading.Thread(target=server.serve_forever, daemon=True).start()
own = dict(provider="custom_openai", model="m", section="evil", api_key=Secret("canary-key-1"),
           base_url=f"http://127.0.0.1:{{server.server_port}}")
asked = dict(send=send, store=tempfile.mkdtemp())
"""
RUNNING = (
    "from IPython.display import Math\nMath('x^2')",
    "run = dk.start(['first', 'last'], [profile(name) for name in names[::2]], **asked)",
    "evil = [Profile(name=name, **own) for name in names[:80:8]]",
    "play = dk.playground(store=tempfile.mkdtemp(), profiles=evil)\nplay.send(said, system=said)\nplay",
    "df = dk.compare(['first', 'last'], [profile(name) for name in names[1::2]], **asked)",
)
PILED = """() => Array.from(document.querySelectorAll('[class*=distilkit-] *')).filter(each => !each.children.length)
    .filter(each => /[\\u0300-\\u036f]{9}/.test(each.textContent) && each.getClientRects().length)
    .filter(each => getComputedStyle(each).overflowY === 'visible').map(each => each.outerHTML.slice(0, 120))"""
_RUNS = ":is(script, iframe, object, embed, form, base, link, svg, math, mjx-container)"
# A page that Markdown makes is JupyterLab's own, and has no class of ours.
RUNS = f"[class*=distilkit] {_RUNS}, .jp-RenderedMarkdown {_RUNS}, .jp-RenderedMarkdown :is(img, a:not([href^='#']))"
UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@pytest.fixture
def watched(page: Any) -> Iterator[Any]:
    """A tab in which a call of `alert` is seen, and a dialog by any other way too."""
    asked: list[str] = []
    page.add_init_script("window.alert = () => { window.ran = true; }")
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    yield page
    assert asked == []
    assert [page.evaluate("() => window.ran"), page.url[:11]] in ([None, "http://127."], [None, "file:///tmp"])


def check(page: Any) -> None:
    assert page.evaluate("() => window.ran") is None
    assert page.locator(RUNS).count() == 0
    assert page.evaluate(WIDE) == []
    assert page.evaluate(PILED) == []


def outputs(cells: list[Any], kind: str) -> list[Any]:
    return [out for cell in cells for out in cell["outputs"] if out["output_type"] == kind]


def test_a_notebook_full_of_it_shows_text_and_a_report_of_it_too(watched: Any, notebook: Any, artifacts: Path) -> None:
    cells = notebook.run("hostile.ipynb", FRAMES, *SHOWN)
    assert [*outputs(cells, "error"), *outputs(cells, "stream")] == []
    watched.locator(".distilkit-view").nth(2).wait_for(timeout=WAIT_MS)
    # Formulas are typeset on this page, so that it means something that ours are not.
    watched.locator("mjx-container").first.wait_for(timeout=WAIT_MS)

    assert watched.locator(".distilkit-view, .distilkit-view-static, .distilkit-compare").count() >= 5
    assert watched.locator("mjx-container").count() == 1
    card = watched.locator(".jp-RenderedMarkdown")
    assert "<img src=x onerror=alert(1)>" in card.inner_text()
    check(watched)
    live = watched.locator(".distilkit-view").first
    assert live.get_by_text("<img src=x onerror=alert(1)>", exact=True).count() > 1
    watched.screenshot(path=artifacts / "hostile.png")
    card.locator("h1").scroll_into_view_if_needed()
    watched.screenshot(path=artifacts / "hostile_card.png")

    live.get_by_role("button", name="Rate", exact=True).click()
    live.get_by_label("Rate by keys").wait_for(timeout=WAIT_MS)
    check(watched)

    notebook.save()
    for address in (notebook.lab.served("hostile.html"), (notebook.lab.folder / "hostile.html").as_uri()):
        watched.goto(address)
        check(watched)
    for fold in watched.locator("main > section > details > summary").all()[:60:10]:
        fold.click()
    check(watched)
    watched.screenshot(path=artifacts / "hostile_report.png")


def test_runs_and_a_playground_with_such_names_show_text_while_they_go_on(
    watched: Any, notebook: Any, artifacts: Path
) -> None:
    notebook.write("live.ipynb", LIVE, *RUNNING)
    notebook.open("live.ipynb")
    watched.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
    watched.locator(".distilkit-run .distilkit-progress").wait_for(timeout=WAIT_MS)
    watched.locator(".jp-OutputArea-output > .distilkit-progress").wait_for(timeout=WAIT_MS)
    play = watched.locator(".distilkit-playground")
    play.get_by_role("status").filter(has_text="10 answered").wait_for(timeout=WAIT_MS)
    watched.locator("mjx-container").first.wait_for(timeout=WAIT_MS)

    for bar in ("<svg/onload=alert(1)>", "<img src=x onerror=alert(1)>"):
        assert watched.get_by_role("progressbar", name=bar, exact=True).count() > 0
    assert play.get_by_label("<script>alert(1)</script>", exact=True).count() > 0
    assert watched.locator("mjx-container").count() == 1
    check(watched)
    watched.screenshot(path=artifacts / "hostile_live.png")

    (notebook.lab.folder / "go").touch()
    watched.get_by_text(re.compile(r"^Run finished")).wait_for(timeout=WAIT_MS)
    watched.get_by_text(re.compile(r"^distilkit: .* rows")).wait_for(timeout=WAIT_MS)
    watched.locator(".distilkit-progress").first.wait_for(state="detached", timeout=WAIT_MS)
    check(watched)
    assert [*outputs(notebook.cells, "error"), *outputs(notebook.cells, "stream")] == []
    left = [out["data"] for cell in notebook.cells for out in cell["outputs"] if "data" in out]
    texts = ["".join(text) for data in left for media, text in data.items() if media == "text/plain"]
    assert not UNPRINTABLE.search("".join(texts)), json.dumps(texts)
