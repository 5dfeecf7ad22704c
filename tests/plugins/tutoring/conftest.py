"""The plugin as a package, as the loader would import it, and a context for its handlers."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from botcore import Address, Context, Person
from botcore.context import Services
from botcore.engines.base import Engine
from botcore.i18n.texts import load_catalog
from botcore.intents.base import Detection
from botcore.testing import FixedKnowledge, MemoryDesk

FOLDER = Path(__file__).parents[3] / "plugins" / "tutoring"


def _load() -> None:
    spec = importlib.util.spec_from_file_location(
        "tutor", FOLDER / "plugin.py", submodule_search_locations=[str(FOLDER)]
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["tutor"] = module
    spec.loader.exec_module(module)


_load()

import tutor  # noqa: E402  imported above
from tutor.settings import TutoringConfig  # noqa: E402
from tutor.solver import Solver  # noqa: E402

CATALOG = load_catalog(FOLDER / "locales")
Talk = Callable[..., Context[TutoringConfig]]


@pytest.fixture(scope="session")
def solver() -> Iterator[Solver]:
    """One solver for the tests that only ask."""
    solver = Solver(TutoringConfig(seconds=20))
    yield solver
    solver.close()


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    """Makes the context of a message; ends the plugin's processes afterwards."""

    def context(
        text: str,
        *,
        args: str | None = None,
        by: str = "pattern",
        mode: str = "solution",
        state: dict[str, object] | None = None,
        expected: dict[str, object] | None = None,
        engine: Engine | None = None,
    ) -> Context[TutoringConfig]:
        language = "zh" if re.search("[\u4e00-\u9fff]", text) else "en"
        return Context(
            services=_services(engine),
            config=TutoringConfig(mode=mode, seconds=20),
            texts=lambda key, /, **values: CATALOG.text(language, key, **values),
            address=Address("cli", "1"),
            person=Person("1"),
            trace_id="t",
            text=text,
            args=text if args is None else args,
            language=language,
            state=state if state is not None else {},
            history=(),
            detection=Detection(intent="x", score=1.0, by=by),
            expected=expected,
        )

    yield context
    await tutor.close_solvers()


def _services(engine: Engine | None) -> Services:
    return Services(
        engine=engine,
        knowledge=FixedKnowledge(),
        humans=MemoryDesk(),
        detect_language=lambda text: "",
        commands={"en": []},
    )
