// What a link holds: opening, dials, runs, checkpoints and seeds, in the fragment, so that no
// server ever sees it. And what the tab remembers, so that nothing written is lost.

const TAB = "storylm-studio";
const DIALS = ["temperature", "max_tokens", "top_p", "top_k", "min_p", "repetition_penalty"];

/** A link to the stories as they were told: [{run, checkpoint, seed, opening, prompt, dials}]. */
export function link(stories) {
  const [first, second] = stories;
  const parts = new URLSearchParams();
  for (const name of DIALS) parts.set(name, first.dials[name]);
  for (const [story, mark] of [[first, ""], [second, "2"]]) {
    if (!story) continue;
    parts.set(`run${mark}`, story.run);
    parts.set(`checkpoint${mark}`, story.checkpoint);
    parts.set(`seed${mark}`, story.seed);
    parts.set(`opening${mark}`, story.opening);
    if (story.prompt !== story.opening) {
      parts.set(`then${mark}`, story.prompt.slice(story.opening.length));
    }
  }
  return `${location.origin}${location.pathname}#${parts}`;
}

/** The stories a fragment names, or null where it names none. */
export function unlink(fragment) {
  const parts = new URLSearchParams(fragment.replace(/^#/, ""));
  if (!parts.has("opening")) return null;
  const dials = {};
  for (const name of DIALS) if (parts.has(name)) dials[name] = Number(parts.get(name));
  const marks = parts.has("opening2") ? ["", "2"] : [""];
  return marks.map((mark) => {
    const opening = parts.get(`opening${mark}`);
    return {
      dials,
      opening,
      run: parts.get(`run${mark}`),
      checkpoint: parts.get(`checkpoint${mark}`) ?? "best",
      seed: Number(parts.get(`seed${mark}`) ?? 1) || 0,
      prompt: opening + (parts.get(`then${mark}`) ?? ""),
    };
  });
}

export function remember(state) {
  try {
    sessionStorage.setItem(TAB, JSON.stringify(state));
  } catch {
    // full, or forbidden: the page works on without memory
  }
}

export function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(TAB));
  } catch {
    return null;
  }
}

/** Also where the clipboard is closed to pages that came over plain HTTP. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
  return true;
}
