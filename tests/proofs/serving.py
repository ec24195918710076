r"""The server under load: many clients at once, clients that hang up, and its end.

    uv run tests/proofs/serving.py <run> [--folder runs] [--clients 64] [--seconds 120]

Starts `scripts/serve.py` and asks of it that every request of `--clients` clients is finished or
told 429, that none waits much longer than the others, that its memory stays as it is, that clients
which leave leave no work behind, that a story is the same after all this as before, and that
SIGTERM lets a story come to its end and the process leave with 0.

What others' programs make of it, the second one beside a running server:

    uv run --extra api-tests pytest tests/test_serving.py -k official_client -n 0
    uv run --extra api-tests schemathesis run http://127.0.0.1:8000/openapi.json \
        --max-examples 100 --request-timeout 60 --phases examples,coverage,fuzzing

schemathesis calls 3.0 a whole number, as JSON Schema does; here it is refused.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FAILURES: list[str] = []


class Server:
    """scripts/serve.py in a process of its own, on a free port."""

    def __init__(self, given: argparse.Namespace) -> None:
        command = [sys.executable, ROOT / "scripts" / "serve.py", f"runs=[{given.run}]"]
        command += [f"folder={given.folder}", "port=0", "grace=60", f"threads={given.threads}"]
        self.process = subprocess.Popen(
            [*map(str, command), *given.dials], stdout=subprocess.PIPE, text=True,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.port = int(re.match(r"http://[^ ]*:([0-9]+) ", line)[1])

    def memory(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+([0-9]+)", status)[1]) * 1024

    async def ask(self, path: str, form: dict[str, Any] | None = None) -> tuple[int, str, str]:
        """Status, headers and content of an answer."""
        reader, writer = await self.connect(path, form)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            content = (await reader.read()).decode()
        finally:
            writer.close()
        return int(head.split()[1]), head.lower(), content

    async def connect(
        self, path: str, form: dict[str, Any] | None = None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        body = b"" if form is None else json.dumps(form).encode()
        writer.write(
            f"{'POST' if form else 'GET'} {path} HTTP/1.1\r\nHost: localhost\r\n"
            f"Connection: close\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        return reader, writer

    async def metric(self, name: str) -> float:
        _, _, content = await self.ask("/metrics")
        return sum(float(v) for v in re.findall(rf"^{name}(?:{{.*}})? ([0-9.e+]+)$", content, re.M))


def story(run: str, number: int, stream: bool) -> dict[str, Any]:
    return {
        "model": run, "prompt": "Once upon a time", "seed": number, "max_tokens": 60,
        "stream": stream,
    }  # fmt: skip


async def crowd(server: Server, given: argparse.Namespace) -> None:
    """`clients` ask again and again until the time is up."""
    end = time.monotonic() + given.seconds
    seconds: list[float] = []
    served, refused, wrong = [0] * given.clients, 0, []
    memory: list[int] = []

    async def client(number: int) -> None:
        nonlocal refused
        while time.monotonic() < end:
            start = time.monotonic()
            status, head, content = await server.ask(
                "/v1/completions", story(given.run, number, stream=bool(number % 2))
            )
            if status == 200 and ("[DONE]" in content or "finish_reason" in content):
                seconds.append(time.monotonic() - start)
                served[number] += 1
            elif status == 429:
                refused += 1
                await asyncio.sleep(float(re.search(r"retry-after: ([0-9]+)", head)[1]))
            else:
                wrong.append((status, content[:200]))

    async def watch() -> None:
        while True:
            memory.append(server.memory())
            await asyncio.sleep(min(2.0, given.seconds / 20))

    watcher = asyncio.create_task(watch())
    before = await server.metric("storylm_completion_tokens_total")
    start = time.monotonic()
    await asyncio.gather(*(client(number) for number in range(given.clients)))
    took = time.monotonic() - start
    tokens = await server.metric("storylm_completion_tokens_total") - before
    watcher.cancel()
    median, slowest = statistics.median(seconds), max(seconds)
    late = sorted(seconds)[int(len(seconds) * 0.95)]
    settled, last = memory[len(memory) // 4], memory[-1]
    print(f"{given.clients} clients, {took:.0f} s: {len(seconds)} finished, {refused} told 429")
    print(f"  seconds   median {median:.2f}, 95 % {late:.2f}, slowest {slowest:.2f}")
    print(f"  slowest / median {slowest / median:.2f}")
    print(f"  each was served {min(served)} to {max(served)} times; {tokens / took:,.0f} tokens/s")
    print(f"  memory    {settled / 2**20:.0f} MiB after a quarter, {last / 2**20:.0f} at the end")
    require(not wrong, f"{len(wrong)} requests were neither, such as {wrong[:1]}")
    require(min(served) > 0, "a client was never served")
    require(slowest < 4 * median + 1, "one waited much longer than the others")
    require(last < 1.05 * settled + 2**24, "the memory grows")


async def leavers(server: Server, given: argparse.Namespace) -> None:
    """Clients that hang up: at once, in the middle of a stream, or while they wait."""
    chance = random.Random(1)

    async def leave(number: int) -> None:
        await asyncio.sleep(chance.random() * 3)
        form = story(given.run, number, stream=bool(number % 2)) | {"max_tokens": 4_000, "n": 2}
        try:
            reader, writer = await server.connect("/v1/completions", form)
            await asyncio.wait_for(reader.read(200), chance.random() * 2)
        except (TimeoutError, ConnectionError):
            pass
        writer.transport.abort() if number % 3 else writer.close()

    await asyncio.gather(*(leave(number) for number in range(given.leavers)))
    start = time.monotonic()
    while True:
        active = await server.metric("storylm_stories_active")
        waiting = await server.metric("storylm_stories_waiting")
        if not active + waiting or time.monotonic() - start > 30:
            break
        await asyncio.sleep(0.02)
    quiet = time.monotonic() - start
    told = await server.metric("storylm_completion_tokens_total")
    await asyncio.sleep(1)
    more = await server.metric("storylm_completion_tokens_total") - told
    print(f"{given.leavers} clients hung up: {quiet:.2f} s later all was quiet")
    require(not active + waiting, f"{active + waiting:.0f} stories are left behind")
    require(not more, f"{more:.0f} tokens were told to nobody")


async def goodbye(server: Server, given: argparse.Namespace) -> None:
    """SIGTERM in the middle of a story."""
    form = story(given.run, 3, stream=True) | {"max_tokens": 300}
    reader, writer = await server.connect("/v1/completions", form)
    await reader.readuntil(b"data:")
    server.process.send_signal(signal.SIGTERM)
    await asyncio.sleep(0.3)
    try:
        status, _, _ = await server.ask("/v1/completions", form)
    except ConnectionError:
        status = 0  # the story was over, and the server gone
    rest = (await reader.read()).decode()
    writer.close()
    code = await asyncio.to_thread(server.process.wait, 60)
    print(
        f"SIGTERM: the story was finished, a new one got {status or 'no one'}, exit status {code}"
    )
    require("[DONE]" in rest, "the story was cut off")
    require(status in (0, 503), f"a new story got status {status}")
    require(code == 0, f"the server left with {code}")


def require(holds: bool, words: str) -> None:
    if not holds:
        FAILURES.append(words)
        print(f"  ! {words}")


async def prove(server: Server, given: argparse.Namespace) -> None:
    first = await server.ask("/v1/completions", story(given.run, 5, stream=False))
    require(first[0] == 200, first[2][:200])
    await crowd(server, given)
    await leavers(server, given)
    again = await server.ask("/v1/completions", story(given.run, 5, stream=False))
    texts = [json.loads(answer[2])["choices"][0]["text"] for answer in (first, again)]
    require(texts[0] == texts[1], "the same request tells another story than before")
    await goodbye(server, given)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run")
    parser.add_argument("--folder", default="runs")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--leavers", type=int, default=200)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("dials", nargs="*", help="more dials of scripts/serve.py")
    given = parser.parse_args()
    server = Server(given)
    try:
        asyncio.run(prove(server, given))
    finally:
        server.process.kill()
    print("all of it holds" if not FAILURES else f"{len(FAILURES)} failures")
    raise SystemExit(bool(FAILURES))


if __name__ == "__main__":
    main()
