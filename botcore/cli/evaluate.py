"""`botcore eval`: measure what the bot understands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from botcore.app.minds import load_embedder
from botcore.cli.common import Place, out, print_json
from botcore.cli.knowledge import Json
from botcore.evaluation.intents import evaluate_files, render_text

eval_app = App(name="eval", help="Measure what the bot understands.")

_STORIES = """Tell the bot stories, and compare what it answers with what they expect.

A story is a dialogue in a TOML or Markdown file (see docs/intents.md). All parts of the bot take part, but nothing
is kept, and the language model is the story's. Exit code 1 where an answer was not as expected.
"""
eval_app.command("botcore.cli.stories:stories", name="stories", help=_STORIES)

Rows = Annotated[Path, Parameter(help="One JSON object a line, with `text` and `intent`.")]


@eval_app.command
def intents(
    *,
    train: Rows,
    test: Rows,
    oos: Annotated[Path | None, Parameter(help="Texts that are about none of the intents.")] = None,
    json: Json = False,
    place: Place | None = None,
) -> None:
    """Learn intents from one file, and measure on another how well they are told apart.

    Rows of the training file whose intent is `oos` are examples of what is out of scope.
    """
    settings = (place or Place()).settings()
    report = evaluate_files(train, test, oos, embedder=load_embedder(settings))
    if json:
        print_json(report.as_json())
    else:
        out.print(render_text(report), markup=False)
