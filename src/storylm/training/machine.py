"""What the machine has, and what of it this process holds: memory, products per second, age."""

from __future__ import annotations

import contextlib
import math
import os
import sys
import time
from pathlib import Path
from typing import Any

import torch

from storylm.config import Precision
from storylm.memory import give_back

try:
    import resource
except ImportError:  # Windows
    resource = None


class Memory:
    """Bytes that this process holds: allocated on a GPU, resident elsewhere."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.empty = self.level()

    def level(self) -> int:
        if self.device.type == "cuda":
            return torch.cuda.memory_allocated(self.device)
        with contextlib.suppress(OSError):
            return status_bytes("VmRSS")
        return highest_resident()

    def peak(self) -> int:
        if self.device.type == "cuda":
            return torch.cuda.max_memory_allocated(self.device)
        with contextlib.suppress(OSError):
            return status_bytes("VmHWM")
        return highest_resident()

    def begin(self) -> None:
        """The first step comes next: the peak counts from here, where the system can do that."""
        give_back()
        self.earlier, self.before = self.peak(), self.level()
        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self.device)
        else:
            with contextlib.suppress(OSError):
                Path("/proc/self/clear_refs").write_text("5")  # VmHWM from now on

    def report(self) -> dict[str, int]:
        """`training_bytes` above the level before the first step; `work_bytes` above a process that
        has no model yet."""
        most = max(self.peak(), self.earlier)
        if self.device.type == "cuda":  # what the allocator holds is what has to fit
            most = torch.cuda.max_memory_reserved(self.device)
        training = max(0, self.peak() - self.before)
        return {"training_bytes": training, "work_bytes": max(0, most - self.empty)}


def status_bytes(name: str) -> int:
    """VmRSS or VmHWM of this process; OSError where there is no Linux to tell it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name + ":"))


def highest_resident() -> int:
    """The most memory that this process has ever held; 0 where nobody tells."""
    if resource is None:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB on Linux
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def nearest_folder(path: Path) -> Path:
    """The folder itself, or what there is of the way to it."""
    path = path.absolute()
    return next(folder for folder in (path, *path.parents) if folder.is_dir())


def available_bytes(device: torch.device) -> int:
    """Memory that this process can have in all, with what it holds; 0 where nobody tells."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0] + own_bytes(device)
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = next(int(x.split()[1]) * 1024 for x in lines if x.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        return 0
    for limit, used in CONTAINER_LIMITS:
        try:
            free = min(free, int(Path(limit).read_text()) - int(Path(used).read_text()))
        except (OSError, ValueError):  # no such container, or no limit ("max")
            continue
    return max(0, free) + own_bytes(device)


CONTAINER_LIMITS = [
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
]


def own_bytes(device: torch.device) -> int:
    """What this process holds by now: of the GPU's memory, else of the machine's."""
    if device.type == "cuda":
        return torch.cuda.memory_reserved(device)
    try:
        return status_bytes("VmRSS")
    except OSError:
        return highest_resident()


def process_age() -> float:
    """Seconds since this process was started; 0 where nobody tells."""
    try:
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        uptime = float(Path("/proc/uptime").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 0.0
    return uptime - ticks / os.sysconf("SC_CLK_TCK")


def peak_flops(device: torch.device, bf16: bool) -> float:
    """What the device multiplies in a second at best, by a quick try of large products."""
    n = 8_192 if device.type == "cuda" else 1_024
    a_NN = torch.randn(n, n, device=device, dtype=torch.bfloat16 if bf16 else torch.float32)
    best = math.inf
    for _ in range(6):
        began = time.perf_counter()
        (a_NN @ a_NN)[0, 0].item()  # waits for the device
        best = min(best, time.perf_counter() - began)
    return 2 * n**3 / best


def lightning_precision(precision: Precision, trainer: dict[str, Any]) -> str:
    """Lightning's word for our dial; auto asks the hardware."""
    if precision is Precision.auto:
        precision = Precision.bf16 if has_fast_bf16(trainer) else Precision.fp32
    return {Precision.fp32: "32-true", Precision.bf16: "bf16-mixed"}[precision]


def has_fast_bf16(trainer: dict[str, Any]) -> bool:
    accelerator = trainer.get("accelerator", "auto")
    if accelerator in ("auto", "gpu", "cuda") and torch.cuda.is_available():
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if accelerator in ("auto", "gpu", "mps") and torch.backends.mps.is_available():
        return False
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
