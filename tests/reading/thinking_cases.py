"""Labelled texts: what a model wrote, and what of it is answer and what is thinking.

One row a case: name, text, content, thinking, kind. Grouped by family; a family shares its rules.
"""

from __future__ import annotations

from typing import NamedTuple

from distilkit.profiles.profile import ThinkingRules

DEFAULT = ThinkingRules()
ANYWHERE = ThinkingRules(anywhere=True)
NO_OPENING = ThinkingRules(missing_opening_tag=True)
BOTH = ThinkingRules(anywhere=True, missing_opening_tag=True)

RAW, CUT, NONE = "raw", "truncated", "absent"

Row = tuple[str, str, str, str | None, str]


class Case(NamedTuple):
    """One labelled text."""

    id: str
    text: str
    rules: ThinkingRules
    content: str
    thinking: str | None
    kind: str


def family(name: str, rules: ThinkingRules, rows: list[Row]) -> list[Case]:
    return [Case(f"{name}: {row[0]}", row[1], rules, *row[2:]) for row in rows]


NO_THINKING = family(
    "no thinking",
    DEFAULT,
    [
        ("empty", "", "", None, NONE),
        ("word", "42", "42", None, NONE),
        ("spaces kept", "  42 \n", "  42 \n", None, NONE),
        ("only whitespace", " \n\t", " \n\t", None, NONE),
        ("unicode", "Überraschung 🦉", "Überraschung 🦉", None, NONE),
        ("lone surrogate", "a\ud800b", "a\ud800b", None, NONE),
        ("null character", "a\x00b", "a\x00b", None, NONE),
        ("windows line ends", "a\r\nb\r\n", "a\r\nb\r\n", None, NONE),
        ("less-than", "<3 is a heart", "<3 is a heart", None, NONE),
        ("html answer", "<p>Yes</p>", "<p>Yes</p>", None, NONE),
        ("xml answer", "<answer>4</answer>", "<answer>4</answer>", None, NONE),
        ("other word in a tag", "<thinker>a</thinker>b", "<thinker>a</thinker>b", None, NONE),
        ("longer word in a tag", "<thoughtfulness>a", "<thoughtfulness>a", None, NONE),
        ("path in angles", "<thought/process>a", "<thought/process>a", None, NONE),
        ("entity", "&lt;think&gt;a&lt;/think&gt;b", "&lt;think&gt;a&lt;/think&gt;b", None, NONE),
        ("bare word", "think a /think b", "think a /think b", None, NONE),
        ("list in brackets", "[1, 2, 3]", "[1, 2, 3]", None, NONE),
        ("footnote", "[THINKING] is a word", "[THINKING] is a word", None, NONE),
        ("prose in brackets", "[Think] about it", "[Think] about it", None, NONE),
        ("unknown special token", "<|im_start|>a", "<|im_start|>a", None, NONE),
        ("diamond", "◁ left", "◁ left", None, NONE),
        ("tag over two lines", "<think\n>a</think>b", "<think\n>a</think>b", None, NONE),
        ("tag with a tag in it", "<think <b>>a</think>", "<think <b>>a</think>", None, NONE),
        ("attributes without an end", "<think " + "a" * 300 + ">b", "<think " + "a" * 300 + ">b", None, NONE),
        ("space before the name", "< think>a</think>b", "< think>a</think>b", None, NONE),
        ("json", '{"think": "a"}', '{"think": "a"}', None, NONE),
    ],
)

PLAIN_TAGS = family(
    "plain tags",
    DEFAULT,
    [
        ("think", "<think>a</think>b", "b", "a", RAW),
        ("thinking", "<thinking>a</thinking>b", "b", "a", RAW),
        ("thought", "<thought>a</thought>b", "b", "a", RAW),
        ("thoughts", "<thoughts>a</thoughts>b", "b", "a", RAW),
        ("reason", "<reason>a</reason>b", "b", "a", RAW),
        ("reasoning", "<reasoning>a</reasoning>b", "b", "a", RAW),
        ("reflection", "<reflection>a</reflection>b", "b", "a", RAW),
        ("scratchpad", "<scratchpad>a</scratchpad>b", "b", "a", RAW),
        ("seed", "<seed:think>a</seed:think>b", "b", "a", RAW),
        ("upper case", "<THINK>a</THINK>b", "b", "a", RAW),
        ("mixed case", "<Think>a</tHINK>b", "b", "a", RAW),
        ("upper case reasoning", "<REASONING>a</REASONING>b", "b", "a", RAW),
        ("upper case seed", "<Seed:Think>a</SEED:THINK>b", "b", "a", RAW),
        ("several words", "<think>first, then</think>So it is.", "So it is.", "first, then", RAW),
        ("unicode inside", "<think>früh 🦉</think>spät", "spät", "früh 🦉", RAW),
        ("surrogate inside", "<think>\ud800</think>\udfff", "\udfff", "\ud800", RAW),
        ("html in the answer", "<think>a</think><b>c</b>", "<b>c</b>", "a", RAW),
        ("answer tag stays", "<reasoning>a</reasoning><answer>4</answer>", "<answer>4</answer>", "a", RAW),
        ("html in the thinking", "<think><b>a</b></think>c", "c", "<b>a</b>", RAW),
        ("comparison inside", "<think>1 < 2 > 0</think>c", "c", "1 < 2 > 0", RAW),
        ("other tag's end inside", "<think>a</thinking>b</think>c", "c", "a</thinking>b", RAW),
        ("brackets inside", "<think>[THINK]a[/THINK]</think>c", "c", "[THINK]a[/THINK]", RAW),
        ("almost an end inside", "<think>a</ think>b</think>c", "c", "a</ think>b", RAW),
        ("no answer", "<think>a</think>", "", "a", RAW),
        ("answer of whitespace", "<think>a</think>\n\n", "", "a", RAW),
    ],
)

WHITESPACE = family(
    "whitespace",
    DEFAULT,
    [
        ("newlines round both", "<think>\na\n</think>\n\nb", "b", "a", RAW),
        ("newline before", "\n<think>a</think>b", "b", "a", RAW),
        ("spaces before", "   <think>a</think>b", "b", "a", RAW),
        ("no-break space before", "\u00a0<think>a</think>b", "b", "a", RAW),
        ("tabs and returns", "\r\n\t<think>\r\na\r\n</think>\r\nb", "b", "a", RAW),
        ("end of the answer kept", "<think>a</think>b \n", "b \n", "a", RAW),
        ("inner newlines kept", "<think>a\n\nb</think>c\n\nd", "c\n\nd", "a\n\nb", RAW),
        ("indent of the answer's second line kept", "<think>a</think>\nb\n  c", "b\n  c", "a", RAW),
        ("blank before text without tags", "\n\nb", "\n\nb", None, NONE),
        ("blank before what only looks like a tag", "\n<thin", "\n<thin", None, NONE),
    ],
)

EMPTY_BLOCKS = family(
    "empty blocks",
    DEFAULT,
    [
        ("empty", "<think></think>b", "b", None, NONE),
        ("blank", "<think>\n\n</think>\n\nb", "b", None, NONE),
        ("self-closing", "<think/>b", "b", None, NONE),
        ("self-closing with a space", "<think />\nb", "b", None, NONE),
        ("empty, then full", "<think></think><think>a</think>b", "b", "a", RAW),
        ("full, then empty", "<think>a</think><think> </think>b", "b", "a", RAW),
        ("empty brackets", "[THINK][/THINK]b", "b", None, NONE),
    ],
)

ATTRIBUTES = family(
    "attributes",
    DEFAULT,
    [
        ("one", '<think lang="en">a</think>b', "b", "a", RAW),
        ("two", '<think lang="en" depth=3>a</think>b', "b", "a", RAW),
        ("upper case", "<THINKING MODE='deep'>a</THINKING>b", "b", "a", RAW),
        ("space before the end", "<think >a</think >b", "b", "a", RAW),
        ("tab", "<think\tx>a</think>b", "b", "a", RAW),
        ("slash in a value", '<think src="a/b">a</think>b', "b", "a", RAW),
        ("up to the limit", "<think " + "x" * 248 + ">a</think>b", "b", "a", RAW),
        ("on an inner tag", '<think>a<think n="2">b</think>c</think>d', "d", 'a<think n="2">b</think>c', RAW),
    ],
)

SEVERAL_BLOCKS = family(
    "several leading blocks",
    DEFAULT,
    [
        ("two", "<think>a</think><think>b</think>c", "c", "a\n\nb", RAW),
        ("two, apart", "<think>a</think>\n\n<think>b</think>\nc", "c", "a\n\nb", RAW),
        ("three", "<think>a</think><think>b</think><think>c</think>d", "d", "a\n\nb\n\nc", RAW),
        ("two kinds", "<thinking>a</thinking><reflection>b</reflection>c", "c", "a\n\nb", RAW),
        ("brackets, then angles", "[THINK]a[/THINK]\n<think>b</think>c", "c", "a\n\nb", RAW),
        ("the second is cut", "<think>a</think><think>b", "", "a\n\nb", CUT),
        ("the second is cut in its tag", "<think>a</think><thi", "<thi", "a", RAW),
        ("a later one is the answer's", "<think>a</think>b<think>c</think>", "b<think>c</think>", "a", RAW),
        ("a stray end is the answer's", "<think>a</think></think>b", "</think>b", "a", RAW),
    ],
)

NESTING = family(
    "nesting",
    DEFAULT,
    [
        ("one deep", "<think>a<think>b</think>c</think>d", "d", "a<think>b</think>c", RAW),
        (
            "two deep",
            "<think>a<think>b<think>c</think></think></think>d",
            "d",
            "a<think>b<think>c</think></think>",
            RAW,
        ),
        (
            "two inside",
            "<think><think>a</think><think>b</think></think>c",
            "c",
            "<think>a</think><think>b</think>",
            RAW,
        ),
        ("another kind inside", "<thinking>a<think>b</think>c</thinking>d", "d", "a<think>b</think>c", RAW),
        ("another kind, open inside", "<thinking>a<think>b</thinking>c", "c", "a<think>b", RAW),
        ("the outer one is cut", "<think>a<think>b</think>c", "", "a<think>b</think>c", CUT),
        ("brackets", "[THINK]a[THINK]b[/THINK]c[/THINK]d", "d", "a[THINK]b[/THINK]c", RAW),
        ("self-closing inside", "<think>a<think/>b</think>c", "c", "a<think/>b", RAW),
    ],
)

NOT_LEADING = family(
    "not leading",
    DEFAULT,
    [
        ("in the middle", "a <think>b</think> c", "a <think>b</think> c", None, NONE),
        ("after one letter", "a<think>b</think>", "a<think>b</think>", None, NONE),
        ("at the end", "a\n<think>b</think>", "a\n<think>b</think>", None, NONE),
        ("open in the middle", "a <think>b", "a <think>b", None, NONE),
        ("an end without a start", "a</think>b", "a</think>b", None, NONE),
        ("an end first", "</think>b", "</think>b", None, NONE),
        ("quoted", '"<think>a</think>" is how it writes', '"<think>a</think>" is how it writes', None, NONE),
        ("in a fence", "```\n<think>a</think>\n```", "```\n<think>a</think>\n```", None, NONE),
        ("in inline code", "`<think>a</think>`", "`<think>a</think>`", None, NONE),
        ("in a tilde fence", "~~~\n<think>a</think>\n~~~", "~~~\n<think>a</think>\n~~~", None, NONE),
        ("the end of an answer tag", "<|end_of_solution|>a", "<|end_of_solution|>a", None, NONE),
    ],
)

UNCLOSED = family(
    "unclosed",
    DEFAULT,
    [
        ("some text", "<think>a b", "", "a b", CUT),
        ("nothing after the tag", "<think>", "", None, CUT),
        ("whitespace after the tag", "<think>\n\n", "", None, CUT),
        ("its end is cut after a bracket", "<think>a<", "", "a<", CUT),
        ("its end is cut after a slash", "<think>a</", "", "a</", CUT),
        ("its end is cut in the name", "<think>a</thi", "", "a</thi", CUT),
        ("its end is cut before the last character", "<think>a</think", "", "a</think", CUT),
        ("another kind of end", "<think>a</thought>b", "", "a</thought>b", CUT),
        ("brackets", "[THINK]a", "", "a", CUT),
        ("brackets, end is cut", "[THINK]a[/THI", "", "a[/THI", CUT),
        ("diamonds, end is cut", "◁think▷a◁/thi", "", "a◁/thi", CUT),
        ("special token, end is cut", "<|begin_of_thought|>a<|end_of_th", "", "a<|end_of_th", CUT),
        ("trailing whitespace", "<think>a \n", "", "a", CUT),
        ("end in inline code only", "<think>it ends with `</think>`", "", "it ends with `</think>`", CUT),
        ("its start is cut", "<thin", "<thin", None, NONE),
        ("its start is cut in the attributes", '<think a="b', '<think a="b', None, NONE),
        ("brackets, start is cut", "[THIN", "[THIN", None, NONE),
        ("special token, start is cut", "<|begin_of", "<|begin_of", None, NONE),
    ],
)

CODE_IN_THINKING = family(
    "code in thinking",
    DEFAULT,
    [
        ("end in inline code", "<think>use `</think>` here</think>b", "b", "use `</think>` here", RAW),
        ("end in double inline code", "<think>``a ` </think>``</think>b", "b", "``a ` </think>``", RAW),
        ("start in inline code", "<think>use `<think>` here</think>b", "b", "use `<think>` here", RAW),
        ("pair in inline code", "<think>`<think></think>` x</think>b", "b", "`<think></think>` x", RAW),
        ("end in a fence", "<think>\n```\n</think>\n```\nx</think>b", "b", "```\n</think>\n```\nx", RAW),
        (
            "end in a fence of a language",
            "<think>\n```xml\n</think>\n```\nx</think>b",
            "b",
            "```xml\n</think>\n```\nx",
            RAW,
        ),
        ("end in a tilde fence", "<think>\n~~~\n</think>\n~~~\nx</think>b", "b", "~~~\n</think>\n~~~\nx", RAW),
        (
            "backticks in a longer fence",
            "<think>\n````\n```\n</think>\n````\nx</think>b",
            "b",
            "````\n```\n</think>\n````\nx",
            RAW,
        ),
        ("indented fence", "<think>\n  ```\n  </think>\n  ```\nx</think>b", "b", "```\n  </think>\n  ```\nx", RAW),
        ("a lone backtick is no code", "<think>a ` b</think>c", "c", "a ` b", RAW),
        ("inline code does not cross a line", "<think>a ` b\nc</think>`d", "`d", "a ` b\nc", RAW),
        ("unequal runs are no code", "<think>`a``</think>b", "b", "`a``", RAW),
        ("a forgotten fence ends with the block", "<think>\n```py\nx = 1\n</think>\nb", "b", "```py\nx = 1", RAW),
        (
            "a forgotten fence, and a fence in the answer",
            "<think>\n~~~\nx\n</think>\n```\ny\n```",
            "```\ny\n```",
            "~~~\nx",
            RAW,
        ),
        ("backticks in the middle of a line are no fence", "<think>a ```\nb</think>c", "c", "a ```\nb", RAW),
        ("three backticks closed on their line", "<think>\n```a```\nb</think>c", "c", "```a```\nb", RAW),
        ("tildes are no inline code", "<think>~a</think>~b", "~b", "~a", RAW),
        ("a fence closed, then the end", "<think>\n```\nx\n```\n</think>b", "b", "```\nx\n```", RAW),
    ],
)

OTHER_FORMS = family(
    "other forms",
    DEFAULT,
    [
        ("brackets", "[THINK]a[/THINK]b", "b", "a", RAW),
        ("brackets, several lines", "[THINK]\na\nb\n[/THINK]\n\nc", "c", "a\nb", RAW),
        ("brackets with a list inside", "[THINK]x[1] = [2][/THINK]c", "c", "x[1] = [2]", RAW),
        ("diamonds", "◁think▷a◁/think▷b", "b", "a", RAW),
        ("diamonds, newlines", "◁think▷\na\n◁/think▷\n\nb", "b", "a", RAW),
        ("diamond inside", "◁think▷a ◁ b◁/think▷c", "c", "a ◁ b", RAW),
        (
            "thought and solution",
            _T := "<|begin_of_thought|>a<|end_of_thought|><|begin_of_solution|>b<|end_of_solution|>",
            "b",
            "a",
            RAW,
        ),
        (
            "thought and solution, blank lines",
            "<|begin_of_thought|>\n\na\n\n<|end_of_thought|>\n\n<|begin_of_solution|>\n\nb\n\n<|end_of_solution|>",
            "b",
            "a",
            RAW,
        ),
        ("solution is cut", "<|begin_of_thought|>a<|end_of_thought|><|begin_of_solution|>b ", "b ", "a", RAW),
        (
            "thought without an end, then a solution",
            "<|begin_of_thought|>a<|begin_of_solution|>b<|end_of_solution|>",
            "b",
            "a",
            RAW,
        ),
        ("thought without a solution tag", "<|begin_of_thought|>a<|end_of_thought|>b", "b", "a", RAW),
        ("solution alone", "<|begin_of_solution|>b<|end_of_solution|>", "b", None, NONE),
        ("text after the solution", "<|begin_of_solution|>b\n<|end_of_solution|>c", "b\nc", None, NONE),
        ("think tags, then a solution", "<think>a</think><|begin_of_solution|>b<|end_of_solution|>", "b", "a", RAW),
        ("special tokens", "<|START_THINKING|>a<|END_THINKING|>b", "b", "a", RAW),
        (
            "special tokens, response",
            "<|START_THINKING|>a<|END_THINKING|><|START_RESPONSE|>b<|END_RESPONSE|>",
            "b",
            "a",
            RAW,
        ),
        ("special tokens, lower case", "<|start_thinking|>a<|end_thinking|>b", "b", "a", RAW),
        ("special tokens, cut", "<|START_THINKING|>a", "", "a", CUT),
    ],
)

_ANALYSIS = "<|channel|>analysis<|message|>"
_FINAL = "<|start|>assistant<|channel|>final<|message|>"

HARMONY = family(
    "harmony",
    DEFAULT,
    [
        ("analysis, final", f"{_ANALYSIS}a<|end|>{_FINAL}b", "b", "a", RAW),
        ("with the last token", f"{_ANALYSIS}a<|end|>{_FINAL}b<|return|>", "b", "a", RAW),
        ("ended by end", f"{_ANALYSIS}a<|end|>{_FINAL}b<|end|>", "b", "a", RAW),
        ("from the first token", f"<|start|>assistant{_ANALYSIS}a<|end|>{_FINAL}b", "b", "a", RAW),
        ("no end before the final", f"{_ANALYSIS}a{_FINAL}b", "b", "a", RAW),
        ("final without a role", f"{_ANALYSIS}a<|end|><|channel|>final<|message|>b", "b", "a", RAW),
        ("two analyses", f"{_ANALYSIS}a<|end|><|start|>assistant{_ANALYSIS}b<|end|>{_FINAL}c", "c", "a\n\nb", RAW),
        ("two analyses without ends", f"{_ANALYSIS}a{_ANALYSIS}b{_FINAL}c", "c", "a\n\nb", RAW),
        ("final only", f"{_FINAL}b<|return|>", "b", None, NONE),
        ("no channel", "<|start|>assistant<|message|>b<|end|>", "b", None, NONE),
        ("analysis is cut", f"{_ANALYSIS}a b", "", "a b", CUT),
        ("analysis is cut in its end", f"{_ANALYSIS}a<|en", "", "a<|en", CUT),
        (
            "cut in the final header",
            f"{_ANALYSIS}a<|end|><|start|>assistant<|chan",
            "<|start|>assistant<|chan",
            "a",
            RAW,
        ),
        ("analysis without a final", f"{_ANALYSIS}a<|end|>", "", "a", RAW),
        ("blank lines", f"{_ANALYSIS}\na\n<|end|>\n{_FINAL}\nb\n<|return|>\n", "b", "a", RAW),
        (
            "a tool call is no answer",
            f"{_ANALYSIS}a<|end|><|start|>assistant<|channel|>commentary to=f <|constrain|>json<|message|>{{}}<|call|>",
            "",
            "a\n\n{}",
            RAW,
        ),
        ("constrained final", f"{_ANALYSIS}a<|end|><|channel|>final <|constrain|>json<|message|>{{}}", "{}", "a", RAW),
        ("analysis after the final", f"{_FINAL}b<|end|><|start|>assistant{_ANALYSIS}a<|end|>", "b", "a", RAW),
        ("no message token", "<|channel|>analysis a", "<|channel|>analysis a", None, NONE),
        ("header over two lines", "<|channel|>analysis\n<|message|>a", "<|channel|>analysis\n<|message|>a", None, NONE),
    ],
)

MISSING_OPENING = family(
    "missing opening tag",
    NO_OPENING,
    [
        ("think", "a</think>b", "b", "a", RAW),
        ("blank lines", "a\n</think>\n\nb", "b", "a", RAW),
        ("reasoning", "a</reasoning>b", "b", "a", RAW),
        ("brackets", "a[/THINK]b", "b", "a", RAW),
        ("diamonds", "a◁/think▷b", "b", "a", RAW),
        ("special tokens", "a<|END_THINKING|><|START_RESPONSE|>b<|END_RESPONSE|>", "b", "a", RAW),
        ("a solution ends it", "a<|begin_of_solution|>b<|end_of_solution|>", "b", "a", RAW),
        ("the opening tag is there after all", "<think>a</think>b", "b", "a", RAW),
        ("opening tag after whitespace", "\n<think>\na</think>b", "b", "a", RAW),
        ("never closed", "a b", "", "a b", CUT),
        ("its end is cut", "a</thin", "", "a</thin", CUT),
        ("closed at once", "</think>b", "b", None, NONE),
        ("whitespace, then closed", "\n\n</think>\n\nb", "b", None, NONE),
        ("empty text", "", "", None, NONE),
        ("end in inline code", "say `</think>` then</think>b", "b", "say `</think>` then", RAW),
        ("end in a fence", "```\n</think>\n```\n</think>b", "b", "```\n</think>\n```", RAW),
        ("a second end is the answer's", "a</think>b</think>c", "b</think>c", "a", RAW),
        ("a whole block follows", "a</think><think>b</think>c", "c", "a\n\nb", RAW),
        ("a block inside", "a<think>b</think>c</think>d", "d", "a<think>b</think>c", RAW),
    ],
)

ANYWHERE_BLOCKS = family(
    "anywhere",
    ANYWHERE,
    [
        ("in the middle", "a <think>b</think> c", "a c", "b", RAW),
        ("glued", "a<think>b</think>c", "ac", "b", RAW),
        ("space after only", "a<think>b</think> c", "a c", "b", RAW),
        ("on lines of its own", "a\n\n<think>b</think>\n\nc", "a\n\nc", "b", RAW),
        ("at the end", "a\n<think>b</think>", "a\n", "b", RAW),
        ("leading and later", "<think>a</think>b <think>c</think>d", "b d", "a\n\nc", RAW),
        ("two later", "a <think>b</think> <think>c</think> d", "a d", "b\n\nc", RAW),
        ("cut later", "a <think>b", "a ", "b", CUT),
        ("in inline code", "write `<think>` first", "write `<think>` first", None, NONE),
        ("in double inline code", "write ``<think>`` first", "write ``<think>`` first", None, NONE),
        ("in a fence", "a\n```\n<think>b</think>\n```\nc", "a\n```\n<think>b</think>\n```\nc", None, NONE),
        ("in a leading fence", "```\n<think>b</think>\n```\n", "```\n<think>b</think>\n```\n", None, NONE),
        ("in a fence that is cut", "a\n```\n<think>b</think>\nc", "a\n```\n<think>b</think>\nc", None, NONE),
        ("after a fence", "```\nx\n```\n<think>b</think>c", "```\nx\n```\nc", "b", RAW),
        ("after a lone backtick", "a ` b\n<think>c</think>d", "a ` b\nd", "c", RAW),
        ("on the line of a lone backtick", "a ` <think>c</think>d", "a ` d", "c", RAW),
        ("on the line of a lone backtick, more lines", "a ` <think>c</think>d\ne", "a ` d\ne", "c", RAW),
        ("brackets", "a [THINK]b[/THINK] c", "a c", "b", RAW),
        ("diamonds", "a ◁think▷b◁/think▷ c", "a c", "b", RAW),
        ("a stray end stays", "a</think>b", "a</think>b", None, NONE),
        ("no thinking", " a < b ", " a < b ", None, NONE),
        ("thought and solution after words", f"Sure. {_T}", "Sure. b", "a", RAW),
    ],
)

ANYWHERE_WITHOUT_OPENING = family(
    "anywhere, missing opening tag",
    BOTH,
    [
        ("both", "a</think>b <think>c</think> d", "b d", "a\n\nc", RAW),
        ("the later one is cut", "a</think>b <think>c", "b ", "a\n\nc", CUT),
        ("never closed", "a", "", "a", CUT),
    ],
)

CASES: list[Case] = [
    *NO_THINKING,
    *PLAIN_TAGS,
    *WHITESPACE,
    *EMPTY_BLOCKS,
    *ATTRIBUTES,
    *SEVERAL_BLOCKS,
    *NESTING,
    *NOT_LEADING,
    *UNCLOSED,
    *CODE_IN_THINKING,
    *OTHER_FORMS,
    *HARMONY,
    *MISSING_OPENING,
    *ANYWHERE_BLOCKS,
    *ANYWHERE_WITHOUT_OPENING,
]
