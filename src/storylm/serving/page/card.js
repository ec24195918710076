// The run's card: sizes, data, bits per byte, grades; whatever the server knows, in plain words.

import { element } from "./menu.js";

const NAMES = {
  n_layers: "layers",
  d_model: "width",
  n_heads: "heads",
  vocab_size: "vocabulary",
  context_length: "context",
  bits_per_byte: "bits per byte",
  floor: "floor of the data",
  share_kept: "share that fits",
  breaks_per_1000: "breaks per 1,000 characters",
};
const UNITS = { context_length: "tokens", context: "tokens", vocab_size: "tokens", seconds: "s" };

export function card(run) {
  const list = element("dl");
  list.append(...line("name", run.name), ...line("loaded", run.loaded ? "yes" : "not yet"));
  for (const [name, value] of Object.entries(run.card ?? {})) rows(list, name, value);
  return list;
}

function rows(list, name, value) {
  if (value === null || value === undefined || value === "") return;
  if (Array.isArray(value)) {
    list.append(...line(name, value.map(plain).join(", ")));
  } else if (typeof value === "object") {
    if ("value" in value && "low" in value) {
      const interval = `${plain(value.low)}–${plain(value.high)}`;
      list.append(...line(name, `${plain(value.value)} (${interval})`));
      return;
    }
    list.append(element("dt", "part", words(name)), element("dd", "part"));
    for (const [part, one] of Object.entries(value)) rows(list, part, one);
  } else {
    list.append(...line(name, UNITS[name] ? `${plain(value)} ${UNITS[name]}` : plain(value)));
  }
}

function line(name, value) {
  return [element("dt", "", words(name)), element("dd", "", value)];
}

function words(name) {
  return NAMES[name] ?? name.replaceAll("_", " ");
}

function plain(value) {
  if (value === true) return "yes";
  if (value === false) return "no";
  if (typeof value !== "number") return String(value);
  return Number.isInteger(value) ? value.toLocaleString("en") : value.toPrecision(4);
}
