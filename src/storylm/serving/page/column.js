// One sheet of paper: a run, a checkpoint, and the story it tells. Two of them stand side by side.
// What was told: {run, checkpoint, seed, dials, opening, prompt, pieces, given, finish, count,
// speed, grade}; `given` pieces are the opening, `prompt` is all that the model was given.

import { grade, score, tidy } from "./after.js";
import { tell } from "./api.js";
import { Gaze } from "./gaze.js";
import { caption, Trouble, Verdict } from "./margin.js";
import { Source } from "./source.js";
import { Story } from "./story.js";
import { THE_END, textOf, unscored, within } from "./words.js";

const ALTERNATIVES = 10;
const ENDED = new Set(["stop", "length"]);

export class Column {
  constructor(studio, name) {
    const { content } = document.getElementById("column-template");
    this.root = content.cloneNode(true).firstElementChild;
    const part = (mark) => this.root.querySelector(mark);
    this.studio = studio;
    this.name = name;
    this.told = null;
    this.turn = null;
    this.sheet = part(".sheet");
    this.foot = part(".caption");
    this.root.setAttribute("aria-label", name);
    part(".story").setAttribute("aria-label", `${name}: the story`);
    this.source = new Source(this.root, {
      change: () => studio.arrangeRuns(),
      step: (step) => this.tellAt(step),
    });
    this.story = new Story(part(".story"), {
      open: (index) => this.open(index),
      look: (index, quick) => this.look(index, quick),
    });
    this.gaze = new Gaze();
    this.trouble = new Trouble(part(".trouble"));
    this.verdict = new Verdict(part(".verdict"), (index) => this.story.focus(index));
  }

  get busy() {
    return this.turn !== null;
  }

  get text() {
    return this.told ? textOf(this.told.pieces) : "";
  }

  // ------------------------------------------------------------------------------------- telling

  tell({ opening, seed, dials }, prompt = opening) {
    const beginning = unscored(opening);
    const pieces = [...beginning, ...unscored(prompt.slice(opening.length))];
    return this.begin({ opening, prompt, seed, dials, pieces, given: beginning.length });
  }

  /** The same opening and seed at a checkpoint, as the slider moves; told once, then remembered. */
  tellAt(step) {
    const settings = this.told ?? this.studio.settings();
    if (!settings) return;
    const { opening, seed, dials } = settings;
    this.studio.before("slider");
    const known = this.source.learning.recall({ run: this.source.run, step, opening, seed, dials });
    if (known) {
      this.stop();
      this.put(known);
      this.finish();
    } else {
      this.tell({ opening, seed, dials });
    }
  }

  /** Go on after `pieces` of the story, or of what stood there when a word of it was chosen. */
  goOn(pieces, { seed, dials }) {
    const prompt = textOf(pieces);
    const { opening: told } = this.told;
    const opening = prompt.startsWith(told) ? told : prompt;
    const given = within(pieces, opening.length);
    return this.begin({ opening, prompt, seed, dials, pieces, given });
  }

  /** The story that is there stays until the first word of the next one has come. */
  async begin(plan) {
    this.stop();
    this.trouble.clear();
    const turn = new AbortController();
    this.turn = turn;
    const { run, checkpoint } = this.source;
    const told = { ...plan, pieces: plan.pieces.slice(), run, checkpoint, finish: "" };
    this.studio.began(this, told);
    this.wait(true);
    if (!this.told) this.put(told);
    try {
      await this.follow(told, turn.signal);
    } catch (error) {
      if (this.told === told && !told.finish) told.finish = "broken";
      if (!turn.signal.aborted) this.fail(error, plan);
    }
    if (this.turn !== turn) return;
    this.turn = null;
    this.wait(false);
    this.studio.ended(this);
    if (this.told === told) await this.finish();
  }

  async follow(told, signal) {
    let count = 0;
    let first = 0;
    for await (const piece of tell(request(told), signal)) {
      if (count++ === 0) {
        first = performance.now();
        this.wait(false);
        this.put(told);
      }
      if (piece.text || !piece.finish) told.pieces.push(tidy(piece));
      told.count = count;
      told.speed = (1000 * (count - 1)) / Math.max(1, performance.now() - first);
      told.finish = piece.finish || "";
      this.draw();
    }
  }

  fail(error, plan) {
    this.trouble.show(error, () => this.begin(plan));
    if (error.kind === "missing") this.studio.refresh();
  }

  stop() {
    const { turn } = this;
    this.trouble.clear();
    if (!turn) return;
    this.turn = null;
    turn.abort();
    this.wait(false);
    if (this.told && !this.told.finish) this.told.finish = "stopped";
    this.studio.ended(this);
    if (this.told) this.finish();
  }

  put(told) {
    if (this.told !== told) this.studio.menu.close();
    this.told = told;
    this.drawNow();
  }

  /** Called when the story has its last word for now. */
  async finish() {
    const { told } = this;
    if (ENDED.has(told.finish)) this.source.learning.keep(told);
    this.drawNow();
    if (told.finish === "broken") return;
    const world = this.source.named(told.run)?.world;
    await Promise.all([score(told, request(told)), world && told.finish ? grade(told) : null]);
    if (this.told === told) this.drawNow();
  }

  // ------------------------------------------------------------------------------------- drawing

  /** At most once a frame: a quick model must not make a slow page. */
  draw() {
    this.frame ??= requestAnimationFrame(() => this.drawNow());
  }

  drawNow() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    const { told } = this;
    this.sheet.classList.toggle("empty", !told);
    this.story.root.classList.toggle("growing", this.busy);
    if (told) {
      this.story.show(told.pieces, told.given);
      this.verdict.show(told, this.story);
      this.foot.textContent = caption(told, this.source, this.studio.comparing);
    } else {
      this.story.clear();
      this.verdict.clear();
      this.foot.textContent = "";
    }
    if (this.busy) this.studio.grew(this);
    this.studio.changed();
  }

  /** On a phone the sheet lies below the desk. */
  reveal() {
    const { top } = this.sheet.getBoundingClientRect();
    if (top > 0.6 * innerHeight) this.sheet.scrollIntoView({ block: "start", behavior: "smooth" });
  }

  wait(now) {
    this.sheet.classList.toggle("waiting", now);
    this.root.setAttribute("aria-busy", String(this.busy));
    this.studio.changed();
  }

  // ----------------------------------------------------------------------------- looking closely

  /** The pieces are those of now: while the menu is open, the given ones may get their numbers. */
  open(index) {
    const { pieces } = this.told;
    this.studio.tip.hide();
    this.studio.menu.open(this.story.spans[index], this.story.words[index], pieces, {
      goOn: (last) => this.studio.goOn(this, pieces.slice(0, last + 1)),
      choose: (place, other) => {
        const kept = pieces.slice(0, place);
        if (THE_END.test(other.text)) return this.studio.endAt(this, kept);
        const { alternatives } = pieces[place];
        const chosen = { ...other, alternatives, chosen: true };
        return this.studio.goOn(this, [...kept, chosen], true);
      },
    });
  }

  endAt(pieces) {
    this.stop();
    const given = within(pieces, this.told.opening.length);
    this.put({ ...this.told, pieces, given, finish: "stop", grade: null });
    return this.finish();
  }

  look(index, quick = false) {
    const { tip, menu } = this.studio;
    const word = this.story.words[index];
    if (!word?.text || menu.isOpen) {
      tip.hide();
      if (menu.isOpen) return;
      this.looking = null;
      this.story.gaze(-1, null);
    } else if (this.studio.gaze()) {
      tip.hide();
      this.lookBack(index, this.studio.gaze());
    } else {
      const reason = index === this.verdict.index ? this.verdict.words : "";
      tip.show(this.story.spans[index], word, this.told.pieces, reason, quick);
    }
  }

  async lookBack(index, gaze) {
    this.looking = index;
    const { run, checkpoint } = request(this.told);
    const asked = { run, checkpoint, text: this.text, ...gaze };
    try {
      const levels = await this.gaze.levels(asked, this.story.words, index);
      if (this.looking === index) this.story.gaze(index, levels);
    } catch (error) {
      if (this.looking === index) this.trouble.show(error, () => this.lookBack(index, gaze));
    }
  }
}

function request({ run, checkpoint, prompt, seed, dials }) {
  const name = Number(checkpoint) || checkpoint;
  return { run, checkpoint: name, prompt, seed, ...dials, alternatives: ALTERNATIVES };
}
