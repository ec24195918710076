"""Dials of the judge: a model behind an endpoint that grades stories."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from storylm.config.checks import at_least, at_most, check_line, check_values, require


@dataclass(frozen=True)
class Judge:
    """One who grades."""

    model: str
    base_url: str
    key_variable: str
    price_in: float
    price_out: float


@dataclass
class JudgeConfig:
    """Who grades, and how it is asked.

    Several judges are a list of models; the dials marked "each" then take a list too, or one value
    for all.
    """

    base_url: Any = ""
    """An OpenAI-compatible endpoint, such as http://127.0.0.1:8000/v1; each."""
    model: Any = ""
    """Its name there; empty asks no judge."""
    key_variable: Any = "OPENAI_API_KEY"
    """The environment variable that holds the key; a local server needs none. Each: '' gives that
    judge no key."""
    temperature: float | None = 0.0
    """Of the answers; null sends neither temperature nor seed, which some models refuse."""
    samples: int = 1
    """Answers to each question; their mean counts."""
    anchors: int = 10
    """Held-out stories that are graded too, whole and damaged; 0 grades none."""
    concurrency: int = 8
    """Requests under way at once."""
    timeout: float = 120.0
    """Seconds for one answer."""
    retries: int = 5
    """How often a question is asked again, where the endpoint is busy or the answer has no form."""
    price_in: Any = 0.0
    """Price of a million tokens that are read; 0 tells no cost. Each."""
    price_out: Any = 0.0
    """Price of a million tokens that are written. Each."""
    most_requests: int = 0
    """Refuse what would need more requests than this, beside those in the cache; 0 sets no limit.
    """
    cache: str = "runs/_judge"
    """Where answers are kept, so that none is paid for twice."""

    def __post_init__(self) -> None:
        check_values("judge", self)
        at_least("judge", self, 1, "samples", "concurrency")
        at_most("judge", self, 100, "samples", "retries")
        at_most("judge", self, 256, "concurrency")
        at_least("judge", self, 0, "anchors", "retries", "most_requests")
        require(self.timeout > 0, f"judge.timeout={self.timeout} must be above 0")
        if self.temperature is not None:
            at_least("judge", self, 0, "temperature")
        check_line("judge.cache", self.cache)
        models = self.each("model", str) if self.model != "" else []
        for model in models:
            check_line("judge.model", model)
        for name in ("price_in", "price_out"):
            for price in self.each(name, float, len(models)):
                require(price >= 0, f"judge.{name}={price} must be at least 0")
        self.check_urls(self.each("base_url", str, len(models)), asked=bool(models))
        self.check_keys(self.each("key_variable", str, len(models)))
        pairs = [(judge.model, judge.base_url) for judge in self.judges]
        require(len(set(pairs)) == len(pairs), f"judge.model={self.model} names one judge twice")

    @property
    def judges(self) -> list[Judge]:
        if self.model == "":
            return []
        models = self.each("model", str)
        return [
            Judge(model, url.rstrip("/").removesuffix("/chat/completions"), key, cheap, dear)
            for model, url, key, cheap, dear in zip(
                models,
                *(self.each(name, str, len(models)) for name in ("base_url", "key_variable")),
                *(self.each(name, float, len(models)) for name in ("price_in", "price_out")),
            )
        ]

    def each(self, name: str, kind: type, count: int = 0) -> list[Any]:
        """A dial's values, one for each of `count` judges."""
        value, legal = getattr(self, name), (int, float) if kind is float else (str, int, float)
        many = isinstance(value, list)
        known = value if many else [value]
        right = bool(known) and all(
            isinstance(item, legal) and not isinstance(item, bool) for item in known
        )
        what = "a number" if kind is float else "a text"
        require(right, f"judge.{name} must be {what}, or a list with one for each judge")
        require(
            not many or not count or len(known) == count,
            f"judge.{name} has {len(known)} values, but judge.model names {count}; give one for "
            "each, or one for all",
        )
        return [kind(item) for item in (known if many else known * max(1, count))]

    def check_urls(self, urls: list[str], *, asked: bool) -> None:
        """A URL is written beside the grades, so it may hold no secret."""
        for url in urls:
            if not url and not asked:
                continue
            require(
                bool(url),
                f"judge.base_url is empty, but judge.model={self.model} needs an endpoint; give "
                "one such as http://127.0.0.1:8000/v1",
            )
            check_line("judge.base_url", url)
            try:
                parts = urlsplit(url)
                parts.port  # noqa: B018
            except ValueError as error:
                raise ValueError(f"judge.base_url is no address: {error}") from None
            require(
                "@" not in parts.netloc and not parts.query and not parts.fragment,
                "judge.base_url may hold no password, query or fragment; the key comes from the "
                "environment variable that judge.key_variable names",
            )
            require(
                parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in url,
                f"judge.base_url={url} is no endpoint; give one such as http://127.0.0.1:8000/v1",
            )
            require(asked, f"judge.base_url={url} would do nothing: it needs judge.model=<name>")

    def check_keys(self, names: list[str]) -> None:
        """Whoever writes the key itself here does not find it on the screen."""
        for name in names:
            require(
                re.fullmatch(r"([A-Za-z_][A-Za-z0-9_]{0,99})?", name) is not None,
                "judge.key_variable must be the name of an environment variable, such as "
                "OPENAI_API_KEY, and not the key itself",
            )
        hosts = {urlsplit(judge.base_url).netloc for judge in self.judges}
        require(
            isinstance(self.key_variable, list) or self.key_variable == "" or len(hosts) < 2,
            "judge.key_variable is one, but the judges live on several hosts, which would all get "
            "its key; give one for each, '' for none",
        )
