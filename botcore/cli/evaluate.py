"""`botcore eval`: measure what the bot understands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from botcore.app.minds import load_embedder
from botcore.cli.common import Place, out, print_json
from botcore.cli.eval_help import KNOWLEDGE, TRANSLATION, TUTORING
from botcore.cli.knowledge import Json
from botcore.evaluation.intents import evaluate_files, render_text

eval_app = App(name="eval", help="Measure what the bot understands.")
eval_app.command("botcore.cli.eval_knowledge:knowledge", help=KNOWLEDGE)
eval_app.command("botcore.cli.eval_plugins:translation", help=TRANSLATION)
eval_app.command("botcore.cli.eval_plugins:tutoring", help=TUTORING)

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
