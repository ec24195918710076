"""Serving: OpenAI's forms, the studio's, and what hostile requests get."""

import json
import re

import pytest
from serving_runs import NEVER_ENDS, running, serve_config, write_run
from starlette.testclient import TestClient

from storylm.checkpoint import load_run
from storylm.generation import continuation, generate, score
from storylm.serving.app import build_app
from storylm.serving.forms import check
from storylm.serving.orders import header_of

LOCAL = "http://127.0.0.1"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("serving") / "runs"
    write_run(folder, "tiny", "data.instruct=true")
    write_run(folder, "plain", "data.kind=text", "data.train=[a.txt]", "data.valid=[b.txt]")
    (folder / "_sweeps").mkdir()
    (folder / "empty").mkdir()
    return folder


@pytest.fixture(scope="module")
def client(runs):
    with TestClient(build_app(serve_config(runs)), base_url=LOCAL) as client:
        yield client


def told(runs, prompt, count, *, seed=3, **dials):
    """What the model tells by itself: story k of a seed."""
    run = load_run(runs / "tiny")
    ids = [[run.tokenizer.end_of_story, *run.tokenizer.encode(prompt)]] * count
    stories = generate(run.model, ids, ends=run.tokenizer.ends, seed=seed, **dials)
    ends = run.tokenizer.ends
    return [continuation(run.tokenizer, prompt, [i for i in s if i not in ends]) for s in stories]


def ask(client, path="/v1/completions", **form):
    form = {"model": "tiny"} | form if path.startswith("/v1") else {"run": "tiny"} | form
    response = client.post(path, json=form)
    assert response.status_code == 200, response.text
    return response.json()


def events(text):
    """The objects of a stream, whose last line must be the mark of its end."""
    lines = [line for line in text.split("\n\n") if line]
    assert lines[-1] == "data: [DONE]"
    return [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]


# ----------------------------------------------------------------------------------- OpenAI's forms


def test_runs_with_a_checkpoint_are_models(client):
    listed = client.get("/v1/models").json()
    assert listed["object"] == "list"
    assert [model["id"] for model in listed["data"]] == ["plain", "tiny"]
    for name in ("tiny", "tiny@best", "tiny@last", "tiny@4"):
        assert client.get(f"/v1/models/{name}").json()["id"] == name


@pytest.mark.parametrize(
    "name", ["tony", "tiny@5", "tiny@", "tiny@@4", "tiny@-1", "tiny@٤", "../runs/tiny", "_sweeps",
             "empty", "/etc/passwd", "..", "tiny/", "<b>tiny</b>", "tiny\n", "TINY", "a" * 9_000],
)  # fmt: skip
def test_any_other_name_is_no_model(client, name):
    response = client.post("/v1/completions", json={"model": name, "prompt": "x"})
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (404, "model_not_found")
    assert error["param"] == "model"
    assert len(error["message"]) < 400
    assert response.headers["content-type"] == "application/json"


def test_a_completion_is_what_the_model_tells(client, runs):
    found = ask(client, prompt="Once", n=3, seed=3, temperature=0.8, max_tokens=30)
    assert [c["text"] for c in found["choices"]] == told(
        runs, "Once", 3, temperature=0.8, max_tokens=30
    )
    assert [c["index"] for c in found["choices"]] == [0, 1, 2]
    usage = found["usage"]
    assert usage["prompt_tokens"] == 3 * 0 + 5  # the beginning's mark is read, too
    assert usage["completion_tokens"] <= 90
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def test_without_max_tokens_there_are_16_and_without_a_seed_stories_differ(client):
    one = ask(client, prompt="O", logit_bias=NEVER_ENDS)
    two = ask(client, prompt="O", logit_bias=NEVER_ENDS)
    assert one["usage"]["completion_tokens"] == 16
    assert one["choices"][0]["finish_reason"] == "length"
    assert one["choices"][0]["text"] != two["choices"][0]["text"]
    again = ask(client, prompt="O", logit_bias=NEVER_ENDS, seed=one["seed"])
    assert again["choices"][0]["text"] == one["choices"][0]["text"]


def test_a_checkpoint_is_chosen_by_its_step(client):
    dials = {"prompt": "Once", "temperature": 0, "max_tokens": 12, "logit_bias": NEVER_ENDS}
    texts = {at: ask(client, model=f"tiny{at}", **dials)["choices"][0]["text"]
             for at in ("", "@4", "@8", "@last")}  # fmt: skip
    assert texts["@8"] == texts["@last"] == texts[""] != texts["@4"]


def test_a_stream_joins_to_the_whole(client):
    form = {"model": "tiny", "prompt": ["One", "Two"], "n": 2, "seed": 5, "max_tokens": 20}
    whole = client.post("/v1/completions", json=form).json()
    options = {"stream": True, "stream_options": {"include_usage": True}}
    response = client.post("/v1/completions", json=form | options)
    assert response.headers["content-type"].startswith("text/event-stream")
    *chunks, last = events(response.text)
    texts, ends = [""] * 4, [None] * 4
    for chunk in chunks:
        assert chunk["usage"] is None
        (choice,) = chunk["choices"]
        assert ends[choice["index"]] is None, "something came after the end"
        texts[choice["index"]] += choice["text"]
        ends[choice["index"]] = choice["finish_reason"]
    assert texts == [choice["text"] for choice in whole["choices"]]
    assert ends == [choice["finish_reason"] for choice in whole["choices"]]
    assert last["choices"] == []
    assert last["usage"] == whole["usage"]


def test_prompts_may_be_ids_and_lists(client, runs):
    ids = [256, *b"Once"]
    texts = []
    for prompt in ("Once", ["Once"], ids, [ids]):
        found = ask(client, prompt=prompt, seed=2, max_tokens=9)
        texts.append(found["choices"][0]["text"])
    assert len(set(texts)) == 1
    assert (
        ask(client, seed=2, max_tokens=9)["usage"]["prompt_tokens"] == 1
    )  # no prompt: a beginning


def test_logprobs_are_the_models_own_and_their_tokens_join_to_the_text(client, runs):
    found = ask(client, prompt="Once", seed=3, max_tokens=20, logprobs=2, temperature=0.5)
    (choice,) = found["choices"]
    given, text = choice["logprobs"], choice["text"]
    run = load_run(runs / "tiny")
    assert len(given["tokens"]) == len(given["text_offset"])
    tokens, logprobs, tops, offsets = given.values()
    for token, offset in zip(tokens, offsets):
        if not token.startswith("bytes:"):
            assert text[offset:].startswith(token)
    assert offsets == sorted(offsets)
    for token, logprob, top in zip(tokens, logprobs, tops):
        assert len(top) in (2, 3)
        assert top[token] == logprob <= max(top.values()) < 0
    ids = [256, *b"Once", *(bytes_of(token) for token in tokens)]
    wanted = [piece.logprob for piece in score(run, ids, 0)][5:]
    assert logprobs == pytest.approx(wanted, abs=1e-4)


def bytes_of(token):
    """The id of a token of one byte."""
    if token.startswith("bytes:"):
        return int(token.removeprefix(r"bytes:\x"), 16)
    return token.encode()[0]


def test_echo_without_tokens_scores_the_prompt(client, runs):
    """As lm-evaluation-harness asks."""
    found = ask(client, prompt="Once é", echo=True, max_tokens=0, logprobs=1)
    (choice,) = found["choices"]
    assert (choice["text"], choice["finish_reason"]) == ("Once é", "length")
    assert found["usage"]["completion_tokens"] == 0
    given = choice["logprobs"]
    wanted = score(load_run(runs / "tiny"), [256, *"Once é".encode()], 1)[1:]
    assert given["token_logprobs"] == pytest.approx([piece.logprob for piece in wanted], abs=1e-5)
    assert given["text_offset"] == [0, 1, 2, 3, 4, 5, 5]
    assert given["tokens"][-2:] == [r"bytes:\xc3", r"bytes:\xa9"]


@pytest.mark.parametrize("stream", [False, True])
def test_an_echoed_prompt_stands_before_the_story(client, stream):
    form = {"model": "tiny", "prompt": "Once", "seed": 3, "max_tokens": 6, "logprobs": 0}
    plain = client.post("/v1/completions", json=form).json()["choices"][0]
    response = client.post("/v1/completions", json=form | {"echo": True, "stream": stream})
    given = [c["choices"][0] for c in (events(response.text) if stream else [response.json()])]
    assert "".join(choice["text"] for choice in given) == "Once" + plain["text"]
    offsets = [o for choice in given for o in (choice["logprobs"] or {}).get("text_offset", [])]
    assert offsets == [0, 1, 2, 3, *(4 + o for o in plain["logprobs"]["text_offset"])]


def test_a_stop_string_ends_a_story_before_itself(client):
    free = ask(client, prompt="Once", seed=3, max_tokens=40, logit_bias=NEVER_ENDS)
    text = free["choices"][0]["text"]
    for stop in (text[10:13], [text[10:13], "never in there"]):
        form = {"prompt": "Once", "seed": 3, "max_tokens": 40, "logit_bias": NEVER_ENDS}
        found = ask(client, **form, stop=stop, logprobs=0)["choices"][0]
        assert found["text"] == text[: text.index(text[10:13])]
        assert found["finish_reason"] == "stop"
        assert all(o < len(found["text"]) for o in found["logprobs"]["text_offset"])


def test_what_openai_has_but_we_have_not_is_only_refused_where_it_would_matter(client):
    harmless = {"presence_penalty": 0, "frequency_penalty": 0.0, "suffix": None, "best_of": 2,
                "user": "me", "logit_bias": None, "stop": None, "stream": None}  # fmt: skip
    ask(client, prompt="x", n=2, max_tokens=1, **harmless)
    for field, value in (("presence_penalty", 1), ("frequency_penalty", -1), ("suffix", "y"),
                         ("best_of", 3), ("stream_options", {"include_usage": True})):  # fmt: skip
        response = client.post(
            "/v1/completions", json={"model": "tiny", "prompt": "x", field: value}
        )
        assert response.status_code == 400, field
        assert response.json()["error"]["param"] == field


def test_a_chat_is_a_header_and_its_story(client):
    form = {"model": "tiny", "seed": 4, "max_tokens": 12, "logprobs": True, "top_logprobs": 2}
    header = "Words: run, cat, happy\nStory:\n\n"
    wanted = ask(client, prompt=header, seed=4, max_tokens=12)["choices"][0]
    for words in (
        "run, cat, happy",
        header,
        "Words: run, cat, happy",
        "\nWords: run, cat, happy\n\n",
    ):
        messages = [{"role": "user", "content": words}]
        found = ask(client, "/v1/chat/completions", **form, messages=messages)
        (choice,) = found["choices"]
        assert found["object"] == "chat.completion"
        assert choice["message"] == {
            "role": "assistant", "content": wanted["text"], "refusal": None
        }  # fmt: skip
        content = choice["logprobs"]["content"]
        spelled = bytes(byte for token in content for byte in token["bytes"])
        assert spelled.decode(errors="replace") == wanted["text"]
        assert all(len(token["top_logprobs"]) == 2 for token in content)
    response = client.post(
        "/v1/chat/completions", json=form | {"messages": messages, "stream": True}
    )
    chunks = [chunk["choices"][0] for chunk in events(response.text)]
    assert chunks[0]["delta"] == {"role": "assistant", "content": ""}
    assert "".join(c["delta"].get("content", "") for c in chunks) == wanted["text"]
    assert chunks[-1]["finish_reason"] == wanted["finish_reason"]


def test_plain_words_become_a_header():
    assert header_of("a bear\nfinds  honey") == "Summary: a bear finds honey\nStory:\n\n"
    assert header_of("Story:\n\nOne day") == "Story:\n\nOne day"
    assert header_of("Features: Dialogue\r\nWords: a, b, c\r\nStory:") == (
        "Features: Dialogue\nWords: a, b, c\nStory:\n\n"
    )


def test_a_run_without_instructions_has_no_chat(client):
    form = {"model": "plain", "messages": [{"role": "user", "content": "Hello"}]}
    response = client.post("/v1/chat/completions", json=form)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "not_a_chat_model"
    assert "/v1/completions" in response.json()["error"]["message"]


# --------------------------------------------------------------------------------- hostile requests


def completion(**fields):
    return {"model": "tiny", "prompt": "x", "max_tokens": 1} | fields


def raw(**fields):
    """A form in which a value stands as it is, be it JSON or not."""
    return re.sub(r'"RAW (.*?)"', r"\1", json.dumps(completion(**fields)))


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        (completion(prompt="x" * 70_000), 400, "prompt"),
        (completion(prompt="é" * 40_000), 400, "prompt"),
        (completion(prompt=["x" * 40_000] * 2), 400, "prompt"),
        (completion(prompt="x" * 100), 400, "prompt"),  # the context
        (completion(prompt=[256] * 100), 400, "prompt"),
        (completion(prompt=[257]), 400, "prompt"),
        (completion(prompt=[-1]), 400, "prompt"),
        (completion(prompt=[]), 400, "prompt"),
        (completion(prompt=[[]]), 400, "prompt"),
        (completion(prompt=[1.0]), 400, "prompt"),
        (completion(prompt=["x", 1]), 400, "prompt"),
        (completion(prompt=[True]), 400, "prompt"),
        (completion(prompt={"a": 1}), 400, "prompt"),
        (completion(prompt=3), 400, "prompt"),
        (completion(prompt="a\0b"), 400, "prompt"),
        (completion(prompt="\x1b[31m"), 400, "prompt"),
        (completion(prompt=["ok", "\x07"]), 400, "prompt"),
        ('{"model": "tiny", "prompt": "\\ud800"}', 400, None),
        ('{"model": "\\udfff", "prompt": "x"}', 400, None),
        ('{"model": "tiny", "\\udfff": "x"}', 400, None),
        (completion(model=3), 400, "model"),
        (completion(model=None), 400, "model"),
        (completion(model=""), 400, "model"),
        ({"prompt": "x"}, 400, "model"),
        (completion(temperature=-1), 400, "temperature"),
        (completion(temperature="hot"), 400, "temperature"),
        (completion(temperature=True), 400, "temperature"),
        (raw(temperature="RAW NaN"), 400, None),
        (raw(temperature="RAW -Infinity"), 400, None),
        (raw(temperature="RAW 1e999"), 400, None),
        (completion(top_p=0), 400, "top_p"),
        (completion(top_p=5e-324), 400, "top_p"),
        (completion(top_p=1.1), 400, "top_p"),
        (completion(min_p=1), 400, "min_p"),
        (completion(top_k=-1), 400, "top_k"),
        (completion(top_k=2.0), 400, "top_k"),
        (completion(repetition_penalty=0), 400, "repetition_penalty"),
        (completion(n=0), 400, "n"),
        (completion(n=10**9), 400, "n"),
        (completion(n=2.0), 400, "n"),
        (completion(n=8, prompt=["a", "b"]), 400, "n"),
        (completion(prompt=["a"] * 50), 400, "prompt"),
        (completion(max_tokens=-1), 400, "max_tokens"),
        (completion(max_tokens=0), 400, "max_tokens"),
        (completion(max_tokens=10**6), 400, "max_tokens"),
        (completion(max_tokens=16.0), 400, "max_tokens"),
        (raw(max_tokens="RAW " + "9" * 5_000), 400, None),
        (completion(seed=2**63), 400, "seed"),
        (completion(seed=1.5), 400, "seed"),
        (completion(logprobs=6), 400, "logprobs"),
        (completion(logprobs=True), 400, "logprobs"),
        (completion(stop=["a"] * 5), 400, "stop"),
        (completion(stop=""), 400, "stop"),
        (completion(stop=[""]), 400, "stop"),
        (completion(stop=3), 400, "stop"),
        (completion(stop="x" * 300), 400, "stop"),
        (completion(stream="yes"), 400, "stream"),
        (completion(logit_bias={"257": 1}), 400, "logit_bias"),
        (completion(logit_bias={"-1": 1}), 400, "logit_bias"),
        (completion(logit_bias={"a": 1}), 400, "logit_bias"),
        (completion(logit_bias={"1": 101}), 400, "logit_bias.1"),
        (completion(logit_bias=[1]), 400, "logit_bias"),
        (completion(temprature=1), 400, "temprature"),
        ([1], 400, None),
        ("text", 400, None),
        (None, 400, None),
        ('{"model": ', 400, None),
        ("", 400, None),
        ("[" * 200_000, 400, None),
        ('{"model":' * 50_000, 400, None),
        (b"\xff\xfe{}", 400, None),
    ],
    ids=lambda value: re.sub(r"\W+", "-", str(value))[:60] if not isinstance(value, int) else None,
)
def test_a_wrong_request_is_refused_with_the_field_at_fault(client, body, status, param):
    content = body if isinstance(body, str | bytes) and body != "text" else json.dumps(body)
    response = client.post(
        "/v1/completions", content=content, headers={"content-type": "application/json"}
    )
    assert response.status_code == status, response.text
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"
    assert error["param"] == param, error
    assert error["code"]
    assert error["message"].isprintable()
    assert len(error["message"]) < 400


@pytest.mark.parametrize("size", [500_000, 10 * 2**20])
def test_a_body_too_large_is_refused_without_being_kept(client, size):
    response = client.post("/v1/completions", json=completion(prompt="x" * size))
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "body_too_large"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", None])
def test_only_json_is_read(client, kind):
    """A form of another page's could else ask without the browser asking first."""
    headers = {} if kind is None else {"content-type": kind}
    response = client.post("/v1/completions", content=json.dumps(completion()), headers=headers)
    assert response.status_code == 415


def test_html_goes_in_and_out_as_text(client):
    prompt = "<script>alert(1)</script>"
    response = client.post(
        "/v1/completions", json=completion(prompt=prompt, echo=True, temperature=0)
    )
    assert response.json()["choices"][0]["text"].startswith(prompt)
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in response.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]


def test_unknown_addresses_and_methods_are_refused_in_the_same_form(client):
    assert client.get("/v1/nothing").status_code == 404
    assert client.get("/v1/nothing").json()["error"]["code"] == "unknown_url"
    response = client.get("/v1/completions")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json()["error"]["code"] == "method_not_allowed"
    assert client.options("/v1/completions").status_code == 405  # no CORS
    for path in ("/v1/models/", "/health/", "/studio/runs/"):
        assert client.get(path, follow_redirects=False).status_code == 404, path


def test_every_field_of_the_forms_is_described(client):
    """What is checked is what is published."""
    described = client.get("/openapi.json").json()
    assert described["openapi"] == "3.1.0"
    schema = described["paths"]["/v1/completions"]["post"]["requestBody"]["content"]
    schema = schema["application/json"]["schema"]
    assert schema["properties"]["temperature"] == {
        "type": ["number", "null"], "minimum": 0, "maximum": 100
    }  # fmt: skip
    check(completion(), schema)
    routes = {re.sub(":path", "", route.path) for route in described_routes(client)}
    assert routes - {"/", "/{file}"} == set(described["paths"])
    assert "x-words" not in json.dumps(described)


def described_routes(client):
    app = client.app
    while not hasattr(app, "routes"):
        app = app.app
    return app.routes


# --------------------------------------------------------------------------------------- the studio


def test_the_page_lists_the_runs(client):
    runs = {run["name"]: run for run in client.get("/studio/runs").json()["runs"]}
    tiny = runs["tiny"]
    assert tiny["checkpoints"] == [4, 8]
    assert (tiny["world"], tiny["instruct"]) == (True, True)
    assert (runs["plain"]["world"], runs["plain"]["instruct"]) == (False, False)
    assert tiny["card"]["n_layers"] == 1
    assert tiny["card"]["context_length"] == 64


@pytest.mark.parametrize("accept", ["*/*", "text/event-stream"])
def test_the_studio_is_told_a_story_line_by_line(client, runs, accept):
    form = {"run": "tiny", "prompt": "Once", "seed": 3, "max_tokens": 9, "alternatives": 2}
    response = client.post("/studio/tell", json=form, headers={"accept": accept})
    lines = [line.removeprefix("data: ") for line in response.text.splitlines() if line]
    pieces = [json.loads(line) for line in lines]
    assert (
        "".join(piece["text"] for piece in pieces)
        == told(runs, "Once", 1, temperature=0.8, max_tokens=9)[0].replace("\ufffd", "")
        or len(pieces) == 9
    )
    assert [bool(piece["finish"]) for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert all(len(piece["alternatives"]) == 2 for piece in pieces)
    assert all({"text", "token", "logprob"} == set(a) for a in pieces[0]["alternatives"])


def test_the_studio_scores_grades_and_looks(client):
    scored = ask(client, "/studio/score", text="Once", checkpoint=4)["pieces"]
    assert "".join(piece["text"] for piece in scored) == "Once"
    assert all(piece["logprob"] < 0 and len(piece["alternatives"]) == 5 for piece in scored)
    looked = ask(client, "/studio/attention", text="Oncé", layer=0, head=1)
    assert looked["pieces"] == ["<|endoftext|>", "O", "n", "c", "", "é"]
    assert [len(row) for row in looked["weights"]] == [6] * 6
    assert sum(looked["weights"][-1]) == pytest.approx(1, abs=1e-4)
    judged = ask(
        client, "/studio/grade", prefix="Story:\n\n", text="Once upon a time, was a dragon."
    )
    assert judged["broken"] == "grammar"
    assert judged["kept"] == len("Once upon a time, ")
    assert judged["expected"]


@pytest.mark.parametrize(
    ("path", "form", "status", "code"),
    [
        ("tell", {"run": "../tiny"}, 404, "model_not_found"),
        ("tell", {"run": "tiny", "checkpoint": 5}, 404, "model_not_found"),
        ("tell", {"run": "tiny", "checkpoint": "../4"}, 400, "invalid_value"),
        ("tell", {"run": "tiny", "prompt": "x" * 100}, 400, "context_length_exceeded"),
        ("tell", {"run": "tiny", "alternatives": 21}, 400, "invalid_value"),
        ("score", {"run": "tiny", "text": "x" * 100}, 400, "context_length_exceeded"),
        ("grade", {"run": "plain", "text": "x"}, 400, "no_story_world"),
        ("grade", {"run": "tiny", "text": "x", "prefix": "A dragon"}, 400, "outside_the_world"),
        ("attention", {"run": "tiny", "text": "x", "layer": 1, "head": 0}, 400, "invalid_value"),
        ("attention", {"run": "tiny", "text": "x", "layer": 0, "head": 99}, 400, "invalid_value"),
    ],
)
def test_the_studio_is_refused_in_the_same_form(client, path, form, status, code):
    response = client.post(f"/studio/{path}", json=form)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_the_page_comes_from_its_own_files_alone(client):
    assert client.get("/").headers["content-type"] == "text/html; charset=utf-8"
    for name in ("app.py", "%2e%2e%2fapp.py", "..%2fapp.py", "page%2findex.html", "no.js"):
        assert client.get("/" + name).status_code == 404, name


# -------------------------------------------------------------------- doors: host, key, other pages


def test_while_it_serves_this_machine_only_other_names_are_refused(client):
    for host in ("127.0.0.1:80", "localhost:8000", "LOCALHOST", "[::1]:3"):
        assert client.get("/health", headers={"host": host}).status_code == 200, host
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", ""):
        response = client.get("/health", headers={"host": host})
        assert (response.status_code, response.json()["error"]["code"]) == (421, "wrong_host")


def test_a_key_is_asked_for_where_there_is_one(runs):
    app = build_app(serve_config(runs), key="sésame")
    with TestClient(app, base_url=LOCAL) as client:
        for path in ("/health", "/", "/openapi.json"):
            assert client.get(path).status_code == 200
        wrong = ["", "sésame", "Bearer", "Bearer sesame", "Bearer sésam", "Basic sésame"]
        for path in ("/v1/models", "/studio/runs", "/metrics", "/v1/nothing"):
            for given in wrong:
                response = client.get(path, headers={"authorization": given.encode()})
                assert response.status_code == 401, (path, given)
                assert response.headers["www-authenticate"] == "Bearer"
                assert "sésame" not in response.text
        right = {"authorization": "Bearer sésame".encode()}
        assert client.get("/v1/models", headers=right).status_code == 200


def test_other_pages_may_ask_only_where_cors_names_them(runs, client):
    origin = {"origin": "https://a.example", "access-control-request-method": "POST"}
    plain = client.get("/v1/models", headers=origin)
    assert "access-control-allow-origin" not in plain.headers
    with TestClient(
        build_app(serve_config(runs, cors=["https://a.example"]), key="k"), base_url=LOCAL
    ) as named:
        assert named.options("/v1/completions", headers=origin).status_code == 200
        refused = named.get("/v1/models", headers=origin)  # its page may read why
        assert refused.status_code == 401
        assert refused.headers["access-control-allow-origin"] == "https://a.example"
        other = origin | {"origin": "https://b.example"}
        assert named.options("/v1/completions", headers=other).status_code == 400


def test_the_log_holds_no_words_of_a_prompt(client, capsys):
    ask(client, prompt="sesame", max_tokens=2)
    client.get("/v1/models/%1b[31m")
    lines = capsys.readouterr().err.splitlines()
    assert [re.sub(r"^\S+ \S+ | [\d.]+ s$", "", line) for line in lines] == [
        "testclient POST /v1/completions 200", "testclient GET /v1/models/?[31m 404"
    ]  # fmt: skip


def test_metrics_are_in_prometheus_form(client):
    ask(client, prompt="x", max_tokens=2, logit_bias=NEVER_ENDS)
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    line = r'[a-z_]+(\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\})? -?[0-9.e+-]+'
    kinds = {}
    for text in response.text.splitlines():
        if text.startswith("# TYPE"):
            kinds[text.split()[2]] = text.split()[3]
        assert text.startswith("# ") or re.fullmatch(line, text), text
    assert kinds["storylm_request_seconds"] == "histogram"
    assert "storylm_stories_active 0\n" in response.text
    assert re.search(r'storylm_completion_tokens_total\{model="tiny"\} [1-9]', response.text)
    parser = pytest.importorskip("prometheus_client.parser")
    families = {family.name for family in parser.text_string_to_metric_families(response.text)}
    assert "storylm_requests" in families


# ------------------------------------------------------------------------------ the official client


def test_the_official_client_understands_it(runs):
    openai = pytest.importorskip(
        "openai", reason="openai is not installed: uv run --extra api-tests"
    )
    with running(serve_config(runs), key="k") as server:
        client = openai.OpenAI(base_url=server.url + "/v1", api_key="k", max_retries=0)
        assert {model.id for model in client.models.list()} == {"tiny", "plain"}
        form = {"model": "tiny", "prompt": "Once", "seed": 3, "max_tokens": 12}
        found = client.completions.create(**form, n=4, logprobs=2, stop=["never"])
        assert len({choice.text for choice in found.choices}) == 4
        assert len(found.choices[0].logprobs.tokens) == len(found.choices[0].logprobs.text_offset)
        chunks = list(client.completions.create(**form, stream=True))
        assert "".join(c.choices[0].text for c in chunks) == found.choices[0].text
        messages = [{"role": "user", "content": "a bear finds honey"}]
        chat = client.chat.completions.create(model="tiny", messages=messages, max_tokens=5)
        assert chat.choices[0].message.role == "assistant"
        deltas = client.chat.completions.create(
            model="tiny", messages=messages, max_tokens=5, stream=True
        )
        assert list(deltas)[-1].choices[0].finish_reason in ("length", "stop")
        for make, kind in (
            (lambda: client.models.retrieve("tony"), openai.NotFoundError),
            (lambda: client.completions.create(**form | {"n": 0}), openai.BadRequestError),
            (lambda: openai.OpenAI(base_url=server.url + "/v1", api_key="x").models.list(),
             openai.AuthenticationError),
        ):  # fmt: skip
            with pytest.raises(kind) as caught:
                make()
            assert caught.value.code
