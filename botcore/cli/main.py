"""All commands in one tree, and what a failure looks like: a sentence on stderr and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper

from cyclopts import App, CycloptsError, Parameter

from botcore import __version__
from botcore.errors import BotcoreError, ConfigurationError

SUCCESS, FAILURE, BAD_USAGE, INTERRUPTED = 0, 1, 2, 130

_COMMANDS = {
    "run": (
        "run:run",
        """Start the bot, and run until Ctrl-C or SIGTERM.

        Messages in flight are then finished, or kept for the next start: nothing is lost.
        """,
    ),
    "chat": (
        "chat:chat",
        """Talk to the bot in this terminal.

        Enter sends, Ctrl-C stops an answer, Ctrl-D leaves. Up and down bring earlier lines back, Tab completes
        /commands.
        """,
    ),
    "ask": (
        "ask:ask",
        """Ask one question and print the answer.

        A bot that is running on the same data folder or Redis answers; where there is none, this command does.
        """,
    ),
    "simulate": (
        "simulate:simulate",
        """Chat with the bot as on Discord or Telegram, on a page of this machine.

        The bot runs as configured, with the real library, against a simulated service: no account, no token, and
        nothing leaves this machine. Dialogues begin anew with every start.
        """,
    ),
    "doctor": (
        "doctor:doctor",
        """Look at every part, and say which command or setting mends what is wrong.

        Exit code 1 where something is wrong. What the bot can do without is marked –, and is no failure.
        """,
    ),
    "config": ("config:config_app", "Check the settings, or show where each was set."),
    "plugin": ("plugin:plugin_app", "List, begin, check and test plugins."),
    "kb": ("knowledge:kb_app", "The documents that the bot answers from."),
    "engine": ("engine:engine_app", "Start vLLM as a bot wants it, and measure how quick it is."),
    "eval": ("evaluate:eval_app", "Measure how well the bot understands, on examples in files."),
    "intents": ("intents:intents_app", "Teach the bot what people say."),
    "desk": ("desk:desk_app", "The people who asked for a human."),
    "user": ("user:user_app", "What is kept of a person: give it out, or erase it."),
    "trace": ("traces:trace_app", "What became of the latest messages, stage by stage."),
    "deadletters": ("deadletters:deadletters_app", "Messages that no worker could answer, kept for you."),
    "bench": (
        "bench:bench",
        """Measure speed and memory on this machine, beside a bare loop that makes the same calls to the store.

        It starts servers of its own in temporary folders, and ends them.
        """,
    ),
}
"""Command -> where it is, and its help: the first line stands in the list, the rest in the command's own help."""


def build() -> App:
    """The command tree. Modules are named, not imported, so that `--help` and small commands are quick."""
    app = App(
        name="botcore",
        help="A chat bot that runs on your own machines. `botcore run` starts it; `botcore doctor` says what is missing.",
        version=__version__,
        default_parameter=Parameter(show_default=lambda value: str(value) if value else None),
    )
    for name, (target, text) in _COMMANDS.items():
        app.command(f"botcore.cli.{target}", name=name, help=text)
    return app


def run(arguments: Sequence[str]) -> int:
    """The exit code: 0 success, 1 failure, 2 bad usage or configuration."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(
                errors="replace"
            )  # what a pipe or an old terminal can't say is no reason to fail
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
