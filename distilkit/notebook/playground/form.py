"""What is written before sending: profiles to tick, two prompts, parameters. Native controls, each with its name.

Builds them, reads a wish from them and fills one in; sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets as widgets

from distilkit.markup import plain
from distilkit.notebook.playground.offers import Offers
from distilkit.notebook.playground.wish import Wish, params_of, params_text
from distilkit.notebook.style import block, label, named, quiet

_NATURAL = {"description_width": "initial"}
_LINE = {"flex_flow": "row wrap", "align_items": "center", "overflow": "visible", "width": "100%"}
_MANY = 12
_OWN = "profile's own"


def line(*children: Any, **layout: str) -> Any:
    """Return widgets in a line that breaks where the page is narrow."""
    return widgets.Box(children, layout=widgets.Layout(**{**_LINE, **layout}))


class Form:
    """The fields of one playground.

    Args:
        offers: who can be asked.

    Attributes:
        prompt: the field of the prompt.
        system: the field of the system message.
        lines: what stands on the page, from top to bottom.
    """

    def __init__(self, offers: Offers) -> None:
        self._targets = dict(offers.targets)
        self._changed: Callable[[Any], None] | None = None
        self._boxes = {name: _checkbox(name, ticked=name in offers.ticked) for name in self._targets}
        self._title = widgets.HTML("Profiles", layout=widgets.Layout(margin="2px 8px 2px 2px"))
        many = {"max_height": "9.5em", "overflow": "auto"} if len(self._boxes) > _MANY else {}
        self._profiles = line(*self._boxes.values(), **{"width": "auto", "flex": "1 1 20em", **many})
        self._add = _text("Add a profile", "a name, or provider/model; then Enter", "26em")
        self._add.continuous_update = False
        self._add.observe(self._on_add, names="value")
        self.system = _area("System", "a system message, or nothing", 2)
        self.prompt = _area("Prompt", "what to ask", 5)
        self._temperature = _text("Temperature", _OWN, "15em")
        self._max_tokens = _text("Max tokens", _OWN, "15em")
        self._more = _text("More parameters", "top_p=0.9, seed=1", "24em")
        self._fresh = _box(
            "Ask again what is stored, and pay for it", "a stored answer is not served, but asked for anew"
        )
        settings = line(self._temperature, self._max_tokens, self._more, self._fresh)
        note = [widgets.HTML(block("playground-note", quiet(offers.note)))] if offers.note else []
        self.lines = [
            line(self._title, self._profiles, align_items="flex-start"),
            *note,
            line(self._add),
            self.system,
            self.prompt,
            settings,
        ]

    def wish(self) -> Wish:
        """Return what the fields ask for.

        Raises:
            InputError: a field is empty that must not be, or holds what it cannot; the text names it.
        """
        return Wish(
            prompt=self.prompt.value,
            system=self.system.value if self.system.value.strip() else None,
            params=params_of(self._temperature.value, self._max_tokens.value, self._more.value),
            targets={name: self._targets[name] for name, box in self._boxes.items() if box.value},
            fresh=self._fresh.value,
        )

    def fill(self, wish: Wish) -> None:
        """Write a wish into the fields."""
        self.prompt.value, self.system.value = wish.prompt, wish.system or ""
        self._temperature.value = _typed(wish.params.get("temperature"))
        self._max_tokens.value = _typed(wish.params.get("max_tokens"))
        self._more.value = params_text(wish.params, but=("temperature", "max_tokens"))
        for name, box in self._boxes.items():
            box.value = name in wish.targets

    def watch(self, changed: Callable[[Any], None]) -> None:
        """Call this whenever a field has changed."""
        self._changed = changed
        for control in self._each():
            control.observe(changed, names="value")

    def _each(self) -> Iterator[Any]:
        yield from (self.system, self.prompt, self._temperature, self._max_tokens, self._more, self._fresh)
        yield from self._boxes.values()

    def _on_add(self, change: Any) -> None:
        name = change["new"].strip()
        if not name:
            return
        if name not in self._boxes:
            self._targets[name] = name
            self._boxes[name] = _checkbox(name, ticked=False)
            if self._changed is not None:
                self._boxes[name].observe(self._changed, names="value")
            self._profiles.children = tuple(self._boxes.values())
        self._boxes[name].value = True
        self._add.value = ""


def _typed(value: Any) -> str:
    return "" if value is None else str(value)


def _area(description: str, placeholder: str, rows: int) -> Any:
    return widgets.Textarea(
        description=description,
        placeholder=placeholder,
        rows=rows,
        style={"description_width": "4.1em"},
        layout=widgets.Layout(width="calc(100% - 8px)", max_width="70em"),
    )


def _text(description: str, placeholder: str, width: str) -> Any:
    layout = widgets.Layout(width=width, max_width="calc(100% - 16px)", margin="2px 14px 2px 2px")
    return widgets.Text(description=description, placeholder=placeholder, style=_NATURAL, layout=layout)


def _box(description: str, tooltip: str, *, ticked: bool = False) -> Any:
    layout = widgets.Layout(width="auto", max_width="24em", margin="2px 14px 2px 2px")
    return widgets.Checkbox(value=ticked, description=description, tooltip=tooltip, indent=False, layout=layout)


def _checkbox(name: str, *, ticked: bool) -> Any:
    box = _box("", plain(named(name)), ticked=ticked)
    box.description_allow_html = True
    box.description = label(name)
    return box
