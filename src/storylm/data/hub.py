"""The Hugging Face hub: which files a data set has, and their copies here.

Asked once in a process; what may pass is tried again, and without network what is here is enough.
"""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

WAITS = (1, 2, 4)
"""Seconds before the hub is asked again."""
Answer = TypeVar("Answer")


def hub_file(hub_id: str, revision: str, commit: str, name: str) -> Path:
    """The local copy of a file, fetched with the hub's own progress bar; a download that was broken
    off goes on. Raises as `ask_hub`, and where the revision is another commit by now."""
    from huggingface_hub import hf_hub_download

    fetch = functools.partial(
        hf_hub_download,
        hub_id,
        name,
        repo_type="dataset",
        revision=revision,
        local_files_only=not hub_listing(hub_id, revision)[2],
    )
    path = Path(ask_hub(hub_id, f"fetch {name}", fetch))
    if commit not in path.parts:
        raise ConnectionError(f"{hub_id} has changed on the hub meanwhile; repeat the command")
    return path


@functools.cache
def hub_listing(hub_id: str, revision: str) -> tuple[str, tuple[str, ...], bool]:
    """(commit, names of its files, True), asked once in a process; without network what is here
    already, and False."""
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        ask = functools.partial(HfApi().dataset_info, hub_id, revision=revision)
        info = ask_hub(hub_id, f"list the data set at {revision}", ask)
        return info.sha, tuple(sibling.rfilename for sibling in info.siblings or ()), True
    except ConnectionError:
        try:
            home = snapshot_download(
                hub_id, repo_type="dataset", revision=revision, local_files_only=True
            )
        except LocalEntryNotFoundError:
            home = None
        if home is None:
            raise
    folder = Path(home)
    names = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return folder.name, tuple(sorted(name.as_posix() for name in names)), False


def ask_hub(hub_id: str, what: str, ask: Callable[[], Answer]) -> Answer:
    """The hub's answer; what may pass is tried again, what will not is said in one line."""
    from huggingface_hub import constants, errors

    where = f"cannot {what}: {hub_id} on {constants.ENDPOINT}"
    remedy = "go online, or take local files: data=text_files data.train='[<path>/*.txt]'"
    for wait in (*WAITS, None):
        try:
            return ask()
        except errors.OfflineModeIsEnabled:
            raise ConnectionError(
                f"{where} is out of reach (HF_HUB_OFFLINE is set); {remedy}"
            ) from None
        except errors.HFValidationError as error:
            raise ValueError(
                f"data.hub_id={hub_id} is no owner/name: {first_line(error)}"
            ) from None
        # Its bases are all errors of the transport, whichever library that is, and OSError.
        except errors.HfHubHTTPError.__bases__ as error:
            status = getattr(getattr(error, "response", None), "status_code", None)
            if status is not None and status < 500 and status not in (408, 429):
                raise FileNotFoundError(
                    f"{where} does not give it ({first_line(error)}); check data.hub_id, "
                    "data.revision and data.train, or log in with `hf auth login`"
                ) from None
            if is_local(error):
                raise
            reason = first_line(error)
            if wait is None:
                raise ConnectionError(f"{where} is out of reach ({reason}); {remedy}") from None
            print(f"{hub_id}: {reason}; trying again in {wait} s", file=sys.stderr, flush=True)
            time.sleep(wait)
    raise AssertionError("unreachable")


def is_local(error: BaseException) -> bool:
    """A full disk and its like: an error of this machine, which no waiting mends."""
    network = isinstance(error, (ConnectionError, TimeoutError))
    return isinstance(error, OSError) and error.errno is not None and not network


def first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:160]
