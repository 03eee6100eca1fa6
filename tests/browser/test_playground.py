"""The playground in a real JupyterLab: without a mouse, stopped in the midst, with hostile answers, and saved."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

WAIT_MS = 60_000
EVIL = '<img src="https://example.com/x.png" onerror="window.ran = true"><script>window.ran = true</script> $x^2$'
# Three models: two that answer, and one that would take a minute.
MODELS = """
from distilkit.notebook.playground import playground
from distilkit.profiles import Profile
from distilkit.sim.spec import Dials
def model(name, **dials):
    made = Dials(**{"latency_s": 0.3, "jitter": 0.0, "thinking_tokens": 60, **dials})
    return Profile(name=name, provider="sim", model=name, section="sim", sim=made)
quick, thinker = model("quick"), model("thinker", thinking="reasoning_content")
slow = model("slow", latency_s=60.0, verbosity=9.0)
"""
# A server that says what no model should.
HOSTILE = f"""
import json, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from distilkit.profiles import Secret
EVIL = {EVIL!r}
class Says(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for delta in ({{"reasoning_content": EVIL}}, {{"content": EVIL}}, {{}}):
            finish = None if delta else "stop"
            event = {{"choices": [{{"index": 0, "delta": delta, "finish_reason": finish}}]}}
            self.wfile.write(b"data: " + json.dumps(event).encode() + b"\\n\\n")
        self.wfile.write(b"data: [DONE]\\n\\n")
    def log_message(self, *_):
        pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Says)
threading.Thread(target=server.serve_forever, daemon=True).start()
evil = Profile(name=EVIL, provider="custom_openai", model="m", section="evil", api_key=Secret("canary-key-1"),
               base_url=f"http://127.0.0.1:{{server.server_port}}")
"""


def opened(notebook: Any, name: str, *sources: str) -> Any:
    """Run a notebook of these cells, and return the playground in it."""
    notebook.run(name, *sources)
    shown = notebook.page.locator(".distilkit-playground")
    shown.wait_for(timeout=WAIT_MS)
    return shown


def status(shown: Any, words: str) -> None:
    """Wait until the line that is read aloud says this."""
    shown.get_by_role("status").filter(has_text=re.compile(words)).wait_for(timeout=WAIT_MS)


def test_a_prompt_is_written_estimated_sent_and_read_without_a_mouse(notebook: Any, artifacts: Path) -> None:
    shown = opened(notebook, "keys.ipynb", MODELS, "p = playground(store='store', profiles=[quick, thinker, slow])\np")
    keyboard = notebook.page.keyboard

    shown.get_by_label("slow", exact=True).focus()
    keyboard.press("Space")
    shown.get_by_label("Prompt", exact=True).focus()
    keyboard.type("How many minutes are 3 hours?")
    shown.get_by_label("Max tokens").focus()
    keyboard.type("300")
    shown.locator(".distilkit-playground-estimate", has_text="2 requests").wait_for(timeout=WAIT_MS)
    shown.get_by_role("button", name="Send").focus()
    keyboard.press("Enter")
    status(shown, "Round 1: 2 answered")
    fold = shown.locator(".distilkit-playground-answer summary").first
    fold.focus()
    keyboard.press("Enter")

    assert shown.locator(".distilkit-playground-answer details").first.evaluate("fold => fold.open")
    heads = shown.locator(".distilkit-playground-head").all_inner_texts()
    assert [head.split("\n")[0] for head in heads] == ["quick", "thinker"]
    chosen = shown.get_by_label("History").evaluate("list => list.selectedOptions[0].text")
    assert " ".join(chosen.split()) == "1 · How many minutes are 3 hours?"
    assert shown.get_by_role("button", name="Send").is_enabled()
    notebook.page.screenshot(path=artifacts / "playground_light.png")
    notebook.theme("JupyterLab Dark")
    notebook.page.set_viewport_size({"width": 700, "height": 1400})
    notebook.page.screenshot(path=artifacts / "playground_dark_narrow.png")
    room = shown.bounding_box()
    inside = [card.bounding_box() for card in shown.locator(".distilkit-playground-head").all()]
    assert all(card["x"] + card["width"] <= room["x"] + room["width"] + 1 for card in inside)


def test_stop_works_while_answers_come_and_the_cell_is_free_meanwhile(notebook: Any, artifacts: Path) -> None:
    cells = (MODELS, "p = playground(store='store', profiles=[quick, slow])\np.send('Hello')\np")
    shown = opened(notebook, "stop.ipynb", *cells)

    status(shown, "1 of 2 profiles still answering, 1 answered")
    shown.get_by_text("answering…").wait_for(timeout=WAIT_MS)
    shown.get_by_role("button", name="Stop").click()
    status(shown, "Round 1: 1 answered, 1 stopped")

    assert "What had come is kept" in shown.inner_text()
    assert shown.get_by_role("button", name="Stop").is_disabled()
    notebook.page.screenshot(path=artifacts / "playground_stopped.png")


def test_what_a_model_says_is_neither_run_nor_fetched_nor_typeset(notebook: Any) -> None:
    last = "p = playground(store='store', profiles=[evil])\np.send(EVIL, system=EVIL)\np"
    shown = opened(notebook, "evil.ipynb", MODELS, HOSTILE, last)

    status(shown, "Round 1: 1 answered")

    assert EVIL in shown.locator(".distilkit-playground-answer").last.inner_text()
    assert shown.locator("img, script, mjx-container").count() == 0
    assert notebook.page.evaluate("() => window.ran") is None


def test_a_saved_notebook_holds_the_rounds_as_a_table_also_those_after_the_cell_had_ended(notebook: Any) -> None:
    shown = opened(notebook, "kept.ipynb", MODELS, "p = playground(store='store', profiles=[quick])\np")
    shown.get_by_label("Prompt", exact=True).fill("What is left of this?")
    shown.get_by_role("button", name="Send").click()
    status(shown, "Round 1: 1 answered")
    table = notebook.page.locator(".distilkit-playground-static table")
    assert not table.is_visible()

    outputs = notebook.cells[-1]["outputs"]
    notebook.write("theirs.ipynb", "p", outputs=outputs)
    notebook.show("theirs.ipynb")
    table.wait_for(timeout=WAIT_MS)

    assert "What is left of this?" in table.inner_text()
    assert "quick" in table.inner_text()
    assert "canary" not in json.dumps(outputs)
