"""What every test shares: a Trackio folder of the session's own, and one thread."""

import atexit
import os
import shutil
import tempfile

# Tiny shapes want no second thread, and torch reads this once, when it is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Trackio reads its folder once, when it is imported.
os.environ["TRACKIO_DIR"] = tempfile.mkdtemp(prefix="storylm-trackio-")
atexit.register(shutil.rmtree, os.environ["TRACKIO_DIR"], ignore_errors=True)
