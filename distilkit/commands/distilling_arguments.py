"""The arguments of `distill`, in three groups: whom to ask, what is valid, what is written.

Knows the words of the command line; runs nothing.
"""

from __future__ import annotations

import argparse

from distilkit.commands.asking import _CACHE_HELP
from distilkit.distilling.choosing import CHOICES
from distilkit.distilling.formats import FORMATS
from distilkit.distilling.formats.splits import MARK


def add_asking(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say whom to ask, and how often."""
    asking = parser.add_argument_group("whom to ask, and how often")
    asking.add_argument("--teachers", "-t", help="profiles, separated by commas (default: the file's default)")
    asking.add_argument("--until-valid", type=int, metavar="N", help="ask again, up to N times, until one is valid")
    asking.add_argument(
        "--until", choices=["teacher", "prompt"], default="teacher", help="who has to give a valid answer: each, or one"
    )
    asking.add_argument("--samples", type=int, default=1, help="answers asked for in any case (default: 1)")
    asking.add_argument("--system", help="a system message for every prompt")
    asking.add_argument("--template", help='fills in the columns of the file, e.g. "{question} Think first."')
    asking.add_argument("--param", action="append", default=[], metavar="NAME=VALUE", help="a generation parameter")
    asking.add_argument("--budget", metavar="DOLLARS", help="dollars that all of it may cost")
    asking.add_argument("--cache", choices=["use", "refresh", "only"], default="use", help=_CACHE_HELP)
    asking.add_argument("--config", help="the profile file (default: ./distilkit.yaml and the usual places)")
    asking.add_argument("--store", help="the folder of the store (default: $DISTILKIT_STORE or the user's data folder)")
    asking.add_argument("--name", help="under which the verdicts are kept in the store; also the card's")
    asking.add_argument("--quiet", "-q", action="store_true", help="no progress line")


def add_wishes(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say what is valid, and what is chosen."""
    wishes = parser.add_argument_group("what is valid, and what is chosen")
    wishes.add_argument(
        "--verify",
        action="append",
        default=[],
        metavar="SCORER:COLUMN",
        help="as compare --score, e.g. number:answer; or the name of a column that is there; may be repeated",
    )
    wishes.add_argument(
        "--least", action="append", default=[], metavar="NAME=NUMBER", help="the least score that passes"
    )
    wishes.add_argument(
        "--choose", choices=[*CHOICES, "all"], default="cheapest", help="of the valid (default: cheapest)"
    )
    wishes.add_argument("--best", metavar="COLUMN", help="the score that --choose best goes by")
    wishes.add_argument(
        "--require-thinking", action="store_true", help="an answer without readable thinking is invalid"
    )
    wishes.add_argument(
        "--evaluation",
        action="append",
        default=[],
        metavar="FILE",
        help="texts a student will be tested on (column prompt, question or text); prompts like them are invalid",
    )
    wishes.add_argument(
        "--near", default="95", metavar="PERCENT", help="how alike duplicates are; none: only equal ones"
    )
    wishes.add_argument("--min-tokens", type=int, help="the fewest tokens of an answer")
    wishes.add_argument("--max-tokens", type=int, help="the most tokens of an answer and its thinking")
    wishes.add_argument("--keep-refusals", action="store_true", help="an answer that refuses may be valid")
    wishes.add_argument(
        "--split", metavar="NAME=SHARE,...", help=f"set parts aside; --out then needs {MARK} in its name"
    )


def add_files(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say what is written."""
    files = parser.add_argument_group("what is written")
    files.add_argument(
        "--out", "-o", help=f"the training file: .jsonl, .jsonl.gz or .parquet; {MARK}.jsonl for one a part"
    )
    files.add_argument("--format", choices=FORMATS, default="reasoning_content", help="(default: reasoning_content)")
    files.add_argument("--thinking", choices=["drop", "inline"], help="where the format has no field for it")
    files.add_argument("--metadata", action="store_true", help="say of each example where it comes from")
    files.add_argument("--card", metavar="FILE", help="the data set's card, such as README.md")
    files.add_argument("--title", help="the card's heading")
    files.add_argument("--license", help="what the card is to say, such as cc-by-4.0")
    files.add_argument("--date", help="the day of the card, as 2026-01-31")
    files.add_argument(
        "--save-rows", metavar="FILE", help="write all rows, with their verdicts: .csv, .jsonl, .parquet"
    )
    files.add_argument("--overwrite", action="store_true", help="replace the training file and the card")
