"""`botcore intents`: teach the bot what people say."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from botcore.app.minds import install_plugins
from botcore.cli.common import Place, harmless, out
from botcore.config.own_examples import add_example
from botcore.dispatch.router import Router
from botcore.i18n.language import detect_language

intents_app = App(name="intents")


@intents_app.command
def add(
    text: Annotated[str, Parameter(help="What somebody said.", allow_leading_hyphen=True)],
    intent: Annotated[str, Parameter(help="What they wanted; oos for none of the intents.")],
    /,
    *,
    language: Annotated[str, Parameter(help="Its code, like en; otherwise that of the text.")] = "",
    place: Place | None = None,
) -> None:
    """Add a text to the examples in intents.examples_file, and leave everything else in the file as it is.

    The bot learns it when it is started again; until then, and while it learns, it goes by what it knows.
    """
    settings = (place or Place()).settings()
    router = Router(install_plugins(settings))
    code = language or detect_language(text, settings.language).code or settings.language
    added = add_example(settings, router.examples(), router.intents, text, intent, code)
    path = settings.intents.examples_file
    if added:
        out.print(
            harmless(f"Added to [{intent}] {code} in {path}. Start the bot again, and it learns it."),
            markup=False,
        )
    else:
        out.print(harmless(f"[{intent}] has that example already; nothing was changed."), markup=False)
