"""What became of stories, for a person and for a program."""

from __future__ import annotations

import msgspec

from botcore.evaluation.stories.telling import Told

_MOST_SHOWN = 1200


class Report(msgspec.Struct, frozen=True):
    channel: str
    """Empty where they were told without one."""
    stories: tuple[Told, ...]

    @property
    def passed(self) -> bool:
        return all(story.passed for story in self.stories)

    def as_json(self) -> dict[str, object]:
        """Plain data, for `--json`."""
        failed = [story for story in self.stories if not story.passed]
        return {
            "channel": self.channel,
            "stories": len(self.stories),
            "turns": sum(story.turns for story in self.stories),
            "passed": len(self.stories) - len(failed),
            "failed": len(failed),
            "seconds": round(sum(story.seconds for story in self.stories), 3),
            "failures": [msgspec.to_builtins(story) for story in failed],
        }


def render_line(told: Told) -> str:
    """One story, and where it failed what was expected and what came."""
    line = f"{'✓' if told.passed else '✗'} {told.name}  ({told.turns} turns, {told.seconds:.2f} s)"
    if told.passed:
        return line
    lines = [line, f"    {told.file}, turn {told.turns}", f"    said:     {_shown(told.said)}"]
    for missed in told.missed:
        lines += [
            f"    {missed.expectation}",
            f"      expected: {_shown(missed.expected)}",
            f"      got:      {_shown(missed.got)}",
        ]
    return "\n".join(lines)


def render_text(report: Report) -> str:
    """The last line of the report."""
    plain = report.as_json()
    where = f"on {report.channel}" if report.channel else "without a channel"
    return (
        f"{plain['passed']} of {plain['stories']} stories passed, {plain['turns']} turns "
        f"{where}, {plain['seconds']} s"
    )


def _shown(text: str) -> str:
    short = text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]} ..."
    return short.replace("\n", "\n                ")
