"""The tree of `scripts/serve.py`."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

from storylm.config.checks import (
    at_least,
    at_most,
    check_file_name,
    check_line,
    check_values,
    require,
)


@dataclass
class ServeConfig:
    """The tree of `scripts/serve.py`."""

    runs: list[str] = field(default_factory=list)
    """Runs by name; empty serves every run under `folder`, those too that come while it serves."""
    folder: str = "runs"
    """Where the runs are."""
    host: str = "127.0.0.1"
    """Address to listen at. This one is reached from this machine only; 0.0.0.0 from everywhere."""
    port: int = 8_000
    """0 takes a free one."""
    memory_gib: float = 4.0
    """For the weights and caches of the models that are loaded; the least recently used one goes
    where another needs its room."""
    max_tokens: int = 4_096
    """The longest continuation that a request may ask for."""
    concurrency: int = 32
    """Stories told side by side."""
    queue: int = 128
    """Stories that may wait for their turn; beyond that, a request is told to come again later."""
    prompt_bytes: int = 65_536
    """Text of all prompts of a request."""
    timeout: float = 300.0
    """Seconds that a request may take, waiting included."""
    grace: float = 10.0
    """Seconds that stories have to come to their end once the server is asked to stop."""
    api_key_variable: str = ""
    """The environment variable that holds the key which clients have to send; empty asks for none.
    """
    cors: list[str] = field(default_factory=list)
    """Origins of other pages whose scripts may ask, such as https://example.org; empty: none."""
    compile: bool = False
    """Compile the models: a slower beginning, then faster."""
    int8: bool = False
    """Weights of eight bits: a little less exact, and faster on CPUs."""
    drafter: str = ""
    """A small run that guesses ahead for larger ones with the same tokenizer."""
    threads: int = 0
    """CPU threads; 0 takes every core."""

    def __post_init__(self) -> None:
        check_values("", self)
        for name in self.runs:
            check_file_name("runs", name)
        check_line("folder", self.folder)
        check_line("host", self.host)
        require(" " not in self.host, f"host={self.host!r} is no address; try 127.0.0.1")
        at_least("", self, 0, "port", "queue", "grace", "threads")
        at_most("", self, 65_535, "port")
        at_least("", self, 1, "max_tokens", "concurrency", "prompt_bytes")
        at_most("", self, 4_096, "concurrency")
        for name in ("memory_gib", "timeout"):
            value = getattr(self, name)
            require(value > 0, f"{name}={value} must be above 0")
        require(
            re.fullmatch(r"([A-Za-z_][A-Za-z0-9_]*)?", self.api_key_variable) is not None,
            f"api_key_variable={self.api_key_variable!r} cannot name an environment variable; give "
            "its name, not the key itself",
        )
        for origin in self.cors:
            known = re.fullmatch(r"\*|https?://[A-Za-z0-9.-]+(:[0-9]+)?", origin) is not None
            require(known, f"cors=[{origin!r}] is no origin; write it as https://example.org")
        if self.drafter:
            check_file_name("drafter", self.drafter)

    def api_key(self) -> str:
        """The key, or nothing. ValueError where the variable is to hold one and does not."""
        key = os.environ.get(self.api_key_variable, "") if self.api_key_variable else ""
        require(
            bool(key) or not self.api_key_variable,
            f"api_key_variable={self.api_key_variable}: that environment variable is empty; set "
            "it, or leave the dial out",
        )
        return key

    @property
    def loopback(self) -> bool:
        """Whether only this machine reaches it."""
        return self.host in ("localhost", "::1") or self.host.startswith("127.")
