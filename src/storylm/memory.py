"""How the process keeps its memory: settled before anything large is loaded."""

from __future__ import annotations

import contextlib
import ctypes

GLIBC = {-3: 2**25, -1: 2**31 - 1}
"""M_MMAP_THRESHOLD (the largest there may be) and M_TRIM_THRESHOLD, as malloc.h numbers them."""


def steady_memory() -> None:
    """Ask glibc to keep what is freed for the next step.

    Left alone it gives pieces back and fetches others, so that the same run's peak differs by half
    from time to time; steady it can be foretold, and steps are a tenth shorter (runs/LOG.md: with
    one arena for all threads they would be far longer). Elsewhere than on glibc it does nothing.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return
    for name, value in GLIBC.items():
        mallopt(name, value)


def give_back() -> None:
    """Give what was freed so far back to the system: start-up's litter, before the first step."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
