"""Would the checks notice? One fault at a time is planted in the library, and something refuses it.

Each fault is asked of in a fresh process that is forked from one with all other libraries loaded.
``python tests/mutants/test_mutants.py [module ...]`` prints who refuses which.
"""

import ast
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor

import pytest
from asking import refused_by
from faults import FAULTS, Fault
from helpers import PACKAGE, modules, public_names
from operators import planted

CHECKERS = "numpy", "sympy", "scipy.stats", "sklearn.metrics", "mpmath", "hypothesis", "pytest"
SOURCES = {name: path.read_text() for name, path in modules().items()}


def processes():
    """Two processes at a time, a fresh one for each fault."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(CHECKERS))
    return ProcessPoolExecutor(2, mp_context=context, max_tasks_per_child=1)


def ask(pool, fault):
    """Who refuses the fault, when it is known."""
    source = planted(SOURCES[fault.module], fault.function, fault.plant)
    return pool.submit(refused_by, fault.module, source, fault.first)


@pytest.fixture(scope="module")
def refusals(request):
    """For each fault that this run asks for, who refuses it."""
    calls = [getattr(item, "callspec", None) for item in request.session.items]
    wanted = [call.params["fault"] for call in calls if call and "fault" in call.params]
    with processes() as pool:
        yield {id(fault): ask(pool, fault) for fault in wanted if plantable(fault)}
        pool.shutdown(cancel_futures=True)


def plantable(fault):
    """Whether a fault has its place; its own test says so if not."""
    try:
        return planted(SOURCES[fault.module], fault.function, fault.plant)
    except LookupError:
        return False


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.module}: {fault.mistake}")
def test_a_fault_is_refused(fault, refusals):
    planted(SOURCES[fault.module], fault.function, fault.plant)  # or there is no such place
    assert refusals[id(fault)].result(), f"{fault.module} survives; {fault.first} should refuse it"


def test_the_library_itself_is_not_refused():
    """Else every fault would be refused for another one."""
    with processes() as pool:
        assert pool.submit(refused_by, "entropy", SOURCES["entropy"], "gibbs").result() == ""


def test_a_fault_that_changes_nothing_survives():
    """Other bounds on a series that has converged are no fault."""
    from operators import change

    with processes() as pool:
        idle = Fault("coding", "huffman", change("!=", "is not"), "none at all", "coding-cost")
        assert ask(pool, idle).result() == ""


# ── No room without a fault ──────────────────────────────────────────────────────────────────────

WORDS = "arrays.types"  # names for types


def test_every_module_has_faults():
    wanted = {name for name, path in modules().items() if path.stem != "__init__"}
    laws = {name for name in wanted if name.startswith("laws.")}
    assert sorted(wanted - laws - {WORDS} - {fault.module for fault in FAULTS}) == []


@pytest.mark.parametrize("name", public_names())
def test_every_public_name_has_a_fault(name):
    """In the function itself, or in a method of the class."""
    lines = [
        node
        for node in ast.parse((PACKAGE / "__init__.py").read_text()).body
        if isinstance(node, ast.ImportFrom)
    ]
    [home] = [n.module for n in lines if name in {alias.asname or alias.name for alias in n.names}]
    homes = [m for m in SOURCES if (m == home or m.startswith(f"{home}."))]
    owned = [
        fault
        for fault in FAULTS
        if fault.module in homes and fault.function.partition(".")[0] == name
    ]
    assert owned, f"no fault is planted in {name}"


if __name__ == "__main__":
    chosen = [fault for fault in FAULTS if not sys.argv[1:] or fault.module in sys.argv[1:]]
    with processes() as pool:
        for fault, answer in [(fault, ask(pool, fault)) for fault in chosen]:
            print(
                f"{fault.module:20} {fault.mistake:50} {answer.result() or 'SURVIVED'}", flush=True
            )
