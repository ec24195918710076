"""A run leaves: one command for every format, whole files only."""

from __future__ import annotations

import os
import tempfile
from importlib import import_module
from pathlib import Path

from storylm.checkpoint import load_run
from storylm.config import ExportConfig
from storylm.model.adapters import merge_adapters


def export_run(config: ExportConfig) -> str:
    """Write the run in `config.format` and say what was written.

    Raises ValueError in one line for what the format cannot express, with the nearest style that
    can; then nothing is written.
    """
    room = import_module(f"storylm.export.{config.format.value}")
    run = load_run(config.run, config.checkpoint)
    merge_adapters(run.model)
    folder = Path(config.folder or run.folder / "export" / config.format.value)
    room.check(run)
    folder.mkdir(parents=True, exist_ok=True)
    # Beside the old files, then in their place: a full disk leaves those as they were.
    try:
        with tempfile.TemporaryDirectory(prefix=".part-", dir=folder) as part:
            room.export(run, Path(part))
            files = sorted(Path(part).iterdir())
            for file in files:
                os.replace(file, folder / file.name)
    except OSError as error:
        raise OSError(
            f"cannot write into {folder}: {error.strerror or error}; make room, or give folder="
        ) from error
    sizes = ", ".join(f"{f.name} ({(folder / f.name).stat().st_size / 1e6:,.1f} MB)" for f in files)
    lines = [f"{folder}: {sizes}", *room.how_to_use(folder)]
    if config.push_to:
        lines.append(room.push(folder, config.push_to, private=config.private))
    return "\n".join(lines)
