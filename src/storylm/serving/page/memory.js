// What outlives the moment: the tab's memory, links that hold a story, copies of it.

import { Refusal } from "./api.js";
import { copy, link, recall, remember, unlink } from "./link.js";

const HEADER = /^(?:[A-Z][a-z ]+: .*\n)*Story:\s*/;

export class Memory {
  constructor(studio) {
    this.studio = studio;
    this.box = document.getElementById("link-box");
    this.said = document.getElementById("said");
  }

  save() {
    const { opening, dials, look, comparing, columns } = this.studio;
    const sheets = columns.map(({ source, told }, i) => {
      const { run, checkpoint } = source.run ? source : (this.wanted?.[i] ?? {});
      return { run, checkpoint, told };
    });
    remember({ opening: opening.state, dials: dials.raw, look, comparing, columns: sheets });
  }

  /** What this tab held before it was loaded again; the runs' names wait for the runs. */
  restore() {
    const state = recall();
    if (!state) return;
    const { studio } = this;
    this.wanted = state.columns;
    studio.compare(state.comparing);
    studio.opening.state = state.opening;
    studio.dials.raw = state.dials;
    studio.look = state.look;
    state.columns.forEach(({ told }, i) => {
      if (told) studio.columns[i].put({ ...told, finish: told.finish || "stopped" });
    });
  }

  restoreRuns() {
    this.wanted?.forEach(({ run, checkpoint }, i) => {
      this.studio.columns[i].source.choose(run, checkpoint);
    });
    this.wanted = null;
  }

  /** A link was opened: it fills in what it holds, and tells at once. */
  follow() {
    const { studio } = this;
    const stories = unlink(location.hash);
    if (!stories) return;
    history.replaceState(null, "", location.pathname + location.search);
    studio.compare(stories.length > 1);
    stories.forEach((story, i) => studio.columns[i].source.choose(story.run, story.checkpoint));
    studio.opening.value = stories[0].opening;
    studio.dials.set(stories[0].dials);
    studio.dials.seed = stories[0].seed;
    const dials = studio.dials.read();
    if (!dials) return;
    studio.before();
    stories.forEach((story, i) => {
      const column = studio.columns[i];
      if (column.source.run === story.run) {
        column.tell({ ...story, dials }, story.prompt);
      } else {
        const words = `The run ${story.run} of this link is not here; choose another.`;
        column.trouble.show(new Refusal(words, "missing"), () => studio.tell());
      }
    });
  }

  async share() {
    const { studio } = this;
    const settings = studio.settings();
    if (!settings) return;
    const stories = studio.visible.map(({ told, source: { run, checkpoint } }) => {
      return told ?? { run, checkpoint, prompt: settings.opening, ...settings };
    });
    const text = link(stories);
    const input = this.box.querySelector("input");
    const done = await copy(text);
    input.value = text;
    this.box.querySelector("p").textContent = done
      ? "The link is copied. It tells this story again, where these runs are served."
      : "Copy this link. It tells this story again, where these runs are served.";
    this.box.showPopover();
    input.focus();
    input.select();
  }

  /** The stories as text, without the header that asked for them. */
  async copy() {
    const texts = this.studio.visible.map((column) => column.text.replace(HEADER, ""));
    const done = await copy(texts.filter(Boolean).join("\n\n—\n\n"));
    this.say(done ? "Copied." : "The clipboard is closed to this page.");
  }

  say(words) {
    this.said.textContent = words;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.said.textContent = ""), 4000);
  }
}
