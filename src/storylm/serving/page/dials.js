// The dials: a slider and a number each, always in step. Out of range is said, not silently bent.

const DIALS = [
  { name: "temperature", label: "Temperature", low: 0, high: 2, step: 0.05, usual: 0.8,
    hint: "0 always takes the likeliest word; 1 draws as the model thinks" },
  { name: "max_tokens", label: "Longest", low: 1, high: 1024, step: 1, usual: 300,
    hint: "tokens; the story may end sooner" },
  { name: "top_p", label: "Top-p", low: 0.01, high: 1, step: 0.01, usual: 1, more: true,
    hint: "the likeliest words that together reach this; 1 keeps all" },
  { name: "top_k", label: "Top-k", low: 0, high: 200, step: 1, usual: 0, more: true,
    hint: "so many of the likeliest words; 0 keeps all" },
  { name: "min_p", label: "Min-p", low: 0, high: 0.5, step: 0.01, usual: 0, more: true,
    hint: "words at least this share as likely as the likeliest; 0 keeps all" },
  { name: "repetition_penalty", label: "Repetition penalty", low: 1, high: 2, step: 0.05, usual: 1,
    more: true, hint: "above 1, words that were there come less easily" },
];
const SEEDS = 9999;
const MOST_SEED = 2 ** 31 - 1;

export class Dials {
  constructor(onChange) {
    this.onChange = onChange;
    this.inputs = {};
    const main = document.getElementById("dials");
    const more = document.getElementById("more-dials");
    for (const dial of DIALS) (dial.more ? more : main).append(this.build(dial));
    this.seedInput = document.getElementById("seed");
    this.seedNote = document.getElementById("seed-note");
    this.seedInput.addEventListener("input", () => {
      this.check({ low: 0, high: MOST_SEED, step: 1 }, this.seedInput, this.seedNote);
      onChange();
    });
    document.getElementById("dice").addEventListener("click", () => this.dice());
    document.getElementById("reset-dials").addEventListener("click", () => this.reset());
  }

  build(dial) {
    const copy = document.getElementById("dial-template").content.cloneNode(true);
    const [number, range] = copy.querySelectorAll("input");
    const note = copy.querySelector(".note");
    copy.querySelector("label").textContent = dial.label;
    copy.querySelector("label").htmlFor = `dial-${dial.name}`;
    note.textContent = dial.hint;
    note.id = `note-${dial.name}`;
    number.id = `dial-${dial.name}`;
    number.setAttribute("aria-describedby", note.id);
    range.setAttribute("aria-label", `${dial.label}, slider`);
    for (const input of [range, number]) {
      Object.assign(input, { min: dial.low, max: dial.high, step: dial.step });
      input.value = dial.usual;
    }
    number.step = dial.step < 1 ? "any" : 1;
    range.addEventListener("input", () => {
      number.value = range.value;
      this.check(dial, number, note);
      this.onChange();
    });
    number.addEventListener("input", () => {
      range.value = number.value;
      this.check(dial, number, note);
      this.onChange();
    });
    this.inputs[dial.name] = { dial, range, number, note };
    return copy;
  }

  check(dial, number, note) {
    const value = Number(number.value);
    const whole = dial.step < 1 || Number.isInteger(value);
    const fits = number.value !== "" && value >= dial.low && value <= dial.high && whole;
    number.setAttribute("aria-invalid", String(!fits));
    note.classList.toggle("wrong", !fits);
    const kind = dial.step < 1 ? "a number" : "a whole number";
    note.textContent = fits ? (dial.hint ?? "") : `${kind} from ${dial.low} to ${dial.high}`;
    return fits;
  }

  /** The first dial that is out of range gets the focus; null then, else all values. */
  read() {
    const values = {};
    for (const [name, { dial, number, note }] of Object.entries(this.inputs)) {
      if (!this.check(dial, number, note)) {
        return this.point(number);
      }
      values[name] = Number(number.value);
    }
    if (!this.check({ low: 0, high: MOST_SEED, step: 1 }, this.seedInput, this.seedNote)) {
      return this.point(this.seedInput);
    }
    return values;
  }

  /** Bring a wrong number into sight. */
  point(number) {
    for (let box = number; box; box = box.parentElement?.closest("details")) box.open = true;
    number.focus();
    return null;
  }

  set(values) {
    for (const [name, { dial, range, number, note }] of Object.entries(this.inputs)) {
      const value = Number(values[name]);
      if (!Number.isFinite(value) || values[name] === undefined) continue;
      range.value = number.value = value;
      this.check(dial, number, note);
      if (dial.more && value !== dial.usual) number.closest("details").open = true;
    }
  }

  /** What stands in the fields, right or wrong, for the tab's memory. */
  get raw() {
    const values = Object.entries(this.inputs).map(([name, { number }]) => [name, number.value]);
    return { ...Object.fromEntries(values), seed: this.seedInput.value };
  }

  set raw({ seed, ...values }) {
    this.set(values);
    this.seed = seed;
  }

  reset() {
    this.set(Object.fromEntries(DIALS.map((dial) => [dial.name, dial.usual])));
    this.onChange();
  }

  /** A story cannot be longer than what the model reads at once. */
  limit(context) {
    const { dial, range, number, note } = this.inputs.max_tokens;
    dial.high = range.max = number.max = context;
    if (Number(number.value) > context) range.value = number.value = context;
    this.check(dial, number, note);
  }

  get seed() {
    return Number(this.seedInput.value);
  }

  set seed(value) {
    this.seedInput.value = value;
    this.check({ low: 0, high: MOST_SEED, step: 1 }, this.seedInput, this.seedNote);
  }

  dice() {
    const before = this.seed;
    do this.seed = 1 + Math.floor(SEEDS * Math.random());
    while (this.seed === before);
    this.onChange();
  }
}
