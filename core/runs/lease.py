"""Leases: whoever executes a run renews one as long as it lives, so that others notice when it died.

They are of the monotonic clock, which all processes of a machine share, and which stands still while it sleeps.
"""

import math
import os
import time

LEASE_SECONDS = 6.0  # a worker that is silent for longer is taken for dead
# In SQL. The clock is read while a row is looked at: had it been read before, a lease that was renewed meanwhile would
# seem to be of before the machine was started.
HOLDS = f"lease BETWEEN monotonic() AND monotonic() + {LEASE_SECONDS}"


def new_lease() -> float:
    """When a lease ends that begins now."""
    return time.monotonic() + LEASE_SECONDS


def overdue_seconds(lease: float) -> float:
    """How long ago it ended; negative while it holds, infinite where it is of before the machine was started."""
    left = lease - time.monotonic()
    return -left if left <= LEASE_SECONDS else math.inf


def alive(pid: int) -> bool:
    """Whether a process with that id exists on this machine."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
