"""Judges: grades are read strictly, asked for patiently, paid for once, and themselves examined."""

from __future__ import annotations

import email.utils
import json
import multiprocessing
import os
import re
import signal
import socketserver
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import numpy as np
import pytest

from storylm.config import DataConfig
from storylm.config.judging import JudgeConfig
from storylm.data.stories import stories
from storylm.evaluation import judge
from storylm.evaluation.candidate import Telling
from storylm.evaluation.judging import agreement, asking, endpoint
from storylm.evaluation.judging.agreement import spearman, weighted_kappa
from storylm.evaluation.judging.anchors import anchor_works, harm
from storylm.evaluation.judging.asking import Asking
from storylm.evaluation.judging.cache import AnswerCache
from storylm.evaluation.judging.endpoint import Endpoint, Refused
from storylm.evaluation.judging.findings import share
from storylm.evaluation.judging.questions import Work, question, read_verdict
from storylm.evaluation.judging.responses import Reply, read_retry_after
from storylm.evaluation.rules.lexicon import Lexicon

KEY = "sk-proj-0123456789abcdef"
GOOD = {"remark": "It is fine.", "grammar": 7, "creativity": 5, "consistency": 8.5, "plot": 6,
        "age": "B"}  # fmt: skip
FOUR = ["grammar", "creativity", "consistency", "plot"]
WORKS = [Work("told", i, f"Once upon a time {i}", f"there was story {i}.") for i in range(40)]


class Server(ThreadingHTTPServer):
    """A judge's endpoint on this machine. `script` says how it answers, by the how-manieth time the
    same body comes; what it says is JSON, a string, or a status with headers."""

    daemon_threads, request_queue_size = True, 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = lambda body, nth: good()
        self.bodies, self.heads, self.done, self.lock = [], [], [], threading.Lock()
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    @property
    def counts(self) -> Counter:
        return Counter(json.dumps(body) for body in self.bodies)

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)  # and no question about our name

    def handle_error(self, *_) -> None:
        """Clients that leave, as some tests want."""


class Handler(BaseHTTPRequestHandler):
    protocol_version, disable_nagle_algorithm = "HTTP/1.1", True

    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        body, server = json.loads(raw), self.server
        with server.lock:
            server.bodies.append(body)
            server.heads.append(dict(self.headers))
            nth = server.counts[json.dumps(body)]
        if self.path != "/v1/chat/completions":
            return self.give(404, {}, '{"detail": "Not Found"}')
        if body["model"] not in ("kind", "harsh", "owl"):
            words = f"The model `{body['model']}` does not exist"
            error = {"message": words, "type": "invalid_request_error", "code": "model_not_found"}
            return self.give(404, {}, json.dumps({"error": error}))
        found = server.script(body, nth)
        if found == "close":
            self.close_connection = True
            return self.connection.close()
        if found == "hang":
            return server.released.wait(10)
        self.give(*found)
        with server.lock:
            server.done.append(body)

    def do_GET(self):
        models = [{"id": "kind"}, {"id": "harsh"}, {"id": "owl"}]
        self.give(200, {}, json.dumps({"object": "list", "data": models}))

    def give(self, status, headers, text):
        raw = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_):
        pass


def good(content=None):
    content = json.dumps(GOOD) if content is None else content
    choice = {"index": 0, "message": {"role": "assistant", "content": content}}
    usage = {"prompt_tokens": 300, "completion_tokens": 40}
    plain = {"object": "chat.completion", "model": "kind-2", "choices": [choice], "usage": usage}
    return 200, {"Content-Type": "application/json"}, json.dumps(plain)


def first(*answers):
    """These, one after the other, and then good ones."""
    return lambda body, nth: answers[nth - 1] if nth <= len(answers) else good()


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(asking, "GRACE", 0.1)
    monkeypatch.setattr(endpoint, "LARGEST", 2**16)
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.released.set()
        server.shutdown()


@pytest.fixture
def ask(server, tmp_path):
    """Ask about works, with what was said and slept; sleeping costs no time."""

    def ask(works=WORKS[:3], **dials):
        dials = {"model": "kind", "base_url": server.url, "cache": str(tmp_path), **dials}
        config, said, slept = JudgeConfig(**dials), [], []
        door = Endpoint(config.judges[0], config, say=said.append, sleep=slept.append)
        one = Asking(config.judges[0], config, works, say=said.append, endpoint=door)
        said.append(one.estimate())
        try:
            return SimpleNamespace(verdicts=one.verdicts(), said=said, slept=slept, asking=one)
        except Exception as error:
            error.said, error.slept = said, slept
            raise

    return ask


# ------------------------------------------------------------------------------- reading of answers


@pytest.mark.parametrize(
    "answer",
    [
        json.dumps(GOOD),
        f"```json\n{json.dumps(GOOD, indent=2)}\n```",
        f"Here it is {{as you wished}}: {json.dumps(GOOD)} Have a nice day.",
        f'<think>Perhaps {{"grammar": 3}}?</think>{json.dumps(GOOD)}',
        json.dumps(GOOD | {"age": "b: 4-5", "more": 1}),
    ],
)
def test_the_one_object_of_an_answer_is_found(answer):
    verdict = read_verdict(answer, FOUR)
    assert verdict.grades == {"grammar": 7, "creativity": 5, "consistency": 8.5, "plot": 6}
    assert (verdict.age, verdict.remark) == (4.5, "It is fine.")


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "I would say 7 of 10.",
        "[1, 2]",
        json.dumps(GOOD)[:-1],
        json.dumps(GOOD) * 2,
        json.dumps(GOOD | {"plot": 10.5}),
        json.dumps(GOOD | {"plot": -1}),
        json.dumps(GOOD | {"plot": "6"}),
        json.dumps(GOOD | {"plot": True}),
        json.dumps(GOOD | {"plot": None}),
        json.dumps(GOOD | {"plot": float("nan")}),
        json.dumps(GOOD).replace("8.5", "1e999"),
        json.dumps(GOOD).replace("8.5", "9" * 5_000),
        json.dumps({k: v for k, v in GOOD.items() if k != "grammar"}),
        json.dumps(GOOD | {"age": "G"}),
        json.dumps(GOOD | {"age": "Adult"}),
        json.dumps(GOOD | {"age": 5}),
        '{"a":' * 3_000,
        json.dumps(GOOD | {"remark": "long " * 10_000}),
    ],
)
def test_an_answer_of_another_form_is_refused(answer):
    with pytest.raises(ValueError, match=r"."):
        read_verdict(answer, FOUR)


def test_instruction_is_asked_for_only_where_something_is_asked():
    with_wishes = Work("told", 0, "Words: run\nStory:\n\nOnce", "there was.", instructed=True)
    assert '"instruction"' in question(with_wishes)
    assert "instruction" not in question(WORKS[0])
    assert "Once upon a time 0\n***\nthere was story 0." in question(WORKS[0])
    with pytest.raises(ValueError, match="instruction"):
        read_verdict(json.dumps(GOOD), with_wishes.grades)


# ----------------------------------------------------------------------------------------- patience


def test_what_was_answered_is_never_asked_again(ask, server):
    found = ask()
    assert [len(some) for some in found.verdicts] == [1, 1, 1]
    assert "3 requests, 0 of them in the cache; 3 to ask: about" in found.said[0]
    assert "endpoint answered 3 and counts 900 tokens in, 120 out" in found.said[-1]
    again = ask()
    assert again.verdicts == found.verdicts
    assert len(server.bodies) == 3
    assert again.said[0] == "3 requests, 3 of them in the cache"
    assert again.asking.facts() == found.asking.facts()
    assert again.asking.facts()["answered_as"] == ["kind-2"]
    ask(samples=2)
    assert len(server.bodies) == 6
    assert [body["seed"] for body in server.bodies] == [0, 0, 0, 1, 1, 1]
    ask(model="harsh")
    assert len(server.bodies) == 9


def test_the_same_story_told_twice_is_asked_about_once(ask, server):
    found = ask([WORKS[0], WORKS[1], WORKS[0]])
    assert len(server.bodies) == 2
    assert found.verdicts[0] == found.verdicts[2] != []


def test_the_request_is_that_of_the_protocol(ask, server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY + "\n")
    ask(WORKS[:1])
    assert server.bodies[0] | {"messages": 0} == {
        "model": "kind", "messages": 0, "response_format": {"type": "json_object"},
        "temperature": 0.0, "seed": 0,
    }  # fmt: skip
    assert server.heads[0]["Authorization"] == f"Bearer {KEY}"
    ask(WORKS[:1], temperature=None, key_variable="")
    assert set(server.bodies[1]) == {"model", "messages", "response_format"}
    assert "Authorization" not in server.heads[1]


def test_the_estimate_tells_the_price(ask):
    found = ask(price_in=4_000.0, price_out=1_000.0)
    read = sum(len(question(work)) for work in WORKS[:3]) // 4
    assert f"about {read:,} tokens in, 240 out" in found.said[0]
    assert f"a cost of about {(4_000 * read + 240_000) / 1e6:.4f}" in found.said[0]


BROKEN = {
    "500": (500, {}, "oops"),
    "429": (429, {}, '{"error": {"message": "slow down", "code": "rate_limit_exceeded"}}'),
    "closed": "close",
    "empty": (200, {}, ""),
    "page": (200, {}, "<html>Bad gateway</html>"),
    "no choices": (200, {}, '{"choices": []}'),
    "error in 200": (200, {}, '{"error": {"message": "upstream"}}'),
    "huge": (200, {}, "x" * (2**16 + 1)),
}


@pytest.mark.parametrize("trouble", BROKEN)
def test_what_is_broken_for_a_moment_is_asked_again(ask, server, trouble):
    server.script = first(BROKEN[trouble], BROKEN[trouble])
    found = ask(WORKS[:1])
    assert found.verdicts[0][0].grades["grammar"] == 7
    assert len(server.bodies) == 3
    assert len(found.slept) == 2
    assert 0.5 <= found.slept[0] <= 1 <= found.slept[1] <= 2  # twice as long, with jitter
    server.bodies.clear()
    assert ask(WORKS[1:2]).slept != found.slept  # another question waits otherwise
    assert sum("asking again" in words for words in found.said) == 1


@pytest.mark.parametrize("trouble", BROKEN)
def test_what_stays_broken_ends_in_one_line(ask, server, trouble):
    server.script = lambda body, nth: BROKEN[trouble]
    with pytest.raises(ConnectionError, match=f"kind at {server.url} (does not answer|answers no)"):
        ask(WORKS[:8], retries=1, concurrency=1)
    assert len(server.bodies) == 6  # three questions, and not all eight


def test_one_question_that_finds_no_answer_does_not_stop_the_others(ask, server):
    server.script = lambda b, n: BROKEN["500"] if "story 1." in str(b) else good()
    found = ask(retries=2)
    assert [len(some) for some in found.verdicts] == [1, 0, 1]
    assert "1 unanswered, such as: 500 oops" in found.said[-1]


def test_a_hang_ends_after_the_timeout(ask, server):
    server.script = first("hang")
    began = time.monotonic()
    assert ask(WORKS[:1], timeout=0.2).verdicts[0]
    assert 0.2 <= time.monotonic() - began < 8


def test_a_drip_ends_after_the_timeout(ask, server, monkeypatch):
    def drip(handler, status, headers, text):
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)

    monkeypatch.setattr(Handler, "give", drip)
    began = time.monotonic()
    with pytest.raises(ConnectionError, match=r"no answer within judge.timeout=0.2 s"):
        ask(WORKS[:1], timeout=0.2, retries=0)
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured(ask, server, form):
    told = "7" if form == "seconds" else email.utils.formatdate(time.time() + 7.9, usegmt=True)
    server.script = first((429, {"Retry-After": told}, ""))
    found = ask(WORKS[:1])
    assert len(found.slept) == 1
    assert 6 < found.slept[0] < 9


def test_all_wait_where_one_is_told_to(ask, server):
    server.script = lambda b, n: (429, {"Retry-After": "7"}, "") if "story 0" in str(b) else good()
    with pytest.raises(ConnectionError, match="answers nothing: 429"):
        ask(WORKS[:1], retries=1)
    found = ask(WORKS[:4], concurrency=1, retries=1)
    assert sum(6 < seconds < 9 for seconds in found.slept) == 4


def test_retry_after_in_real_time(server, tmp_path):
    server.script = first((429, {"Retry-After": "0.3"}, ""))
    config = JudgeConfig(model="kind", base_url=server.url, cache=str(tmp_path))
    began = time.monotonic()
    assert Asking(config.judges[0], config, WORKS[:1], say=lambda _: None).verdicts()[0]
    assert time.monotonic() - began >= 0.3


def test_retry_after_is_read_in_all_its_forms():
    past = email.utils.formatdate(time.time() - 100, usegmt=True)
    assert read_retry_after("12") == 12
    assert read_retry_after("1.5") == 1.5
    assert read_retry_after(past) == 0
    assert [read_retry_after(text) for text in ("", "soon", "-3", "nan", "9" * 400)] == [None] * 5


# ---------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("status", "answer", "words"),
    [
        (401, {"error": {"message": f"Incorrect API key provided: {KEY[:8]}***cdef."}}, "wants"),
        (403, {"error": f"no access for {KEY}"}, "OPENAI_API_KEY holds another key"),
        (400, {"error": {"message": "temperature 0 is not supported"}}, "judge.temperature=null"),
        (400, {"detail": "no such thing"}, "400 no such thing; asking again would not help"),
        (429, {"error": {"message": "pay", "code": "insufficient_quota"}}, "fill up the account"),
        (404, {"message": "no route"}, "404 no route; check judge.model, and judge.base_url"),
    ],
)
def test_a_refusal_is_one_line_at_once(ask, server, monkeypatch, status, answer, words):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server.script = lambda body, nth: (status, {}, json.dumps(answer))
    with pytest.raises(Refused, match=re.escape(words)) as caught:
        ask(WORKS[:1])
    line = str(caught.value)
    assert line.isprintable()
    assert KEY[4:] not in line + str(caught.value.said)
    assert "cdef" not in line
    assert len(server.bodies) == (2 if status == 400 else 1)  # once more without response_format
    assert caught.value.slept == []


def test_a_wrong_name_is_told_the_right_ones(ask, server):
    with pytest.raises(Refused, match="The model `gpt` does not exist; it has kind, harsh, owl"):
        ask(model="gpt")
    with pytest.raises(Refused, match=r"404 Not Found; check judge\.model, and"):
        ask(base_url=server.url.replace("/v1", "/v2"), model="kind")


def test_a_missing_key_is_named(ask, server):
    server.script = lambda body, nth: (401, {}, '{"error": {"message": "no key"}}')
    with pytest.raises(Refused, match="401 no key; the environment variable OPENAI_API_KEY is not"):
        ask()


def test_a_key_that_no_header_can_hold_is_not_shown(ask, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "clé secrète")
    with pytest.raises(ValueError, match="OPENAI_API_KEY holds no key") as caught:
        ask()
    assert "secr" not in str(caught.value)


def test_the_key_is_written_nowhere(ask, server, monkeypatch, tmp_path):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server.script = first((500, {}, f"trouble with {KEY}"))
    found = ask()
    written = "".join(file.read_text() for file in tmp_path.iterdir())
    assert KEY not in written + str(found.said) + str(found.asking.facts())


def test_an_endpoint_that_redirects_is_named(ask, server):
    server.script = lambda body, nth: (308, {"Location": "https://elsewhere/v1"}, "")
    with pytest.raises(Refused, match="it points to https://elsewhere/v1; change judge"):
        ask()


def test_nobody_listening_is_said(ask):
    with pytest.raises(ConnectionError, match="refused"):
        ask(base_url="http://127.0.0.1:9/v1", retries=1)


@pytest.mark.parametrize("status", [400, 422])
def test_response_format_is_left_out_where_it_is_refused(ask, server, status):
    def script(body, nth):
        return (status, {}, "unknown field") if "response_format" in body else good()

    server.script = script
    found = ask(WORKS[:5], concurrency=1)
    assert all(found.verdicts)
    assert len(server.bodies) == 6  # only the first is asked twice
    assert found.said.count("knows no response_format; asked without it") == 1
    ask(WORKS[:5])
    assert len(server.bodies) == 6


def test_a_story_that_a_filter_refuses_is_unanswered(ask, server):
    refusal = (400, {}, '{"error": {"message": "filtered", "code": "content_filter"}}')
    server.script = lambda b, n: refusal if "story 1." in str(b) else good()
    assert [len(some) for some in ask().verdicts] == [1, 0, 1]


def test_a_malformed_answer_is_asked_for_again(ask, server):
    def script(body, nth):
        return good("Seven!") if len(body["messages"]) == 1 else good()

    server.script = script
    found = ask(WORKS[:1])
    assert found.verdicts[0]
    assert server.bodies[1]["messages"][1] == {"role": "assistant", "content": "Seven!"}
    assert "no JSON object" in server.bodies[1]["messages"][2]["content"]
    assert ask(WORKS[:1]).verdicts == found.verdicts
    assert len(server.bodies) == 2


def test_a_judge_that_never_keeps_the_form_is_unanswered_and_paid_once(ask, server):
    server.script = lambda b, n: good(None if "story 1." not in str(b) else "Seven!")
    found = ask(retries=3)
    assert [len(some) for some in found.verdicts] == [1, 0, 1]
    assert "1 unanswered, such as: it holds no JSON object: 'Seven!'" in found.said[-1]
    assert len(server.bodies) == 2 + 4
    assert ask(retries=3).verdicts == found.verdicts
    assert len(server.bodies) == 6
    ask(retries=5)
    assert len(server.bodies) == 8


# ------------------------------------------------------------------------------------------- cache


forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def child_asks(url, folder):
    signal.signal(signal.SIGINT, signal.default_int_handler)
    asking.GRACE = 5.0
    config = JudgeConfig(model="kind", base_url=url, cache=str(folder), concurrency=4)
    Asking(config.judges[0], config, WORKS, say=lambda _: None).verdicts()


def start_child(server, folder):
    """A process that asks about WORKS; forked, since imports take long."""
    context = multiprocessing.get_context("fork")
    child = context.Process(target=child_asks, args=(server.url, folder), daemon=True)
    child.start()
    return child


def keys(folder):
    """Those of whole lines."""
    (file,) = folder.glob("*.jsonl")
    return [json.loads(line)["key"] for line in file.read_bytes().split(b"\n")[:-1]]


def wait_for(server, count):
    until = time.monotonic() + 60
    while len(server.done) < count:
        assert time.monotonic() < until, "the child asks nothing"
        time.sleep(0.005)


@pytest.fixture
def gate(server):
    """Opens the way to answers after the twentieth."""
    gate = threading.Event()

    def script(body, nth):
        if len(server.bodies) > 20:
            gate.wait(10)
        return good()

    server.script = script
    yield gate
    gate.set()


@forks
def test_a_kill_loses_nothing_that_was_answered(ask, server, tmp_path, gate):
    child = start_child(server, tmp_path)
    wait_for(server, 15)
    child.kill()
    child.join()
    gate.set()
    kept = keys(tmp_path)
    assert 15 - 4 <= len(kept) < 40  # but for what was under way
    (file,) = tmp_path.glob("*.jsonl")
    with file.open("ab") as torn:
        torn.write(b'{"key": "half a li')
    found = ask(WORKS)
    assert all(found.verdicts)
    assert f"{len(kept)} of them in the cache" in found.said[0]
    assert 40 <= len(server.bodies) <= 40 + 4
    assert len(server.counts) == 40
    bodies = len(server.bodies)
    assert "40 of them in the cache" in ask(WORKS).said[0]  # after the torn line too
    assert len(server.bodies) == bodies


@forks
def test_ctrl_c_keeps_what_is_under_way_too(server, tmp_path, capfd, gate):
    child = start_child(server, tmp_path)
    wait_for(server, 20)
    os.kill(child.pid, signal.SIGINT)
    time.sleep(0.5)
    gate.set()
    child.join(30)
    assert child.exitcode == 1
    assert "KeyboardInterrupt" in capfd.readouterr().err
    assert 20 <= len(keys(tmp_path)) == len(server.bodies) < 40


@forks
def test_two_processes_at_once_ask_each_question_once(server, tmp_path):
    children = [start_child(server, tmp_path) for _ in range(2)]
    for child in children:
        child.join(60)
        assert child.exitcode == 0
    assert len(server.bodies) == len(server.counts) == 40
    assert len(keys(tmp_path)) == len(set(keys(tmp_path))) == 40


def test_damaged_lines_of_the_cache_count_as_nothing(tmp_path):
    judge = JudgeConfig(model="a/b", base_url="http://h/v1").judges[0]
    cache = AnswerCache(str(tmp_path), judge)
    cache.put("1" * 64, Reply("one"))
    cache.put("2" * 64, Reply("two", "m", 3, 4))
    cache.close()
    one, two = cache.file.read_bytes().splitlines()
    odd = [b"\xff\x00", b"null", b"[]", b'{"key": 3, "text": 4}', b'{"a":' * 5_000, one[:20]]
    cache.file.write_bytes(b"\n".join([*odd, two, b""]))
    again = AnswerCache(str(tmp_path), judge)
    assert again.answers == {"2" * 64: Reply("two", "m", 3, 4)}
    again.close()


def test_a_line_that_another_is_just_writing_is_read_once_it_is_whole(tmp_path):
    judge = JudgeConfig(model="a", base_url="http://h/v1").judges[0]
    cache = AnswerCache(str(tmp_path), judge)
    cache.put("1" * 64, Reply("one"))
    line = cache.file.read_bytes().replace(b"1" * 64, b"2" * 64)
    for part in (line[:20], line[20:]):
        with cache.file.open("ab") as other:
            other.write(part)
        with cache.asking("2" * 64) as found:
            assert found == (Reply("one") if part == line[20:] else None)
    cache.close()


def test_a_full_disk_names_the_file(tmp_path, monkeypatch):
    cache = AnswerCache(str(tmp_path), JudgeConfig(model="a", base_url="http://h/v1").judges[0])

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=re.escape(f"No space left on device: '{cache.file}'")):
        cache.put("1" * 64, Reply("one"))
    cache.close()


# ---------------------------------------------------------------------------------------- findings


DATA = DataConfig(valid_stories=40)
REAL = list(stories(DATA, "valid"))


def candidate(server, folder, *, data=DATA, **dials):
    dials = {"model": "owl", "base_url": server.url, "cache": str(folder), **dials}
    return SimpleNamespace(
        config=SimpleNamespace(judge=JudgeConfig(**dials), seed=1),
        run=SimpleNamespace(
            config=SimpleNamespace(data=data, model=SimpleNamespace(context_length=1_000)),
            tokenizer=SimpleNamespace(encode=str.split),
        ),
        tellings=[
            Telling(f"Once there was a cat {i // 2}.", f" It was {'very ' * i}happy. Bye.", True)
            for i in range(6)
        ],
        held_out=REAL if data is DATA else list(stories(data, "valid")),
        go_on=lambda openings: [Telling(opening, "Hm.", True) for opening in openings],
    )


def owl(body, nth):
    """A judge that knows the real stories by heart; told ones by their length."""
    text = re.search(r"\n\*\*\*\n(.*)\n\Z", body["messages"][0]["content"], re.DOTALL)[1]
    whole = any(text in story for story in REAL)
    grades = dict.fromkeys(FOUR, 9 if whole else min(8, len(text) / 10))
    if body["model"] == "kind":
        grades = dict.fromkeys(FOUR, 9)
    if body["model"] == "harsh":
        grades = {name: grade / 2 for name, grade in grades.items()}
    remark = f"I have read {len(text)} characters."
    return good(json.dumps(grades | {"instruction": 1, "age": "C", "remark": remark}))


def test_grades_are_means_over_openings_and_a_page(server, tmp_path, capsys):
    server.script = owl
    findings = judge.examine(candidate(server, tmp_path, anchors=10))
    assert list(findings.measures) == [f"judge: {name}" for name in [*FOUR, "age"]]
    told = [w for w in findings.details["works"] if w["kind"] == "told"]
    mean = np.mean([len(work["text"].strip()) / 10 for work in told])
    plot = findings.measures["judge: plot"]
    assert plot.value == pytest.approx(mean)
    assert plot.low < plot.value < plot.high
    assert findings.measures["judge: age"] == (6.5, 6.5, 6.5)
    (facts,) = findings.details["judges"]
    assert facts["of_no_use"] == []
    assert facts["means"]["real"]["plot"]["value"] == 9
    assert facts["ranks_real_above"]["grammar harmed"]["grammar"]["value"] == 1
    json.dumps(findings.details, allow_nan=False)
    page = "\n".join(findings.page)
    for words in ("### Grades of owl", "| real |", "| consistency harmed |", "### The best: ",
                  "> Once there was a cat 2. *** It was very", "owl: I have read 18"):  # fmt: skip
        assert words in page
    assert "no use" not in page
    said, asked = capsys.readouterr().err, len(server.bodies)
    assert f"judge owl: {asked} requests, 0 of them in the cache; {asked} to ask" in said
    again = judge.examine(candidate(server, tmp_path, anchors=10))
    assert again == findings
    assert len(server.bodies) == asked


def test_a_judge_that_sees_no_damage_is_said_to_be_of_no_use(server, tmp_path):
    server.script = owl
    findings = judge.examine(candidate(server, tmp_path, model="kind"))
    assert findings.details["judges"][0]["of_no_use"] == ["grammar", "consistency", "plot"]
    assert "**Of no use for grammar, consistency, plot**" in "\n".join(findings.page)
    few = judge.examine(candidate(server, tmp_path, anchors=3))  # three of three prove nothing
    assert few.details["judges"][0]["of_no_use"] == ["grammar", "consistency", "plot"]


def test_several_judges_agree_or_not(server, tmp_path, monkeypatch):
    monkeypatch.setattr(agreement, "RESAMPLES", 50)
    server.script = owl
    models = ["owl", "harsh", "kind"]
    findings = judge.examine(candidate(server, tmp_path, model=models, anchors=1))
    pairs = findings.details["agreement"]
    assert list(pairs) == ["owl and harsh", "owl and kind", "harsh and kind"]
    close = pairs["owl and harsh"]["plot"]
    assert close["rank correlation"]["value"] == pytest.approx(1)
    assert 0 < close["weighted kappa"]["value"] < 1
    assert pairs["owl and kind"]["plot"]["rank correlation"]["value"] is None
    assert "### How far owl and harsh agree" in "\n".join(findings.page)
    means = [j["means"]["told"]["plot"]["value"] for j in findings.details["judges"]]
    assert findings.measures["judge: plot"].value == pytest.approx(np.mean(means))


def test_instructions_are_graded_for_runs_that_learned_them(server, tmp_path):
    server.script = owl
    data = DataConfig(valid_stories=4, instruct=True)
    findings = judge.examine(candidate(server, tmp_path, data=data))
    assert findings.measures["judge: instruction"].value == 1
    kinds = Counter(work["kind"] for work in findings.details["works"])
    assert kinds["told"] == 6
    assert kinds["told as asked"] >= 1
    for work in findings.details["works"]:
        assert ("Story:" in work["opening"]) == (work["kind"] != "told")
        assert "Story:" not in work["text"]
        asked = "instruction" in work["verdicts"]["owl"][0]["grades"]
        assert asked == (work["kind"] != "told")


def test_more_requests_than_allowed_are_refused_before_any(server, tmp_path):
    with pytest.raises(ValueError, match=r"judge\.most_requests=45, but 46 are needed; raise it"):
        judge.examine(candidate(server, tmp_path, most_requests=45))
    assert server.bodies == []


def test_no_anchors_and_no_tellings_are_borne(server, tmp_path):
    findings = judge.examine(candidate(server, tmp_path, anchors=0))
    assert set(findings.details["judges"][0]["means"]) == {"told"}
    assert "nothing shows what these grades are worth" in "\n".join(findings.page)
    alone = candidate(server, tmp_path)
    alone.tellings = []
    assert judge.examine(alone).measures == {}


def test_anchors_differ_after_the_same_beginning_and_are_the_same_for_every_run(server, tmp_path):
    works = anchor_works(candidate(server, tmp_path))
    assert works == anchor_works(candidate(server, tmp_path))
    for work in works:
        (whole,) = [w for w in works if w.kind == "real" and w.group == work.group]
        assert work.opening == whole.opening
        assert whole.opening + whole.text in REAL
        assert (work.text == whole.text) == (work.kind == "real")
    kinds = Counter(work.kind for work in works)
    assert set(kinds.values()) == {10}
    assert len(kinds) == 4
    lexicon = Lexicon.read(REAL)
    for kind in ("grammar", "consistency"):
        assert any(harm(story, kind, lexicon, after=0) != story for story in REAL)
        assert all(harm(story, kind, lexicon, after=len(story)) == story for story in REAL)


def test_agreement_is_that_of_the_textbooks():
    generator = np.random.default_rng(0)
    a = generator.integers(0, 11, 200)
    b = np.clip(a + generator.integers(-2, 3, 200), 0, 10)
    seen = np.zeros((11, 11))
    np.add.at(seen, (a, b), 1)
    by_chance = np.outer(seen.sum(1), seen.sum(0)) / 200
    weights = np.subtract.outer(np.arange(11), np.arange(11)) ** 2
    kappa = 1 - (weights * seen).sum() / (weights * by_chance).sum()
    assert weighted_kappa(np.stack([a, b], 1).astype(float)) == pytest.approx(kappa)
    pairs = np.array([[1, 2], [2, 1], [3, 4], [4, 3], [5, 5]], dtype=float)
    assert spearman(pairs) == pytest.approx(1 - 6 * 4 / (5 * 24))
    assert spearman(pairs**3) == pytest.approx(spearman(pairs))
    ties = np.array([[1, 1], [1, 2], [2, 3], [3, 4]], dtype=float)  # ranks 1.5 1.5 3 4, 1 2 3 4
    assert spearman(ties) == pytest.approx(np.sqrt(0.9))
    assert np.isnan(spearman(np.ones((4, 2))))
    assert np.isnan(weighted_kappa(np.ones((4, 2))))


def test_ten_of_ten_pairs_are_only_ten():
    assert share([1] * 10) == pytest.approx((1, 0.7225, 1), abs=1e-4)
    assert share([1] * 3).low < 0.5
    assert share([0.5] * 10).value == 0.5
    assert np.isnan(share([]).value)


# ------------------------------------------------------------------------------------------- dials


@pytest.mark.parametrize(
    ("dials", "line"),
    [
        ({"model": "a"}, "judge.base_url is empty, but judge.model=a needs an endpoint"),
        ({"base_url": "http://h/v1"}, "would do nothing: it needs judge.model"),
        ({"model": "a", "base_url": "h:80"}, "judge.base_url=h:80 is no endpoint"),
        ({"model": "a", "base_url": "http://u:secret@h/v1"}, "may hold no password"),
        ({"model": "a", "base_url": "http://h/v1?key=secret"}, "may hold no password"),
        ({"key_variable": "sk-secret"}, "must be the name of an environment variable"),
        ({"model": ["a", "a"], "base_url": "http://h"}, "names one judge twice"),
        ({"model": ["a", "b"], "base_url": ["http://h"]}, "judge.base_url has 1 values, but"),
        ({"model": ["a", "b"], "base_url": ["http://h", "http://i"]}, "which would all get"),
        ({"model": "a", "base_url": "http://h", "price_in": -1}, "judge.price_in=-1.0 must be"),
        ({"timeout": 0.0}, "judge.timeout=0.0 must be above 0"),
        ({"samples": 0}, "judge.samples=0 must be at least 1"),
    ],
)
def test_dials_of_a_judge_that_contradict_are_refused(dials, line):
    with pytest.raises(ValueError, match=re.escape(line)) as caught:
        JudgeConfig(**dials)
    assert "secret" not in str(caught.value)


def test_several_judges_may_have_each_their_own():
    config = JudgeConfig(
        model=["a", "b"], base_url=["http://h/v1/", "https://i/v1/chat/completions"],
        key_variable=["A_KEY", ""], price_in=[1, 2.5],
    )  # fmt: skip
    first, second = config.judges
    assert (first.base_url, first.key_variable, first.price_in) == ("http://h/v1", "A_KEY", 1.0)
    assert (second.base_url, second.key_variable, second.price_in) == ("https://i/v1", "", 2.5)
    assert JudgeConfig().judges == []
