"""A server for the studio's tests: the words of the real one, quick, and troublesome on demand."""

from __future__ import annotations

import hashlib
import json
import math
import random
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import storylm.serving

PAGE = Path(storylm.serving.__file__).parent / "page"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
POLICY = "default-src 'self'"
END = "<|endoftext|>"
SENTENCES = [
    "there was a little fox who loved to listen to the rain.",
    "One quiet morning, the fox found a silver spoon under the old oak.",
    '"Who lost you?" he asked, and the spoon said nothing at all.',
    "So he carried it over the hill, past the mill and the sleepy river.",
    "An owl looked up from her soup. \"I have been eating with a leaf,\" she said.",
    "The fox gave her the spoon, and she gave him a warm blue scarf.",
    "From then on, they ate together whenever it rained.",
]  # fmt: skip
OTHERS = [" bear", " owl", " small", " old", " and", " the", ".", " sang", " blue", "\n\n"]


class Mock(ThreadingHTTPServer):
    """Runs on a free port of its own. Tests set what it shall do wrong."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pace = 0.0
        """Seconds between tokens."""
        self.failures: list[tuple[str, int, dict[str, Any], dict[str, str]]] = []
        """Once each: the end of an address, a status, a body, headers. Status 0 hangs up."""
        self.hang = threading.Event()
        """While set, stories wait before their first token."""
        self.held = threading.Event()
        """While set, scores wait."""
        self.tail = ""
        """Told at the end of every story."""
        self.broken_at = ""
        """The grader finds fault where this stands."""
        self.key = ""
        """Asked for at all addresses but the page's own."""
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.runs = [run("fables_two_layers", True, 0.2436), run("tales_of_the_hub", False, 0.6842)]
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def bodies(self, what: str) -> list[dict[str, Any]]:
        return [body for path, body in self.asked if path.endswith(what)]

    def close(self) -> None:
        self.hang.clear()
        self.held.clear()
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: Any) -> None:
        """A reader that leaves is no news."""


def run(name: str, fables: bool, bits: float) -> dict[str, Any]:
    return {
        "name": name,
        "loaded": fables,
        "checkpoints": [100, 200, 400, 750] if fables else [1000, 2000],
        "best": 750 if fables else 2000,
        "card": {
            "parameters": 2_630_917,
            "n_layers": 2,
            "d_model": 256,
            "n_heads": 16,
            "context_length": 384,
            "data": "fables_easy" if fables else "tinystories",
            "bits_per_byte": bits,
            "grades": {"grammar": {"value": 0.98, "low": 0.97, "high": 0.99}},
        },
        "world": fables,
        "instruct": fables,
    }


class Handler(BaseHTTPRequestHandler):
    server: Mock

    def do_GET(self) -> None:
        if self.path == "/studio/runs":
            if not self.fails():
                self.send({"runs": self.server.runs})
            return
        file = PAGE / (self.path.split("?")[0].lstrip("/") or "index.html")
        if not file.is_file():
            self.send({"error": {"message": "there is nothing here"}}, 404)
            return
        self.begin(200, TYPES.get(file.suffix, "image/svg+xml"))
        self.wfile.write(file.read_bytes())

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, body))
        if self.fails():
            return
        if self.path == "/studio/tell":
            self.tell(body)
        elif self.path == "/studio/score":
            wait_while(self.server.held)
            self.send({"pieces": [piece(text, body) for text in tokens(body["text"])]})
        elif self.path == "/studio/grade":
            self.send(self.grade(body["text"]))
        elif self.path == "/studio/attention":
            pieces = [END, *tokens(body["text"])]
            shift = body["layer"] + body["head"]
            rows = [looks(i, len(pieces), shift) for i in range(len(pieces))]
            self.send({"pieces": pieces, "weights": rows})

    def tell(self, body: dict[str, Any]) -> None:
        wait_while(self.server.hang)
        self.begin(200, "text/event-stream")
        told = story(body)
        if self.server.tail:
            told += [" ", self.server.tail]
        finish = "stop" if len(told) <= body["max_tokens"] else "length"
        for i, text in enumerate(told[: body["max_tokens"]]):
            time.sleep(self.server.pace)
            if self.cut_off(i):
                return
            last = finish if finish == "length" and i + 1 == body["max_tokens"] else ""
            self.line(piece(text, body, i) | {"finish": last})
        if finish == "stop":
            self.line(piece(END, body) | {"text": "", "finish": "stop"})
        self.wfile.write(b"data: [DONE]\n\n")

    def line(self, content: dict[str, Any]) -> None:
        self.wfile.write(f"data: {json.dumps(content)}\n\n".encode())
        self.wfile.flush()

    def cut_off(self, at: int) -> bool:
        due = at == 5 and bool(self.server.failures) and self.server.failures[0][0] == "half"
        if due:
            self.server.failures.pop(0)
        return due

    def grade(self, text: str) -> dict[str, Any]:
        at = text.find(self.server.broken_at) if self.server.broken_at else -1
        if at < 0:
            return {"kept": len(text), "broken": "", "reason": "", "expected": []}
        reason = f"consistency breaks at character {at}; what fits: 'silver '"
        return {"kept": at, "broken": "consistency", "reason": reason, "expected": ["silver "]}

    def fails(self) -> bool:
        key = self.server.key
        if key and self.headers["Authorization"] != f"Bearer {key}":
            self.send({"error": {"message": "the key is missing or wrong"}}, 401)
            return True
        for i, (end, status, body, headers) in enumerate(self.server.failures):
            if self.path.endswith(end):
                self.server.failures.pop(i)
                if status:
                    self.send(body, status, headers)
                self.close_connection = True
                return True
        return False

    def send(
        self, content: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        self.begin(status, "application/json", headers)
        self.wfile.write(json.dumps(content).encode())

    def begin(self, status: int, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", POLICY)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Quiet."""


def wait_while(event: threading.Event) -> None:
    while event.is_set():
        time.sleep(0.01)


def tokens(text: str) -> list[str]:
    """As with a real tokenizer, long words fall in two, and marks drag newlines along."""
    words = re.findall(r" ?[^\W_]+|\n+| ?[^\s\w]\n*|\s+|_", text)
    return [part for word in words for part in ((word[:5], word[5:]) if len(word) > 7 else (word,))]


def story(body: dict[str, Any]) -> list[str]:
    """The same request, the same story. Early checkpoints stumble, heat shuffles."""
    names = ("run", "checkpoint", "prompt", "seed", "temperature", "top_p", "top_k")
    digest = hashlib.sha256(json.dumps([body[name] for name in names]).encode()).digest()
    random_words = random.Random(digest)
    sentences = SENTENCES[1:] if body["prompt"] else SENTENCES
    random_words.shuffle(sentences := list(sentences))
    text = " " + "\n\n".join(" ".join(sentences[i : i + 2]) for i in range(0, len(sentences), 2))
    told = tokens(text)
    if body["checkpoint"] in (100, 1000):
        random_words.shuffle(told)
    return told


def piece(text: str, body: dict[str, Any], at: int = 0) -> dict[str, Any]:
    """A token with made-up numbers that always are the same."""
    draw = random.Random(f"{text}{at}{body['run']}{body['checkpoint']}")
    share = min(0.97, draw.random() ** 0.5 if text.strip() else 0.9)
    others = draw.sample([one for one in OTHERS if one != text], 6)
    rest, rows = 1 - share, []
    for other in others:
        rest *= 0.45
        rows.append({"text": other, "token": len(other), "logprob": math.log(max(rest, 1e-6))})
    own = {"text": text, "token": len(text), "logprob": math.log(share)}
    end = {"text": END, "token": 0, "logprob": math.log(0.0004)}
    ranked = sorted([own, end, *rows], key=lambda row: -row["logprob"])
    return {**own, "alternatives": ranked, "finish": ""}


def looks(row: int, count: int, shift: int) -> list[float]:
    """A row of attention: half on the mark of beginning, the rest on some earlier tokens."""
    weights = [0.0] * count
    weights[0] = 0.4
    for back, weight in ((1 + shift % 3, 0.3), (4, 0.15), (9, 0.15)):
        weights[max(0, row - back)] += weight
    return weights


if __name__ == "__main__":
    mock = Mock()
    mock.pace = 0.02
    mock.broken_at = "blue"
    print(mock.url, flush=True)
