"""All commands in one tree, and what a failure looks like: a sentence on stderr and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError, Parameter

from botcore import __version__
from botcore.errors import BotcoreError, ConfigurationError

SUCCESS, FAILURE, BAD_USAGE, INTERRUPTED = 0, 1, 2, 130


def build() -> App:
    """The command tree. Modules are named, not imported, so that `--help` and small commands are quick."""
    app = App(
        name="botcore",
        help="A chat bot that runs on your own machines. `botcore run` starts it; `botcore doctor` says what is missing.",
        version=__version__,
        default_parameter=Parameter(show_default=lambda value: str(value) if value else None),
    )
    app.command("botcore.cli.run:run", help="Start the bot, with its page and its channels.")
    app.command("botcore.cli.chat:chat", help="Talk to the bot in this terminal.")
    app.command("botcore.cli.ask:ask", help="Ask one question and print the answer.")
    app.command("botcore.cli.doctor:doctor", help="Look at every part, and say what mends what is wrong.")
    app.command(
        "botcore.cli.config:config_app", name="config", help="Check the settings, or show where each was set."
    )
    app.command("botcore.cli.plugin:plugin_app", name="plugin", help="List, begin, check and test plugins.")
    app.command("botcore.cli.knowledge:kb_app", name="kb", help="The documents that the bot answers from.")
    app.command(
        "botcore.cli.evaluate:eval_app",
        name="eval",
        help="Measure on examples of your own how well the bot understands.",
    )
    app.command("botcore.cli.desk:desk_app", name="desk", help="The people who asked for a human.")
    app.command("botcore.cli.bench:bench", help="Measure speed and memory on this machine.")
    return app


def run(arguments: Sequence[str]) -> int:
    """The exit code: 0 success, 1 failure, 2 bad usage or configuration."""
    try:
        result = build()(list(arguments), exit_on_error=False, result_action="return_value")
    except CycloptsError:
        return BAD_USAGE  # cyclopts has said what was wrong
    except ConfigurationError as error:
        return _say(str(error), BAD_USAGE)
    except BotcoreError as error:
        return _say(str(error), FAILURE)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone: nothing is left to say
        return FAILURE
    return result if isinstance(result, int) else SUCCESS


def _say(text: str, code: int) -> int:
    sys.stderr.write(f"botcore: {text}\n")
    return code
