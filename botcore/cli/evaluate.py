"""`botcore eval`: measure what the bot understands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from botcore.app.minds import install_plugins, load_embedder
from botcore.cli.common import Place, harmless, out, print_json
from botcore.cli.eval_help import KNOWLEDGE, TRANSLATION, TUTORING
from botcore.cli.knowledge import Json
from botcore.config import Settings, add_own_examples
from botcore.dispatch.router import Router
from botcore.errors import BotcoreError, ConfigurationError, Fault
from botcore.evaluation.crossing import cross_validate as crossed
from botcore.evaluation.goals import evaluate_goals
from botcore.evaluation.intents import Report, evaluate_files
from botcore.evaluation.page import render_html
from botcore.evaluation.rows import LabelledText, read_rows, rows_of
from botcore.evaluation.slots import evaluate_slots, render_slots
from botcore.evaluation.text import render_text

eval_app = App(name="eval", help="Measure what the bot understands.")
eval_app.command("botcore.cli.eval_knowledge:knowledge", help=KNOWLEDGE)
eval_app.command("botcore.cli.eval_plugins:translation", help=TRANSLATION)
eval_app.command("botcore.cli.eval_plugins:tutoring", help=TUTORING)

_STORIES = """Tell the bot stories, and compare what it answers with what they expect.

A story is a dialogue in a TOML or Markdown file (see docs/intents.md). All parts of the bot take part, but nothing
is kept, and the language model is the story's. Exit code 1 where an answer was not as expected.
"""
eval_app.command("botcore.cli.stories:stories", name="stories", help=_STORIES)

Rows = Annotated[Path | None, Parameter(help="One JSON object a line, with `text` and `intent`.")]


@eval_app.command
def intents(
    *,
    train: Rows = None,
    test: Rows = None,
    oos: Annotated[Path | None, Parameter(help="Texts that are about none of the intents.")] = None,
    cross_validate: Annotated[
        int | None, Parameter(help="Hold each of so many parts of the examples back once, and ask about it.")
    ] = None,
    html: Annotated[Path | None, Parameter(help="Write a page with tables and the confusion matrix.")] = None,
    json: Json = False,
    place: Place | None = None,
) -> None:
    """Learn intents from one file, and measure on another how well they are told apart.

    With --cross-validate the examples are their own test: those of --train, or else those of the bot itself, which
    are of all enabled plugins and of intents.examples_file. Rows of the training file whose intent is `oos` are
    examples of what is out of scope.
    """
    settings = (place or Place()).settings()
    embedder = load_embedder(settings, threads=os.cpu_count() or 1)
    if cross_validate is not None:
        _refuse(test=test, oos=oos)
        rows = read_rows(train) if train else _own_rows(settings)
        report = crossed(rows, cross_validate, embedder=embedder)
    elif train and test:
        report = evaluate_files(train, test, oos, embedder=embedder)
    else:
        problem = "expected --train and --test, or --cross-validate with a number such as 5"
        raise ConfigurationError([Fault("command line", "eval intents", problem)])
    if html:
        _write(html, report)
    if json:
        print_json(report.as_json())
    else:
        out.print(harmless(render_text(report)), markup=False)


@eval_app.command
def slots(
    *,
    train: Annotated[Path, Parameter(help="One JSON object a line, with `text`, `intent` and `bio` tags.")],
    test: Annotated[
        Path, Parameter(help="The same; the intents are given, the tags are what is to be found.")
    ],
    json: Json = False,
) -> None:
    """Measure how well values are found in sentences, by the rules and lists that forms go by."""
    report = evaluate_slots(train, test)
    if json:
        print_json(msgspec.to_builtins(report))
    else:
        out.print(harmless(render_slots(report)), markup=False)


@eval_app.command
def goals(
    *,
    dialogues: Annotated[Path, Parameter(help="Dialogues of the Schema-Guided Dialogue set, one a line.")],
    schema: Annotated[Path, Parameter(help="The services that they are about.")],
) -> None:
    """Measure how well forms follow whole dialogues: joint goal accuracy, as one JSON object."""
    print_json(msgspec.to_builtins(evaluate_goals(dialogues, schema)))


def _own_rows(settings: Settings) -> list[LabelledText]:
    router = Router(install_plugins(settings))
    return rows_of(add_own_examples(settings, router.examples(), router.intents))


def _refuse(**files: Path | None) -> None:
    faults = [
        Fault(
            "command line", f"--{name}", "has no use with --cross-validate: the examples are their own test"
        )
        for name, path in files.items()
        if path
    ]
    if faults:
        raise ConfigurationError(faults)


def _write(path: Path, report: Report) -> None:
    try:
        path.write_text(render_html(report), "utf-8", errors="replace")
    except OSError as error:
        raise BotcoreError(f"{path} can't be written ({error.strerror}): choose another place") from error
