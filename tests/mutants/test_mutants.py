"""Would the checks notice? One fault at a time is planted in the library, and something refuses it.

Each fault is asked of in a fresh process that is forked from one with all other libraries loaded.
``python tests/mutants/test_mutants.py [module ...]`` prints who refuses which.
"""

import ast
import multiprocessing
import re
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from asking import tell
from faults import FAULTS
from helpers import PACKAGE, modules, public_names
from operators import planted

CHECKERS = "numpy", "sympy", "scipy.stats", "sklearn.metrics", "mpmath", "hypothesis", "pytest"
SOURCES = {name: path.read_text() for name, path in modules().items()}
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(list(CHECKERS))


def ask(module, source, first, seconds=300):
    """Who refuses the library with this source of a module; empty if nothing does."""
    here, there = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=tell, args=(there, module, source, first))
    process.start()
    there.close()
    try:
        answer = here.recv() if here.poll(seconds) else TimeoutError(f"no answer in {seconds} s")
    except EOFError:
        answer = LookupError("the process died")
    process.kill()
    process.join()
    if isinstance(answer, Exception):
        raise answer
    return answer


def ask_of(fault):
    """Who refuses a fault."""
    source = planted(SOURCES[fault.module], fault.function, fault.plant)
    return ask(fault.module, source, fault.first)


SOUND = "the library itself"


@pytest.fixture(scope="module")
def refusals(request):
    """For each fault that this run asks for, who refuses it; two at a time."""
    items = request.session.items
    calls = [getattr(item, "callspec", None) for item in items]
    wanted = [call.params["fault"] for call in calls if call and "fault" in call.params]
    with ThreadPoolExecutor(2) as pool:
        found = {}
        if any(item.name == test_the_library_itself_is_not_refused.__name__ for item in items):
            # the longest question, so it is the first: all claims and laws, not one
            found[SOUND] = pool.submit(ask, "entropy", SOURCES["entropy"], "gibbs", seconds=900)
        found |= {id(fault): pool.submit(ask_of, fault) for fault in wanted}
        yield found
        pool.shutdown(cancel_futures=True)


def named(fault):
    return f"{fault.module}.{fault.function}: {fault.mistake}"


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_a_fault_is_refused(fault, refusals):
    assert refusals[id(fault)].result(), f"{fault.module} survives; {fault.first} should refuse it"


def test_the_library_itself_is_not_refused(refusals):
    """Else every fault would be refused for another one. All claims and laws are asked."""
    assert refusals[SOUND].result() == ""


# ── No room without a fault ──────────────────────────────────────────────────────────────────────


def test_every_module_has_faults():
    """That defines a function, the laws apart."""
    wanted = {name for name, source in SOURCES.items() if re.search(r"^ *def ", source, re.M)}
    laws = {name for name in wanted if name.startswith("laws.")}
    types = {"arrays.types"}
    assert sorted(wanted - laws - types - {fault.module for fault in FAULTS}) == []


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
    with ThreadPoolExecutor(2) as pool:
        for fault, answer in [(fault, pool.submit(ask_of, fault)) for fault in chosen]:
            who = answer.exception() or answer.result() or "SURVIVED"
            print(f"{named(fault):80} {who}", flush=True)
