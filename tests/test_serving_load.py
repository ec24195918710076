"""Serving many: whose turn it is, which models stay, who hangs up, and how it ends."""

import asyncio
import json
import socket
import threading
import time
import types

import pytest
from serving_runs import NEVER_ENDS, running, serve_config, until, write_run
from starlette.testclient import TestClient

from storylm.config import read_config
from storylm.serving.app import build_app
from storylm.serving.errors import ApiError
from storylm.serving.limits import Line
from storylm.serving.loading import needed_bytes
from storylm.serving.models import Shelf

LONGER = ("model.context_length=2048", "run.tokens_per_step=2048", "run.micro_batch_size=1")
LONG = {"prompt": "x", "max_tokens": 2_000, "logit_bias": NEVER_ENDS}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("load") / "runs"
    for name in ("one", "two", "three"):
        write_run(folder, name, *LONGER, steps=(1,))
    return folder


# ----------------------------------------------------------------------------------------- the line


def test_stories_take_their_turn_in_the_order_they_came():
    async def main():
        line, order = Line(2, 10), []

        async def story(name):
            async with line.turn():
                order.append(name)
                assert line.active <= 2
                await asyncio.sleep(0)

        with line.enter(6):
            await asyncio.gather(*(story(name) for name in range(6)))
        assert order == list(range(6))
        assert line.inside == line.active == line.waiting == 0

    asyncio.run(main())


def test_who_leaves_the_line_takes_no_place_along():
    async def main():
        line = Line(1, 10)
        for left in range(3):  # while it waits, called up in the same moment, while it is told
            gate = asyncio.Event()

            async def story(gate=gate):
                async with line.turn():
                    await gate.wait()

            with line.enter(3):
                tasks = [asyncio.create_task(story()) for _ in range(3)]
                await asyncio.sleep(0)
                if left == 1:
                    tasks[0].cancel()
                    await asyncio.sleep(0)
                tasks[1].cancel()
                gate.set()
                await asyncio.gather(*tasks, return_exceptions=True)
            assert line.active == line.inside == 0
            assert not line.waiters

    asyncio.run(main())


def test_a_full_line_says_when_to_come_again():
    line = Line(2, 3)
    with line.enter(3), line.enter(2):
        with pytest.raises(ApiError) as caught, line.enter(1):
            pass
        assert caught.value.status == 429
        assert 1 <= int(caught.value.headers["Retry-After"]) <= 60
    with line.enter(5):
        pass
    assert line.inside == 0


# ---------------------------------------------------------------------------------------- the shelf


class Stub:
    """Loads nothing, but says what was loaded and what was let go."""

    def __init__(self):
        self.loaded, self.closed = [], []

    def __call__(self, file):
        name = file.parent.parent.name
        self.loaded.append(name)
        time.sleep(0.02)
        engine = types.SimpleNamespace(close=lambda: self.closed.append(name))
        return types.SimpleNamespace(run=name, engine=engine)


def shelf_for(runs, models):
    """A shelf with room for so many models."""
    config = serve_config(runs)
    size = needed_bytes(read_config(runs / "one").model, config)
    config.memory_gib = (models + 0.5) * size / 2**30
    stub = Stub()
    return Shelf(config, stub), stub


async def use(shelf, name):
    async with shelf.borrow(name) as model:
        assert model.run == name


def test_the_least_recently_used_model_makes_room(runs):
    async def main():
        shelf, stub = shelf_for(runs, 2)
        for name in ("one", "two", "one", "three", "one", "two"):
            await use(shelf, name)
        await asyncio.sleep(0.05)
        assert stub.loaded == ["one", "two", "three", "two"]
        assert stub.closed == ["two", "three"]
        assert shelf.loaded == {"one", "two"}
        await shelf.close()
        assert sorted(stub.closed) == ["one", "three", "two", "two"]

    asyncio.run(main())


def test_a_model_in_use_is_never_let_go_and_who_needs_its_room_waits(runs):
    async def main():
        shelf, stub = shelf_for(runs, 1)
        async with shelf.borrow("one"):
            waiting = asyncio.create_task(use(shelf, "two"))
            await asyncio.sleep(0.1)
            assert stub.closed == []
            assert not waiting.done()
        await waiting
        assert stub.loaded == ["one", "two"]

    asyncio.run(main())


def test_a_model_is_loaded_once_for_all_who_ask_at_once(runs):
    async def main():
        shelf, stub = shelf_for(runs, 2)
        await asyncio.gather(*(use(shelf, name) for name in ("one", "two") * 8))
        assert sorted(stub.loaded) == ["one", "two"]
        first = asyncio.create_task(use(shelf, "three"))  # who gives up stops it for nobody
        await asyncio.sleep(0.03)
        first.cancel()
        await use(shelf, "three")
        assert stub.loaded.count("three") == 1

    asyncio.run(main())


def test_a_model_that_cannot_be_loaded_is_refused_and_tried_again(runs, capsys):
    async def main():
        shelf, _ = shelf_for(runs, 2)
        works, broken = shelf.load, True

        def load(file):
            if broken:
                raise ValueError("the seal is broken")
            return works(file)

        shelf.load = load
        for _ in range(2):
            with pytest.raises(ApiError) as caught:
                await use(shelf, "one")
            assert (caught.value.status, caught.value.code) == (503, "model_unreadable")
        assert "the seal is broken" in capsys.readouterr().err
        broken = False
        await use(shelf, "one")
        shelf.config.memory_gib = 1e-6
        with pytest.raises(ApiError) as caught:
            await use(shelf, "two")
        assert (caught.value.status, caught.value.code) == (400, "model_too_large")

    asyncio.run(main())


def test_a_drafter_and_eight_bits_change_how_it_is_told_and_not_what(runs):
    form = LONG | {"model": "one", "max_tokens": 40, "temperature": 0}
    texts = []
    for dials in ({}, {"drafter": "two"}, {"drafter": "one"}, {"int8": True}):
        app = build_app(serve_config(runs, **dials))
        with TestClient(app, base_url="http://127.0.0.1") as client:
            texts.append(client.post("/v1/completions", json=form).json()["choices"][0]["text"])
            (entry,) = app.desk.shelf.entries.values()
            guesses = entry.loading.result().engine.speculation is not None
            assert guesses == (dials == {"drafter": "two"})  # nobody guesses for himself
    assert texts[0] == texts[1] == texts[2]
    assert len(texts[3]) == len(texts[0])
    with pytest.raises(FileNotFoundError, match="four"):
        build_app(serve_config(runs, drafter="four"))


def test_runs_that_are_not_there_are_refused_at_the_beginning(runs):
    with pytest.raises(FileNotFoundError, match=r"runs=\[four\].*there are one, three, two"):
        Shelf(serve_config(runs, runs=["one", "four"]))
    assert list(Shelf(serve_config(runs, runs=["two"])).homes()) == ["two"]


# ------------------------------------------------------------------------------------- real servers


def connect(server, form, path="/v1/completions"):
    """A request on a line of its own, of which nothing is read yet."""
    line = socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])))
    body = json.dumps({"model": "one"} | form).encode()
    line.sendall(
        b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n" % (path.encode(), len(body)) + body
    )
    return line


def read_all(line):
    line.settimeout(20)
    content = b""
    while part := line.recv(65_536):
        content += part
        if content.endswith((b"data: [DONE]\n\n\r\n0\r\n\r\n", b"}")) or b"[DONE]" in content:
            break
    line.close()
    return content.decode()


@pytest.fixture(scope="module")
def server(runs):
    with running(serve_config(runs, concurrency=3, queue=40)) as server:
        yield server


@pytest.mark.parametrize("stream", [True, False])
def test_a_story_ends_when_its_client_leaves(server, stream, monkeypatch):
    read_all(connect(server, LONG | {"max_tokens": 1}))
    (entry,) = server.desk.shelf.entries.values()
    engine, line = entry.loading.result().engine, server.desk.line
    step = engine.advance

    def slow():  # a story to its end would take half a minute
        time.sleep(0.015)
        step()

    monkeypatch.setattr(engine, "advance", slow)
    lines = [connect(server, LONG | {"stream": stream, "n": 2}) for _ in range(6)]
    until(lambda: line.inside == 12 and line.active == 3)
    for one in lines:
        one.close()
    until(lambda: line.inside == line.active == entry.users == engine.active == 0, seconds=15)


def test_everyone_is_served_in_turn_or_told_to_come_again(server):
    form = LONG | {"max_tokens": 20}
    lines = [connect(server, form) for _ in range(60)]
    answers = [read_all(line) for line in lines]
    done = [answer for answer in answers if " 200 OK" in answer.splitlines()[0]]
    busy = [answer for answer in answers if " 429 " in answer.splitlines()[0]]
    assert len(done) + len(busy) == 60
    assert len(done) >= 40
    assert all("retry-after: " in answer.lower() for answer in busy)


def test_a_request_that_takes_too_long_is_ended(runs):
    with (
        TestClient(
            build_app(serve_config(runs, timeout=0.3)), base_url="http://127.0.0.1"
        ) as client,
    ):
        response = client.post("/v1/completions", json={"model": "one", **LONG, "n": 4})
        assert (response.status_code, response.json()["error"]["code"]) == (503, "timeout")
        assert response.headers["x-should-retry"] == "false"


def test_a_server_that_stops_finishes_its_stories_and_takes_no_more(runs):
    with running(serve_config(runs, grace=15.0)) as server:
        told = connect(server, LONG | {"stream": True, "max_tokens": 300})
        until(lambda: server.desk.line.active == 1)
        other = connect(server, LONG | {"max_tokens": 1})
        read_all(other)
        server.stop()
        late = read_all(connect(server, LONG))
        assert " 503 " in late.splitlines()[0]
        assert "shutting_down" in late
        assert "connection: close" in late.lower()
        assert "[DONE]" in read_all(told)


def test_stories_that_last_too_long_are_ended_with_the_server(runs):
    with running(serve_config(runs, grace=0.1)) as server:
        told = connect(server, LONG | {"stream": True})
        until(lambda: server.desk.line.active == 1)
        answers = []
        reader = threading.Thread(target=lambda: answers.append(read_until_closed(told)))
        reader.start()
        server.stop()
        reader.join(timeout=15)
        assert "shutting_down" in answers[0]
        assert "[DONE]" not in answers[0]


def read_until_closed(line):
    line.settimeout(15)
    content = b""
    while part := line.recv(65_536):
        content += part
    return content.decode()
