// How a story begins: written by hand or picked from ours; and, for runs that learned from
// instructions, a header before it that asks for words and features.

export const OPENINGS = {
  "From the story world": [
    "Once upon a time, there was a",
    "Once upon a time, in a quiet",
    "Once there was a shy bear",
    "Long ago, there was a clever",
    "There once was a bold girl",
    "In a small valley, there lived a",
    "This is the story of",
  ],
  "Farther afield": [
    "One day, the moon forgot to rise, so",
    "Grandma opened the old box, and inside",
    "\"Who ate my soup?\" asked the bear.",
    "Tom had a little boat but no sea. Every morning he",
    "It rained on Monday and on Tuesday, and the frog said,",
    "The smallest star was afraid of the dark.",
  ],
};
export const FEATURES = {
  Dialogue: "someone speaks",
  Twist: "a surprise",
  BadEnding: "it ends badly",
  MoralValue: "a moral",
  Conflict: "a quarrel",
  Foreshadowing: "a hint of what comes",
};

const WORDS = [
  ["dance", "explore", "sing", "skate", "swim", "whistle"],
  ["blackbird", "bucket", "caterpillar", "coin", "cookie", "letter", "pancake", "puzzle", "scarf"],
  ["brave", "careful", "cheerful", "clever", "gentle", "kind", "proud", "silly", "stubborn"],
];
const STORY = "Story:\n\n";

export class Opening {
  constructor(onChange) {
    this.text = document.getElementById("opening");
    this.asks = document.getElementById("asks");
    this.form = document.getElementById("asking");
    this.words = document.getElementById("asked-words");
    this.allowed = false;
    const changed = () => {
      this.arrange();
      onChange();
    };
    this.buildPicker(changed);
    this.buildFeatures();
    document.getElementById("three-words").addEventListener("click", () => {
      const any = (some) => some[Math.floor(some.length * Math.random())];
      this.words.value = WORDS.map(any).join(", ");
      changed();
    });
    for (const part of [this.text, this.asks, this.form]) part.addEventListener("input", changed);
  }

  buildPicker(changed) {
    const picker = document.getElementById("ready-made");
    for (const [name, openings] of Object.entries(OPENINGS)) {
      const group = document.createElement("optgroup");
      group.label = name;
      group.append(...openings.map((opening) => new Option(`${opening} …`, opening)));
      picker.append(group);
    }
    picker.addEventListener("change", () => {
      this.text.value = picker.value;
      picker.selectedIndex = 0;
      changed();
    });
  }

  buildFeatures() {
    this.boxes = Object.entries(FEATURES).map(([name, hint]) => {
      const label = document.createElement("label");
      const box = document.createElement("input");
      Object.assign(box, { type: "checkbox", value: name });
      label.title = hint;
      label.className = "chip";
      label.append(box, name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
      document.getElementById("features").append(label);
      return box;
    });
  }

  /** Only runs that learned from instructions understand a header. */
  allow(asking) {
    this.allowed = asking;
    this.arrange();
  }

  arrange() {
    document.getElementById("asks-row").hidden = !this.allowed;
    this.form.hidden = !this.asking;
  }

  get asking() {
    return this.allowed && this.asks.checked;
  }

  get value() {
    return (this.asking ? this.header() : "") + this.text.value;
  }

  /** A header as the form writes it goes back into the form; all else is text. */
  set value(opening) {
    const [, words = "", features = ""] = HEADER.exec(opening) ?? [];
    const named = features.split(", ").filter(Boolean);
    const known = named.every((name) => Object.hasOwn(FEATURES, name));
    this.asks.checked = this.allowed && HEADER.test(opening) && known;
    this.text.value = this.asks.checked ? opening.replace(HEADER, "") : opening;
    if (this.asks.checked) {
      this.words.value = words;
      for (const box of this.boxes) box.checked = named.includes(box.value);
    }
    this.arrange();
  }

  header() {
    const words = this.words.value.split(/[,\s]+/).filter(Boolean);
    const lines = [];
    if (words.length) lines.push(`Words: ${words.join(", ")}\n`);
    if (this.features.length) lines.push(`Features: ${this.features.join(", ")}\n`);
    return lines.join("") + STORY;
  }

  get features() {
    return this.boxes.filter((box) => box.checked).map((box) => box.value);
  }

  get state() {
    const { text, words, asks, features } = this;
    return { text: text.value, words: words.value, asks: asks.checked, features };
  }

  set state({ text, words, asks, features }) {
    this.text.value = text;
    this.words.value = words;
    this.asks.checked = asks;
    for (const box of this.boxes) box.checked = features.includes(box.value);
    this.arrange();
  }
}

const HEADER = /^(?:Words: ([^\n]+)\n)?(?:Features: ([^\n]+)\n)?Story:\n\n/;
