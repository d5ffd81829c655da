"""The spine: load → train → compress → re-train → profile.

`run` is the method, one line a stage. `load`, `train` and `compress_and_retrain` stand alone too, so that runs with the
same pre-training can share it.
"""

from core.config import RunConfig
