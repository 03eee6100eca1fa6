"""The page around the sections: HTML5 in one file, with its look, without a script and without an address outside.

Knows sections; knows nothing of what is in them.
"""

from __future__ import annotations

from collections.abc import Sequence

from distilkit.markup import escape
from distilkit.notebook.report.wishes import Section
from distilkit.plot.pictures import DARK_PAPER, LIGHT_PAPER

# Beside there being no script, no browser would run or fetch one.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

_LOOK = f"""
:root {{ color-scheme: light dark; --ink: #1d2024; --soft: #5b6168; --line: #d9dce0; --paper: {LIGHT_PAPER};
  --raised: #f5f6f8; --link: #0b5cad; --good: #1b6e3c; --open: #8a5a00; --bad: #a3271b; }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }}
main, header, nav, footer {{ max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }}
header {{ padding-top: 2.5rem; }}
h1 {{ font-size: 1.9rem; line-height: 1.2; margin: 0 0 .25rem; }}
h2 {{ font-size: 1.3rem; margin: 2.75rem 0 .75rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }}
h3 {{ font-size: 1.02rem; margin: 1.75rem 0 .5rem; }}
p {{ margin: .5rem 0; max-width: 46rem; }}
a {{ color: var(--link); }}
nav ul {{ display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; list-style: none; padding: 0; margin: 1rem 0 0; }}
.soft, .how, small, caption, .unknown, footer {{ color: var(--soft); }}
.how {{ font-size: .85rem; max-width: 52rem; }}
.decision {{ background: var(--raised); border: 1px solid var(--line); border-left: .35rem solid var(--tone);
  border-radius: .4rem; padding: 1rem 1.25rem; margin: 1rem 0; }}
.decision p {{ font-size: 1.05rem; max-width: 52rem; }}
.accept {{ --tone: var(--good); }} .inconclusive {{ --tone: var(--open); }} .none {{ --tone: var(--bad); }}
.badge {{ display: inline-block; border: 1px solid var(--tone); color: var(--tone); border-radius: 1rem;
  padding: 0 .65rem; font-size: .85rem; font-weight: 600; }}
.pick {{ font-size: 1.35rem; font-weight: 650; margin: .35rem 0 0; }}
.figures {{ display: flex; flex-wrap: wrap; gap: .5rem 2.25rem; margin: .75rem 0 .25rem; padding: 0; }}
.figures div {{ display: flex; flex-direction: column-reverse; }}
.figures dt {{ font-size: .82rem; color: var(--soft); }}
.figures dd {{ margin: 0; font-size: 1.15rem; font-weight: 600; font-variant-numeric: tabular-nums; }}
.scroll {{ overflow-x: auto; margin: .75rem 0 .25rem; }}
table {{ border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; min-width: 100%; }}
caption {{ text-align: left; font-size: .85rem; padding-bottom: .35rem; }}
th, td {{ padding: .38rem .7rem; text-align: right; vertical-align: top; border-bottom: 1px solid var(--line);
  white-space: nowrap; }}
thead th {{ color: var(--soft); font-weight: 600; vertical-align: bottom; border-bottom-width: 2px; }}
th:first-child, .text {{ text-align: left; }}
td.long {{ white-space: normal; min-width: 16rem; }}
tbody th {{ font-weight: 600; }}
small {{ display: block; font-size: .85em; font-weight: 400; }}
.unknown {{ font-style: italic; }}
figure {{ margin: 1.5rem 0; }}
figure img {{ display: block; max-width: 100%; min-width: 36rem; height: auto; }}
.notes {{ font-size: .85rem; padding-left: 1.2rem; margin: .5rem 0; }}
details {{ border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; padding: .15rem .8rem; }}
summary {{ cursor: pointer; padding: .35rem 0; }}
summary small {{ padding-left: 1.1rem; }}
.answers {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(19rem, 100%), 1fr)); gap: .8rem;
  margin: .6rem 0; }}
.answer {{ background: var(--raised); border-radius: .4rem; padding: .6rem .8rem; min-width: 0; }}
.answer h4 {{ margin: 0; font-size: .92rem; }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0; font: .85rem/1.5 ui-monospace, Menlo, Consolas,
  "DejaVu Sans Mono", monospace; max-height: 30rem; overflow-y: auto; }}
footer {{ font-size: .82rem; margin-top: 3rem; padding-bottom: 3rem; }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ --ink: #e6e6e6; --soft: #a2a8b0; --line: #3a3d42;
  --paper: {DARK_PAPER}; --raised: #202327; --link: #7db7f0; --good: #6cc58f; --open: #e0b050; --bad: #f0857a; }} }}
@media print {{ body {{ font-size: 10.5pt; }} nav {{ display: none; }} h2, h3 {{ break-after: avoid; }}
  figure, tr, .decision {{ break-inside: avoid; }} .scroll {{ overflow: visible; }} table {{ font-size: 7.5pt; }}
  th, td {{ padding: .2rem .3rem; white-space: normal; }} figure img {{ min-width: 0; }} pre {{ max-height: none; }}
  details::details-content {{ content-visibility: visible; block-size: auto; }} }}
"""


def page(title: str, subtitle: str, sections: Sequence[Section], versions: str) -> str:
    """Return the whole page.

    Args:
        title: of the report.
        subtitle: what was compared, in a line.
        sections: the parts, in order.
        versions: what made it, in a line.
    """
    links = "".join(f'<li><a href="#{each.anchor}">{escape(each.title)}</a></li>' for each in sections)
    body = "\n".join(_section(each) for each in sections)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>{_LOOK}</style>\n</head>\n"
        '<body class="distilkit-report mathjax_ignore tex2jax_ignore">\n'
        f'<header>\n<h1>{escape(title)}</h1>\n<p class="soft">{escape(subtitle)}</p>\n</header>\n'
        f'<nav aria-label="Sections"><ul>{links}</ul></nav>\n'
        f"<main>\n{body}\n</main>\n<footer><p>{escape(versions)}</p></footer>\n</body>\n</html>\n"
    )


def _section(section: Section) -> str:
    heading = f'<h2 id="{section.anchor}-title">{escape(section.title)}</h2>'
    return (
        f'<section id="{section.anchor}" aria-labelledby="{section.anchor}-title">\n'
        f"{heading}\n{section.body}\n</section>"
    )
