"""All commands in one tree, and what a failure looks like: a sentence on stderr and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from botcore import __version__
from botcore.errors import BotcoreError, ConfigurationError

SUCCESS, FAILURE, BAD_USAGE, INTERRUPTED = 0, 1, 2, 130


def build() -> App:
    """The command tree. Modules are named, not imported, so that `--help` and small commands are quick."""
    app = App(
        name="botcore",
        help="A chat bot that runs on your own machines. `botcore run` starts it; `botcore doctor` tells what is missing.",
        version=__version__,
    )
    app.command("botcore.cli.run:run")
    app.command("botcore.cli.chat:chat")
    app.command("botcore.cli.ask:ask")
    app.command("botcore.cli.doctor:doctor")
    app.command("botcore.cli.config:config_app", name="config")
    app.command("botcore.cli.plugin:plugin_app", name="plugin")
    app.command("botcore.cli.knowledge:kb_app", name="kb")
    app.command("botcore.cli.evaluate:eval_app", name="eval")
    app.command("botcore.cli.desk:desk_app", name="desk")
    app.command("botcore.cli.bench:bench")
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
