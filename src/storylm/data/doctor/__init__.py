"""The doctor of a corpus: what is wrong with it, said with examples, and mended on request."""

from __future__ import annotations

import json
import time

from storylm.command_line import in_columns
from storylm.config import DoctorConfig
from storylm.data.doctor.cleaning import check_folder, write_clean
from storylm.data.doctor.diagnosis import diagnose
from storylm.data.doctor.facts import facts_of
from storylm.data.doctor.report import fates_table, page, screen
from storylm.whole_files import make_folder, write_whole


def visit(config: DoctorConfig) -> str:
    """Examine a corpus, write report.md and report.json, with `clean` a mended copy too, and give
    back a screenful.

    Raises as `stories` does, and ValueError for a folder that cannot be written or is read.
    """
    began = time.monotonic()
    if config.clean:
        check_folder(config)
    make_folder("folder", config.home)
    found = diagnose(config)
    facts = facts_of(config, found)
    clean = write_clean(config, found) if config.clean else None
    write_whole(config.home / "report.md", page(facts, clean))
    whole = facts if clean is None else facts | {"clean": clean}
    write_whole(config.home / "report.json", json.dumps(whole, indent=2, ensure_ascii=False) + "\n")
    lines = [screen(facts), ""]
    if clean is not None:
        lines += [in_columns(fates_table(clean)), "", "To train on what is kept:"]
        lines += ["    " + clean["command"], ""]
    took = time.monotonic() - began
    return "\n".join([*lines, f"{config.home / 'report.md'}, with examples, in {took:.0f} s"])
