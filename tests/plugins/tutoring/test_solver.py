from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tutor.algebra.question import Request, Unsolved
from tutor.settings import TutoringConfig
from tutor.solver import Solver
from tutor.wording import read

LONG = Request("integrate", "1/(x^7+x^5+sin(x)+e^x+sqrt(x^3+1))")
EASY = Request("evaluate", "2+3")


async def test_answers_come_from_a_process_that_is_kept(solver: Solver) -> None:
    assert (await solver.solve([EASY])).answer == "5"
    (pid,) = solver.pids
    assert (await solver.solve(read("solve x^2 = 9"))).plain == "-3, 3"
    assert solver.pids == [pid]
    assert pid != os.getpid()


def test_the_bot_never_imports_sympy() -> None:
    folder = Path(__file__).parents[3] / "plugins" / "tutoring"
    code = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('t', r'{folder}/plugin.py', submodule_search_locations=[r'{folder}'])\n"
        "module = importlib.util.module_from_spec(spec); sys.modules['t'] = module; spec.loader.exec_module(module)\n"
        "assert 'sympy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


async def test_a_computation_past_its_deadline_is_ended_and_the_next_question_works() -> None:
    solver = Solver(TutoringConfig(seconds=1.0))
    try:
        await solver.solve([EASY])
        (pid,) = solver.pids
        started = time.perf_counter()
        with pytest.raises(Unsolved) as raised:
            await solver.solve([LONG])
        assert raised.value.reason == "timeout"
        assert time.perf_counter() - started < 5
        assert not Path(f"/proc/{pid}/status").exists()
        assert (await solver.solve([EASY])).answer == "5"
        assert solver.pids != [pid]
    finally:
        solver.close()


async def test_a_child_that_was_killed_is_replaced(solver: Solver) -> None:
    await solver.solve([EASY])
    (pid,) = solver.pids
    os.kill(pid, 9)
    await asyncio.to_thread(os.waitpid, pid, 0)
    assert (await solver.solve([EASY])).answer == "5"


def test_memory_past_the_bound_ends_in_a_sentence(tmp_path: Path) -> None:
    folder = Path(__file__).parents[3] / "plugins" / "tutoring"
    script = tmp_path / "bomb.py"
    script.write_text(
        f"import sys; sys.path.append(r'{folder}')\n"
        "from algebra import worker\n"
        "worker.limit_memory(512)\n"
        "worker.solve = lambda requests: bytearray(2**31)\n"
        "print(worker.answer([]))\n"
    )
    found = subprocess.run([sys.executable, "-I", str(script)], capture_output=True, text=True, check=True)
    assert "too_large" in found.stdout


async def test_many_questions_wait_and_too_many_are_told_so(solver: Solver) -> None:
    asked = [asyncio.create_task(solver.solve([EASY])) for _ in range(80)]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(result, Unsolved) and result.reason == "busy" for result in results) == 16
    assert sum(not isinstance(result, BaseException) for result in results) == 64


async def test_closing_ends_the_processes_and_may_be_repeated() -> None:
    solver = Solver(TutoringConfig())
    await solver.solve([EASY])
    (pid,) = solver.pids
    solver.close()
    solver.close()
    assert not Path(f"/proc/{pid}").exists()


def test_a_child_ends_when_its_parent_does() -> None:
    child = Path(__file__).parents[3] / "plugins" / "tutoring" / "child.py"
    found = subprocess.run(
        [sys.executable, "-I", str(child), "1024", "5"],
        input=b"",
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert found.stdout == b"ready\n"


@pytest.mark.parametrize("text", ["9^9^9", "(10^9)!", "((((" * 100, "x^1000000 = 2", "expand (x+1)^999999"])
async def test_formulas_that_would_explode_are_refused(solver: Solver, text: str) -> None:
    with pytest.raises(Unsolved):
        await solver.solve(read(text))
    assert (await solver.solve([EASY])).answer == "5"
