"""What every test shares: a Trackio folder of the session's own."""

import atexit
import os
import shutil
import tempfile

# Trackio reads its folder once, when it is imported.
os.environ["TRACKIO_DIR"] = tempfile.mkdtemp(prefix="storylm-trackio-")
atexit.register(shutil.rmtree, os.environ["TRACKIO_DIR"], ignore_errors=True)
