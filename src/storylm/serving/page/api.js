// What the server is asked, and its answers. Every refusal becomes a Refusal with words to show.

export class Refusal extends Error {
  /** kind: gone (no server), busy (`wait` seconds), missing, locked (a key is needed), broken (cut
      off), refused */
  constructor(message, kind, wait = 0) {
    super(message);
    this.kind = kind;
    this.wait = wait;
  }
}

const KEY = "storylm-key";
const KINDS = { 401: "locked", 404: "missing", 429: "busy", 502: "gone", 503: "busy" };
const SILENT = "The server does not answer. What is written here stays.";

/** The key of a server that asks for one; the tab forgets it when it is closed. */
export function useKey(key) {
  sessionStorage.setItem(KEY, key);
}

export async function runs() {
  return (await answer(await reach("studio/runs"))).runs;
}

export async function ask(what, body, signal) {
  return answer(await reach(`studio/${what}`, body, signal));
}

/** The lines of a story as they come; server-sent events and bare JSON lines both do. */
export async function* tell(request, signal) {
  const response = await reach("studio/tell", request, signal);
  if (!response.ok) await answer(response);
  let ended = false;
  for await (const line of lines(response.body)) {
    const data = line.startsWith("data:") ? line.slice(5).trim() : line.trim();
    if (data === "[DONE]") break;
    if (!data.startsWith("{")) continue;
    const piece = JSON.parse(data);
    if (piece.error) throw new Refusal(sentence(piece.error.message), "refused");
    ended ||= Boolean(piece.finish);
    yield piece;
  }
  if (!ended) throw new Refusal("The story broke off. What came of it stays.", "broken");
}

async function reach(path, body, signal) {
  const key = sessionStorage.getItem(KEY);
  const headers = key ? { Authorization: `Bearer ${key}` } : {};
  if (body) headers["Content-Type"] = "application/json";
  const asked = body && { method: "POST", body: JSON.stringify(body) };
  try {
    return await fetch(path, { ...asked, headers, signal, cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(SILENT, "gone");
  }
}

async function answer(response) {
  const text = await response.text().catch(() => "");
  let data = null;
  try {
    data = JSON.parse(text);
  } catch {
    // not JSON: a proxy's page, or nothing
  }
  if (response.ok && data) return data;
  const said = data?.error?.message || data?.detail || `the server said ${response.status}`;
  const kind = KINDS[response.status];
  const after = Number(response.headers.get("Retry-After"));
  throw new Refusal(sentence(said), kind ?? "refused", kind === "busy" ? after || 5 : 0);
}

async function* lines(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) break;
      const parts = (rest + value).split(/\r?\n/);
      rest = parts.pop();
      yield* parts;
    }
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal("The server went away in the middle. What came stays.", "broken");
  } finally {
    reader.cancel().catch(() => {});
  }
  if (rest) yield rest;
}

function sentence(words) {
  const said = String(words).trim();
  const begun = said.charAt(0).toUpperCase() + said.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
