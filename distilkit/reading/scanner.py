"""Splits a text into thinking and answer, in chunks as they come, in one pass.

Every character is looked at twice at most: once, and once more where what looked like code turns out to be none. Knows
tags, code and blocks; knows nothing of providers or messages.
"""

from __future__ import annotations

from typing import Final, Literal

from distilkit.profiles.profile import ThinkingRules
from distilkit.reading import codespans
from distilkit.reading.codespans import CodeSpans
from distilkit.reading.pieces import Piece, Sink
from distilkit.reading.source import Source
from distilkit.reading.tags import ANY, HARMONY, STARTS, UNFINISHED, Role, Tag, Unfinished, tag_at

SplitKind = Literal["raw", "truncated", "absent"]

DEFAULT_RULES: Final = ThinkingRules()

# A state has not enough text to go on.
_WAIT = -1


class Splitter:
    """Splits a stream. Feed it every chunk, then close it; the pieces, joined, are what `split` gives for the whole.

    A piece is handed out as soon as no later text can change it.

    >>> splitter = Splitter()
    >>> splitter.feed("<think>Two and two is fo"), splitter.feed("ur.</thi"), splitter.feed("nk> It is 4.")
    ([Piece(channel='thinking', text='Two and two is fo')], [Piece(channel='thinking', text='ur.')], \
[Piece(channel='content', text='It is 4.')])
    >>> splitter.close(), splitter.kind
    ([], 'raw')
    """

    def __init__(self, rules: ThinkingRules = DEFAULT_RULES) -> None:
        self._rules = rules
        self._sink = Sink()
        self._code = CodeSpans()
        self._rest = ""  # the start of what may become a tag
        self._held: list[str] | None = None  # text since a tag in what may turn out not to be code
        self._state: Literal["lead", "thinking", "answer", "content", "rest"] = "lead"
        self._family = ""
        self._depth = 0
        self._implicit = rules.missing_opening_tag
        self._closed = False

    @property
    def kind(self) -> SplitKind:
        """What was found so far: `truncated` while a block is open, `absent` while there was no thinking."""
        if self._state == "thinking":
            return "truncated"
        return "raw" if self._sink.thought else "absent"

    def feed(self, chunk: str) -> list[Piece]:
        """Take the next part of the text and return what is decided.

        Raises:
            ValueError: after `close`.
        """
        if self._closed:
            raise ValueError("this splitter is closed; make a new one for a new text")
        self._rest = self._run(Source(self._rest + chunk if self._rest else chunk))
        return self._sink.take()

    def close(self) -> list[Piece]:
        """Take the end of the text and return what was held back."""
        self._closed = True
        self._run(Source(self._rest, final=True))
        self._rest = ""
        if self._code.settle(""):
            self._release()
        if self._held is not None:
            # A fence open at the end of an answer was cut short and is code. One in a block of thinking was forgotten:
            # the block did close, or there would be no answer.
            if self._state == "content" and self._code.in_fence_at_end():
                self._release()
            else:
                self._read_again()
        self._sink.finish(answer_closed=self._sink.wrapped and self._state != "answer")
        return self._sink.take()

    def _run(self, source: Source) -> str:
        at, size = 0, len(source.text)
        while at < size:
            after = self._step(source, at)
            if after == _WAIT:
                return source.text[at:]
            at = after
        return ""

    def _step(self, source: Source, at: int) -> int:
        if self._state == "lead":
            return self._lead(source, at)
        if self._state == "rest":
            self._sink.content(source.text[at:])
            return len(source.text)
        return self._body(source, at)

    def _lead(self, source: Source, at: int) -> int:
        """Read what stands before the answer: whitespace and tags."""
        text = source.text
        if text[at].isspace():
            end = at + 1
            while end < len(text) and text[end].isspace():
                end += 1
            self._sink.space(text[at:end])
            return end
        tag = tag_at(text, at) if text[at] in STARTS else None
        if tag is UNFINISHED and not source.final:
            return _WAIT
        if isinstance(tag, Tag) and self._leads(tag):
            return tag.end
        if self._implicit:
            self._begin(ANY)
        else:
            self._enter("content" if self._rules.anywhere else "rest")
        return at

    def _leads(self, tag: Tag) -> bool:
        """Take a tag before the answer; False where it is a part of the answer."""
        if tag.role is Role.OPEN:
            self._begin(tag.family)
        elif tag.role is Role.ANSWER:
            self._begin_answer(tag.family)
        elif tag.role is Role.EMPTY or (tag.role is Role.CLOSE and self._implicit):
            self._sink.tag()
        else:
            return False
        self._implicit = False
        return True

    def _body(self, source: Source, at: int) -> int:
        """Read inside a block, or where one may start anywhere."""
        text, char = source.text, source.text[at]
        if self._code.run and self._code.settle(char):
            self._release()
        end = source.next(self._marks(source), at)
        if end > at:
            return self._pass(text, at, end)
        if char in codespans.MARKS:
            return self._pass_marks(text, at)
        if char == "\n":
            self._emit(char)
            if self._code.end_line() and self._held is not None:
                self._read_again()
            return at + 1
        tag = tag_at(text, at)
        if tag is UNFINISHED and not source.final:
            return _WAIT
        return self._pass_tag(text, at, tag)

    def _marks(self, source: Source) -> str:
        starts = STARTS if self._state == "content" or self._family == ANY else _START_OF.get(self._family, "<")
        if source.plain:
            return starts
        return starts + (_INLINE_MARKS if self._code.inside == "inline" else codespans.MARKS)

    def _pass(self, text: str, at: int, end: int) -> int:
        passed = text[at:end]
        self._code.text(passed)
        self._emit(passed)
        return end

    def _pass_marks(self, text: str, at: int) -> int:
        end = at + 1
        while end < len(text) and text[end] == text[at]:
            end += 1
        self._code.marks(text[at], end - at)
        self._emit(text[at:end])
        return end

    def _pass_tag(self, text: str, at: int, tag: Tag | Unfinished | None) -> int:
        if not isinstance(tag, Tag) or not self._counts(tag):
            return self._pass(text, at, at + 1)
        if self._code.inside:
            if self._held is None:
                self._held = []
            return self._pass(text, at, tag.end)
        self._take(tag, text[at : tag.end])
        return tag.end

    def _counts(self, tag: Tag) -> bool:
        if self._state == "content":
            return tag.role is Role.OPEN
        if self._family not in {tag.family, ANY}:
            return False
        if self._state == "answer":
            return tag.family == HARMONY or tag.role is Role.ANSWER_END
        return tag.role in {Role.OPEN, Role.CLOSE, Role.ANSWER}

    def _take(self, tag: Tag, text: str) -> None:
        if tag.role is Role.ANSWER:
            self._begin_answer(tag.family)
        elif self._state != "thinking" or (tag.role is Role.OPEN and tag.family == HARMONY):
            self._change_message(tag)
        elif self._depth == 1 and tag.role is Role.CLOSE:
            self._enter("lead")
            self._sink.tag()
        else:
            self._depth += 1 if tag.role is Role.OPEN else -1
            self._code.text(text)
            self._sink.thinking(text)

    def _change_message(self, tag: Tag) -> None:
        """Open a block inside an answer or after another harmony message, or end the answer's own tag."""
        if tag.role is Role.OPEN:
            self._begin(tag.family)
        else:
            self._enter("lead")
            self._sink.tag()

    def _begin(self, family: str) -> None:
        self._implicit = False
        self._family, self._depth = family, 1
        self._enter("thinking")
        self._sink.tag()

    def _begin_answer(self, family: str) -> None:
        self._family = family
        self._enter("answer")
        self._sink.tag()
        self._sink.wrapped = True

    def _enter(self, state: Literal["lead", "thinking", "answer", "content", "rest"]) -> None:
        self._state = state
        self._code = CodeSpans()

    def _emit(self, text: str) -> None:
        if self._held is not None:
            self._held.append(text)
        elif self._state == "thinking":
            self._sink.thinking(text)
        else:
            self._sink.content(text)

    def _release(self) -> None:
        """What was held stands in code after all."""
        held, self._held = self._held, None
        if held:
            self._emit("".join(held))

    def _read_again(self) -> None:
        """What was held does not stand in code: read it as text. No tag goes on beyond it."""
        held, self._held = self._held or [], None
        self._code = CodeSpans()
        self._run(Source("".join(held), final=True, plain=True))


_START_OF = {"[THINK]": "[", "◁think▷": "◁"}
_INLINE_MARKS = codespans.MARKS + "\n"
