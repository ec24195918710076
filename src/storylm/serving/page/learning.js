// How it learned to tell: the checkpoints of a run on a slider, each story told once and kept.

const PAUSE = 180;
const MOST = 200;

export class Learning {
  constructor(root, onStep) {
    this.root = root;
    this.slider = root.querySelector("input");
    this.output = root.querySelector("output");
    this.slider.setAttribute("aria-label", "How it learned to tell: checkpoint");
    this.steps = [];
    this.stories = new Map();
    this.slider.addEventListener("input", () => {
      this.say();
      clearTimeout(this.timer);
      this.timer = setTimeout(() => onStep(this.step), PAUSE);
    });
  }

  get step() {
    return this.steps[Number(this.slider.value)];
  }

  arrange(steps, step) {
    clearTimeout(this.timer);
    this.steps = steps;
    this.root.hidden = steps.length < 2;
    this.slider.max = Math.max(0, steps.length - 1);
    const at = steps.indexOf(step);
    this.slider.value = at < 0 ? steps.length - 1 : at;
    this.say();
  }

  say() {
    const words = this.step === undefined ? "" : `step ${this.step.toLocaleString("en")}`;
    this.output.textContent = words;
    this.slider.setAttribute("aria-valuetext", words);
  }

  keep(told) {
    const step = Number(told.checkpoint);
    if (!step || told.prompt !== told.opening) return;
    if (this.stories.size >= MOST) this.stories.delete(this.stories.keys().next().value);
    this.stories.set(key({ ...told, step }), told);
  }

  recall(wanted) {
    return this.stories.get(key(wanted));
  }
}

function key({ run, step, opening, seed, dials }) {
  return JSON.stringify([run, step, opening, seed, dials]);
}
