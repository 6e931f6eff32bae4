"""Where the time goes in what misses its target: the functions that took most of it themselves."""

import cProfile
import io
import pstats

from tests.bench.measure import Case
from tests.bench.processes import profiled

_MOST = 15


def profile(case: Case) -> str:
    """Do one more round of a case under the profiler, which itself slows calls down."""
    if case.program:
        return profiled(*case.program, most=_MOST)
    work = case.ours()
    profiler = cProfile.Profile()
    profiler.runcall(work)
    said = io.StringIO()
    pstats.Stats(profiler, stream=said).sort_stats("tottime").print_stats(_MOST)
    return said.getvalue()
