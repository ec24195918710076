// Who tells: a run and one of its checkpoints, the run's card, and the slider over its checkpoints.

import { card } from "./card.js";
import { Learning } from "./learning.js";

export class Source {
  /** `on.change()` after another choice, `on.step(step)` when the slider asks for a story. */
  constructor(root, on) {
    const part = (mark) => root.querySelector(mark);
    this.on = on;
    this.runs = [];
    this.runSelect = part(".run");
    this.checkpointSelect = part(".checkpoint");
    this.card = part(".card");
    this.about = part(".about");
    this.learning = new Learning(part(".learning"), (step) => {
      this.checkpointSelect.value = step;
      on.step(step);
    });
    this.about.addEventListener("click", () => this.show(this.card.hidden));
    this.runSelect.addEventListener("change", () => this.arrange(this.checkpoint));
    this.checkpointSelect.addEventListener("change", () => this.arrange(this.checkpoint));
  }

  get run() {
    return this.runSelect.value;
  }

  /** best, last, or a step as text. */
  get checkpoint() {
    return this.checkpointSelect.value;
  }

  get chosen() {
    return this.named(this.run);
  }

  named(name) {
    return this.runs.find((run) => run.name === name);
  }

  offer(runs) {
    const { run, checkpoint } = this;
    this.runs = runs;
    this.runSelect.replaceChildren(...runs.map(({ name }) => new Option(name, name)));
    this.choose(run, checkpoint || "best");
  }

  choose(run, checkpoint) {
    if (this.named(run)) this.runSelect.value = run;
    this.arrange(checkpoint);
  }

  arrange(checkpoint) {
    const run = this.chosen;
    if (!run) return;
    const steps = run.checkpoints.filter((step) => typeof step === "number");
    const best = typeof run.best === "number" ? `best (${run.best.toLocaleString("en")})` : "best";
    const choices = [new Option(best, "best"), new Option("last", "last")];
    choices.push(...steps.map((one) => new Option(step(one), one)));
    this.checkpointSelect.replaceChildren(...choices);
    const known = choices.some((one) => one.value === String(checkpoint));
    this.checkpointSelect.value = known ? String(checkpoint) : "best";
    this.learning.arrange(steps, Number(this.checkpoint) || null);
    this.runSelect.title = run.name;
    this.show(!this.card.hidden);
    this.on.change();
  }

  show(open) {
    this.card.hidden = !open;
    this.about.setAttribute("aria-expanded", String(open));
    this.card.replaceChildren(...(open && this.chosen ? [card(this.chosen)] : []));
  }
}

function step(number) {
  return `step ${number.toLocaleString("en")}`;
}
