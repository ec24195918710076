// The studio: one opening and one set of dials for one sheet or two; what the buttons do.

import { Refusal, runs } from "./api.js";
import { Announcer } from "./announce.js";
import { Column } from "./column.js";
import { Dials } from "./dials.js";
import { caption, Trouble } from "./margin.js";
import { Memory } from "./memory.js";
import { NARROW, Tip, WordMenu } from "./menu.js";
import { Opening } from "./opening.js";

const MOST_UNDONE = 50;

class Studio {
  constructor() {
    this.past = [];
    this.menu = new WordMenu();
    this.tip = new Tip();
    this.announcer = new Announcer();
    this.opening = new Opening(() => this.changed());
    this.dials = new Dials(() => this.changed());
    this.columns = [new Column(this, "First sheet"), new Column(this, "Second sheet")];
    this.part("columns").append(...this.columns.map((column) => column.root));
    this.trouble = new Trouble(this.part("no-runs"));
    this.memory = new Memory(this);
    this.compare(false);
    this.part("dials-box").open = !matchMedia(NARROW).matches;
    this.bind();
  }

  part(id) {
    return document.getElementById(id);
  }

  bind() {
    const acts = {
      tell: () => this.tell(),
      stop: () => this.stop(),
      retry: () => this.retry(),
      "go-on": () => this.goOnAll(),
      undo: () => this.undo(),
      compare: () => this.compare(!this.comparing),
      copy: () => this.memory.copy(),
      share: () => this.memory.share(),
    };
    for (const [id, act] of Object.entries(acts)) this.part(id).addEventListener("click", act);
    for (const input of document.querySelectorAll("#looks input")) {
      input.addEventListener("input", () => this.arrangeLooks());
    }
    document.addEventListener("keydown", (event) => this.pressed(event));
    addEventListener("hashchange", () => this.memory.follow());
    addEventListener("pagehide", () => this.memory.save());
  }

  pressed(event) {
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key === "Enter") {
      event.preventDefault();
      this.menu.close();
      this.tell();
    } else if (event.key === "Escape" && !this.menu.isOpen) {
      this.tip.hide();
      if (this.busy) this.stop();
    } else if (command && event.key === "z" && !event.shiftKey && !event.target.matches(FIELDS)) {
      event.preventDefault();
      this.undo();
    }
  }

  async open() {
    this.memory.restore();
    await this.meet();
  }

  /** Meet the runs; then a link can be followed. */
  async meet() {
    await this.refresh();
    if (this.runs?.length) this.memory.follow();
  }

  /** Ask which runs there are; what was chosen stays chosen where it still can. */
  async refresh() {
    this.trouble.clear();
    try {
      this.runs = await runs();
    } catch (error) {
      this.trouble.show(error, () => this.meet());
      return;
    }
    if (!this.runs.length) {
      const words = "No run is here yet: uv run scripts/train.py trains one.";
      this.trouble.show(new Refusal(words, "missing"), () => this.meet());
      return;
    }
    for (const column of this.columns) column.source.offer(this.runs);
    this.memory.restoreRuns();
  }

  // ------------------------------------------------------------------------------------- telling

  get comparing() {
    return this.part("compare").getAttribute("aria-pressed") === "true";
  }

  get visible() {
    return this.comparing ? this.columns : this.columns.slice(0, 1);
  }

  get busy() {
    return this.columns.some((column) => column.busy);
  }

  /** What the desk says now; null where a dial is out of its range. */
  settings() {
    const dials = this.dials.read();
    return dials && { opening: this.opening.value, seed: this.dials.seed, dials };
  }

  async tell() {
    if (!this.runs?.length) await this.refresh();
    const settings = this.settings();
    if (!this.runs?.length || !settings) return;
    this.before();
    for (const column of this.visible) column.tell(settings);
    this.visible[0].reveal();
  }

  retry() {
    this.dials.dice();
    this.tell();
  }

  stop() {
    for (const column of this.columns) column.stop();
    if (this.part("stop") === document.activeElement) this.part("tell").focus();
  }

  /** From a word on: with the same seed where another word was chosen, or else with a new one. */
  goOn(column, pieces, sameSeed = false) {
    if (!sameSeed) this.dials.dice();
    const settings = this.settings();
    if (!settings) return;
    this.before();
    column.goOn(pieces, settings);
    column.story.root.querySelector(".word[tabindex]")?.focus({ preventScroll: true });
  }

  goOnAll() {
    const settings = this.settings();
    if (!settings) return;
    this.before();
    for (const column of this.unfinished) column.goOn(column.told.pieces, settings);
  }

  get unfinished() {
    const open = new Set(["length", "stopped", "broken"]);
    return this.visible.filter((column) => open.has(column.told?.finish));
  }

  endAt(column, pieces) {
    this.before();
    column.endAt(pieces);
  }

  /** Called before what is on the sheets changes; a slider on the move counts as one change. */
  before(kind = "") {
    if (kind && this.past.at(-1)?.kind === kind) return;
    const told = this.columns.map((column) => column.told);
    this.past.push({ told, kind, seed: this.dials.seed });
    if (this.past.length > MOST_UNDONE) this.past.shift();
    this.changed();
  }

  undo() {
    const last = this.past.pop();
    if (!last) return;
    this.stop();
    this.dials.seed = last.told[0]?.seed ?? last.seed;
    this.columns.forEach((column, i) => column.put(last.told[i]));
    this.announcer.say("Undone.");
  }

  began(column, { prompt }) {
    if (!this.comparing) this.announcer.begin(prompt.length);
    this.announcer.say("Telling.");
  }

  grew(column) {
    if (!this.comparing) this.announcer.follow(column.text);
  }

  ended(column) {
    if (!column.told) return;
    const name = this.comparing ? `${column.name}: ` : "";
    const how = caption(column.told, column.source);
    this.announcer.end(this.comparing ? "" : column.text, name + how);
  }

  // ------------------------------------------------------------------------------------- arranging

  compare(two) {
    this.part("compare").setAttribute("aria-pressed", String(two));
    this.part("columns").classList.toggle("two", two);
    this.columns[1].root.hidden = !two;
    if (!two) this.columns[1].stop();
    for (const column of this.columns) column.draw();
    this.arrangeRuns();
  }

  /** What depends on the runs that are chosen: the form for a header, the longest story, layers. */
  arrangeRuns() {
    const runs = this.visible.map((column) => column.source.chosen).filter(Boolean);
    const sizes = runs.map((run) => run.card ?? {});
    this.opening.allow(runs.some((run) => run.instruct));
    const contexts = sizes.map((card) => card.context_length).filter(Boolean);
    if (contexts.length) this.dials.limit(Math.min(...contexts));
    for (const [id, name] of [["layer", "n_layers"], ["head", "n_heads"]]) {
      const most = Math.min(...sizes.map((card) => card[name] ?? 1));
      const select = this.part(id);
      const chosen = Math.min(Number(select.value) || 0, most - 1);
      const all = Array.from({ length: Number.isFinite(most) ? most : 1 }, (_, i) => i);
      select.replaceChildren(...all.map((i) => new Option(i + 1, i)));
      select.value = Math.max(0, chosen);
    }
    this.changed();
  }

  arrangeLooks() {
    document.querySelector("main").dataset.look = this.look;
    this.part("legend-chance").hidden = this.look !== "chance";
    this.part("legend-gaze").hidden = this.look !== "gaze";
    for (const column of this.columns) column.look(null);
    this.changed();
  }

  get look() {
    return document.querySelector("input[name=look]:checked").value;
  }

  set look(value) {
    for (const one of document.querySelectorAll("input[name=look]")) {
      one.checked = one.value === value;
    }
    this.arrangeLooks();
  }

  /** The layer and head that are looked at; null unless attention is to be seen. */
  gaze() {
    if (this.look !== "gaze") return null;
    return { layer: Number(this.part("layer").value), head: Number(this.part("head").value) };
  }

  changed() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.part("stop").disabled = !this.busy;
      this.part("go-on").disabled = this.busy || !this.unfinished.length;
      this.part("undo").disabled = !this.past.length;
      this.part("copy").disabled = !this.visible.some((column) => column.told);
    });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.memory.save(), 400);
  }
}

const FIELDS = "input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea";

new Studio().open();
