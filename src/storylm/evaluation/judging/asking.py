"""One judge grades many works: what it costs is said first, then many are asked at once."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from storylm.config.judging import Judge, JudgeConfig
from storylm.evaluation.judging.cache import AnswerCache, key_of
from storylm.evaluation.judging.endpoint import Endpoint, Unanswered
from storylm.evaluation.judging.questions import (
    Verdict,
    Work,
    read_verdict,
    request,
    request_again,
)
from storylm.evaluation.judging.responses import Reply

CHARACTERS = 4
"""Of a token of English, about."""
ANSWER = 80
"""Tokens of an answer, about."""
GRACE = 5.0
"""Seconds that are left to what is under way when we are stopped."""
SAY_EVERY = 5.0

Task = TypeVar("Task")
Result = TypeVar("Result")
Say = Callable[[str], None]


class Question(NamedTuple):
    """One request, and the works to which its answer belongs."""

    body: dict[str, Any]
    sample: int
    grades: list[str]
    works: list[int]


class Asking:
    """A judge, and what it is to be asked."""

    def __init__(
        self,
        judge: Judge,
        config: JudgeConfig,
        works: Sequence[Work],
        *,
        say: Say,
        endpoint: Endpoint | None = None,
    ) -> None:
        self.judge, self.config, self.works, self.say = judge, config, works, say
        self.cache = AnswerCache(config.cache, judge)
        self.endpoint = endpoint or Endpoint(judge, config, say=say)
        questions: dict[str, Question] = {}
        for i, work in enumerate(works):
            for sample in range(config.samples):
                body = request(work, judge.model, config.temperature, sample)
                key = key_of(judge, body, sample, 0)
                questions.setdefault(key, Question(body, sample, work.grades, [])).works.append(i)
        self.questions = list(questions.values())
        self.left = [q for key, q in questions.items() if self.cache.get(key) is None]
        """Those that the cache does not answer."""
        self.replies: list[Reply] = []
        """What the endpoint answered now."""
        self.models: set[str] = set()
        """How it called the models that answered, now or then."""
        self.troubles: list[str] = []
        """Why questions stayed unanswered."""

    def estimate(self) -> str:
        """What is to be asked, in one line."""
        asked, left = len(self.questions), len(self.left)
        words = f"{asked:,} requests, {asked - left:,} of them in the cache"
        if not left:
            return words
        read = sum(len(q.body["messages"][0]["content"]) for q in self.left) // CHARACTERS
        written = left * ANSWER
        price_in, price_out = self.judge.price_in, self.judge.price_out
        words += f"; {left:,} to ask: about {read:,} tokens in, {written:,} out"
        words += f" ({CHARACTERS} characters a token)"
        if price_in or price_out:
            words += f", a cost of about {(read * price_in + written * price_out) / 1e6:.4f}"
        return words

    def verdicts(self) -> list[list[Verdict]]:
        """Those of each work, one for each sample that was answered.

        Raises ConnectionError where the endpoint is gone, Refused where it says no; what was
        answered until then, or until Ctrl-C, is kept.
        """
        began = said = time.monotonic()

        def progress(done: int) -> None:
            nonlocal said
            if time.monotonic() - said > SAY_EVERY:
                said = time.monotonic()
                self.say(f"{done:,} of {len(self.questions):,}")

        try:
            verdicts = in_parallel(
                self.questions,
                self.grade,
                at_once=self.config.concurrency,
                stop=self.endpoint.stop,
                progress=progress,
            )
        finally:
            self.close()
        if self.questions and not any(verdicts):
            raise ConnectionError(f"{self.endpoint.name} answers nothing: {self.troubles[0]}")
        if self.left or self.troubles:
            self.say(self.summary(time.monotonic() - began))
        found: list[list[Verdict]] = [[] for _ in self.works]
        for question, verdict in zip(self.questions, verdicts):
            for i in question.works if verdict else []:
                found[i].append(verdict)
        return found

    def grade(self, question: Question) -> Verdict | None:
        """None where no answer can be had or read, however often it is asked for."""
        body, trouble = question.body, ""
        for attempt in range(self.config.retries + 1):
            try:
                reply = self.ask(body, question.sample, attempt)
            except Unanswered as error:
                trouble = str(error)
                break
            try:
                return read_verdict(reply.text, question.grades)
            except ValueError as error:
                trouble = f"{error}: {reply.text[:60]!r}"
                body = request_again(question.body, reply.text, str(error))
        self.troubles.append(trouble)
        return None

    def ask(self, body: dict[str, Any], sample: int, attempt: int) -> Reply:
        """From the cache where it is there, else from the endpoint, and then in the cache."""
        key = key_of(self.judge, body, sample, attempt)
        found = self.cache.get(key)
        if found is None:
            with self.cache.asking(key) as found:
                if found is None:
                    found = self.endpoint.complete(body)
                    self.cache.put(key, found)
                    self.replies.append(found)
        if found.model:
            self.models.add(found.model)
        return found

    def summary(self, seconds: float) -> str:
        words = f"{len(self.questions):,} requests done in {seconds:.0f} s"
        if self.replies:
            read = sum(reply.tokens_in for reply in self.replies)
            written = sum(reply.tokens_out for reply in self.replies)
            words += f"; the endpoint answered {len(self.replies):,}"
            words += f" and counts {read:,} tokens in, {written:,} out" if read else ""
        if self.troubles:
            words += f"; {len(self.troubles):,} unanswered, such as: {self.troubles[0]}"
        return words

    def facts(self) -> dict[str, Any]:
        """Who graded, and on how many requests; the same when all comes from the cache."""
        return {
            "model": self.judge.model,
            "base_url": self.judge.base_url,
            "answered_as": sorted(self.models),
            "temperature": self.config.temperature,
            "samples": self.config.samples,
            "requests": len(self.questions),
            "troubles": sorted(self.troubles),
        }

    def close(self) -> None:
        self.endpoint.close()
        self.cache.close()


def in_parallel(
    tasks: Sequence[Task],
    work: Callable[[Task], Result],
    *,
    at_once: int,
    stop: threading.Event,
    progress: Callable[[int], None],
) -> list[Result]:
    """`work` of each task, in the tasks' order, in threads.

    The first exception, Ctrl-C included, sets `stop`, lets what is under way end for some seconds,
    and goes on to the caller. The threads hold up no process that ends.
    """
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, Any, BaseException | None]] = queue.SimpleQueue()
    for i in range(len(tasks)):
        waiting.put(i)

    def labour() -> None:
        while not stop.is_set():
            try:
                i = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                done.put((i, work(tasks[i]), None))
            except BaseException as error:
                stop.set()
                done.put((i, None, error))

    threads = [
        threading.Thread(target=labour, daemon=True) for _ in range(min(at_once, len(tasks)))
    ]
    results: dict[int, Result] = {}
    try:
        for thread in threads:
            thread.start()
        while len(results) < len(tasks):
            i, result, error = done.get()
            if error is not None:
                raise error
            results[i] = result
            progress(len(results))
    finally:
        stop.set()
        until = time.monotonic() + GRACE
        for thread in threads:
            if thread.is_alive():
                thread.join(max(0.0, until - time.monotonic()))
    return [results[i] for i in range(len(tasks))]
