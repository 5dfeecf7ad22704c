"""`botcore eval translation` and `eval tutoring`: what a plugin does, measured on a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from botcore.app.measuring import open_measured
from botcore.cli.common import Place, harmless, out, print_json, run_async
from botcore.cli.knowledge import Json
from botcore.cli.progress import watched
from botcore.config import Settings
from botcore.evaluation import translation as translations
from botcore.evaluation import tutoring as lessons

Limit = Annotated[
    int | None, Parameter(help="Take only the first so many.", validator=validators.Number(gte=1))
]


def translation(
    pairs: Annotated[
        Path, Parameter(help="One JSON object a line, with `source` and `target` (a text or several).")
    ],
    /,
    *,
    source: Annotated[str, Parameter(name="--from", help="The language of the sources, such as en.")],
    target: Annotated[str, Parameter(name="--to", help="The language of the targets, such as es.")],
    limit: Limit = None,
    json: Json = False,
    place: Place | None = None,
) -> None:
    """Print chrF, who translated what, and the texts that are farthest from their reference."""
    settings = (place or Place()).settings()
    rows = translations.read_pairs(pairs)[:limit]
    report = run_async(_translated(settings, rows, source, target))
    if json:
        print_json(report.as_json())
    else:
        out.print(harmless(translations.render_translation(report)), markup=False)


def tutoring(
    questions: Annotated[
        Path, Parameter(help="One JSON object a line, with `question`, `answer` and perhaps `kind`.")
    ],
    /,
    *,
    max_wrong: Annotated[int, Parameter(help="How many wrong answers are no failure.")] = 0,
    limit: Limit = None,
    json: Json = False,
    place: Place | None = None,
) -> int:
    """Print how many answers are right, wrong and refused, and the wrong ones."""
    settings = (place or Place()).settings()
    rows = lessons.read_questions(questions)[:limit]
    report = run_async(_taught(settings, rows))
    if json:
        print_json(report.as_json())
    else:
        out.print(harmless(lessons.render_tutoring(report)), markup=False)
    return 1 if report.wrong > max_wrong else 0


async def _translated(
    settings: Settings, rows: list[translations.Pair], source: str, target: str
) -> translations.Report:
    async with open_measured(settings, "translation") as ask:
        return await translations.evaluate_translation(rows, source, target, ask, watched("translating"))


async def _taught(settings: Settings, rows: list[lessons.Question]) -> lessons.Report:
    async with open_measured(settings, "tutoring") as ask:
        return await lessons.evaluate_tutoring(rows, ask, watched("solving"))
