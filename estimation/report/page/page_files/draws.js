"use strict";
// The page's program, one file for each purpose, joined in the order that page.py declares. No library, no network.

const data = JSON.parse(document.getElementById("data").textContent);
const RUNGS = ["sampling", "record", "population", "spread", "differences"];
const LAST = "sources";

// --- draws and arithmetic: the twin of page_arithmetic.py, held to it by a browser test --------------------------------

function decoded(card) {
  const text = atob(card.data);
  const size = text.length / card.bytes;
  const codes = new Uint16Array(size);
  for (let i = 0; i < size; i++)
    codes[i] = card.bytes === 1 ? text.charCodeAt(i) : text.charCodeAt(2 * i) + 256 * text.charCodeAt(2 * i + 1);
  return { codes, stored: Float64Array.from(codes, (code) => card.low + card.step * code), log: card.log };
}

// A column is read when it is first needed: most settings touch few.
function column(card) {
  if (!card.read) card.read = decoded(card);
  return card.read;
}

function values(card) {
  const { stored, log } = column(card);
  return log ? stored.map(Math.exp) : stored;
}

const basisOf = (setting) => data.bases.find((each) => each.basis === setting.basis);
const stopOf = (setting, slider) => setting.stops[slider.entry] ?? slider.default;

// Log of a moved density over the register's at each draw: cubics through the values of a table that Python computes
// from the densities; page_columns.py reads it in the same way.
function logRatio(slider, stop) {
  slider.ratios ??= {};
  if (!slider.ratios[stop]) {
    const { ends, values: at } = slider.table;
    slider.ratios[stop] = Float64Array.from(column(slider.carrier).codes, (code) => {
      let cell = 0;
      while (code > ends[cell + 1]) cell++;
      const t = (3 * (code - ends[cell])) / (ends[cell + 1] - ends[cell]);
      const [a, b, c, d] = at[stop].slice(3 * cell, 3 * cell + 4);
      const outer = (a * (1 - t) * (2 - t) * (3 - t) + d * t * (t - 1) * (t - 2)) / 6;
      return outer + (b * t * (2 - t) * (3 - t) + c * t * (t - 1) * (3 - t)) / 2;
    });
  }
  return slider.ratios[stop];
}

function rungsOf(setting) {
  const first = setting.part === "either" ? RUNGS : RUNGS.slice(-1);
  return setting.kinds && setting.people === 1 ? [...first, LAST] : first;
}

function movedAt(setting, rung) {
  const at = rung === LAST ? RUNGS.length : RUNGS.indexOf(rung);
  return basisOf(setting).sliders.filter(
    (slider) => stopOf(setting, slider) !== slider.default && RUNGS.indexOf(slider.rung) <= at,
  );
}

function weights(setting, rung) {
  const basis = basisOf(setting);
  const log = column(basis.inclusion).stored.map((x) => -x);
  for (const slider of movedAt(setting, rung)) {
    const ratio = logRatio(slider, stopOf(setting, slider));
    for (let i = 0; i < log.length; i++) log[i] += ratio[i];
  }
  if (rung === LAST) {
    const evidence = column(basis.evidence[setting.kinds - 1]).stored;
    for (let i = 0; i < log.length; i++) log[i] += evidence[i];
  }
  const top = log.reduce((a, b) => Math.max(a, b), -Infinity);
  return log.map((x) => Math.exp(x - top));
}

function logPersons(setting, rung) {
  const basis = basisOf(setting);
  const more = Math.log(setting.people);
  const plus = (card, constant) => column(card).stored.map((x) => x + constant);
  const scope = setting.scope;
  if (rung === "sampling") {
    let centred = 1;
    for (const slider of basis.sliders) {
      const stop = stopOf(setting, slider);
      if (slider.centres.length && stop !== slider.default) centred *= slider.centres[slider.default] / slider.centres[stop];
    }
    return plus(basis.counted, Math.log(basis.central[scope] * centred) + more);
  }
  if (rung === "record") return plus(basis.rate, Math.log(basis.central[scope]) + more);
  if (rung === "population") {
    const base = column(basis.base[scope]).stored;
    return column(basis.rate).stored.map((x, i) => x + base[i] + more);
  }
  if (rung === "spread") return plus(basis.spread[scope], more);
  if (setting.part === "either") return plus(basis.differences[scope], more);
  if (setting.part === "prison") return plus(basis.prison[scope], more);
  const either = values(basis.differences[scope]);
  const prison = values(basis.prison[scope]);
  const before = values(basis.before[0]);
  return either.map((x, i) => Math.log(x - (1 - before[i]) * prison[i]) + more);
}

// The order of the draws does not change with the weights, so it is kept; a few dozen orders are a few megabytes.
const orders = new Map();
function ordered(setting, rung) {
  const camp = setting.part === "camp" && rung === LAST ? setting.kinds : "";
  const shift = rung === "sampling" || setting.people !== 1 ? JSON.stringify([setting.people, setting.stops]) : "";
  const key = [setting.basis, setting.scope, setting.part, rung, camp, shift].join("|");
  if (!orders.has(key)) {
    const log = logPersons(setting, rung);
    const order = Uint32Array.from(log.keys()).sort((a, b) => log[a] - log[b] || a - b);
    if (orders.size > 60) orders.delete(orders.keys().next().value);
    orders.set(key, { order, log: Float64Array.from(order, (i) => log[i]) });
  }
  return orders.get(key);
}

class Spread {
  constructor(setting, rung) {
    const { order, log } = ordered(setting, rung);
    const weight = weights(setting, rung);
    let sum = 0;
    for (const each of weight) sum += each;
    const size = log.length;
    this.log = log;
    this.weight = new Float64Array(size);
    this.place = new Float64Array(size);
    let so_far = 0;
    let squares = 0;
    this.heaviest = 0;
    for (let i = 0; i < size; i++) {
      const share = weight[order[i]] / sum;
      so_far += share;
      squares += share * share;
      this.weight[i] = share;
      this.place[i] = so_far - share / 2;
      if (share > this.heaviest) this.heaviest = share;
    }
    this.effective = 1 / squares;
  }

  quantile(at) {
    const { place, log } = this;
    const end = place.length - 1;
    if (at < place[0]) return Math.exp(log[0]);
    if (at >= place[end]) return Math.exp(log[end]);
    let low = 0;
    let high = end;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (place[middle] <= at) low = middle;
      else high = middle;
    }
    return Math.exp(((log[high] - log[low]) / (place[high] - place[low])) * (at - place[low]) + log[low]);
  }

  error(at) {
    const step = this.shareError((i) => this.place[i] <= at, at);
    return (this.quantile(Math.min(at + step, 1)) - this.quantile(Math.max(at - step, 0))) / 2;
  }

  // Standard error of a weighed share of draws.
  shareError(holds, share) {
    let sum = 0;
    for (let i = 0; i < this.weight.length; i++) sum += (this.weight[i] * ((holds(i) ? 1 : 0) - share)) ** 2;
    return Math.sqrt(sum);
  }

  // Half a draw more on either side, or a chance seen in no draw would pass for certain.
  chance(low, high) {
    const from = Math.log(low);
    const to = Math.log(high);
    const holds = (i) => this.log[i] >= from && this.log[i] <= to;
    let sum = 0;
    for (let i = 0; i < this.log.length; i++) if (holds(i)) sum += this.weight[i];
    const probability = Math.min(sum, 1);
    return { probability, error: Math.hypot(this.shareError(holds, probability), 0.5 / this.effective) };
  }
}

// One update asks for the same rung at three levels, for the dots and for the claim: it is weighed once.
const weighed = new Map();
function spreadOf(setting, rung) {
  const { basis, scope, part, kinds, stops, people } = setting;
  const key = JSON.stringify([rung, basis, scope, part, kinds, stops, people]);
  if (!weighed.has(key)) {
    if (weighed.size > 30) weighed.clear();
    weighed.set(key, new Spread(setting, rung));
  }
  return weighed.get(key);
}

function asPublished(setting, rung) {
  const register = !movedAt(setting, rung).length && setting.people === 1 && setting.part === "either";
  const basis = basisOf(setting);
  if (!register || (rung === LAST && setting.kinds !== 2 ** basis.kinds.length - 1)) return null;
  if (rung === "sampling" && basis.sliders.some((s) => s.centres.length && stopOf(setting, s) !== s.default)) return null;
  return basis.published[[setting.scope, rung, setting.level].join("|")] ?? null;
}

function stepOf(setting, rung, spread) {
  const ends = [(1 - setting.level) / 2, 0.5, (1 + setting.level) / 2];
  const found = asPublished(setting, rung);
  const [low, median, high, low_error, median_error, high_error] =
    found ?? [...ends.map((at) => spread.quantile(at)), ...ends.map((at) => spread.error(at))];
  const { effective, heaviest } = spread;
  return { rung, low, median, high, low_error, median_error, high_error, effective, heaviest };
}

const ladder = (setting) => rungsOf(setting).map((rung) => stepOf(setting, rung, spreadOf(setting, rung)));

function dots(setting) {
  const last = spreadOf(setting, rungsOf(setting).at(-1));
  return Array.from({ length: data.limits.dots }, (_, i) => last.quantile((i + 0.5) / data.limits.dots));
}

function reliability(step) {
  if (step.effective < data.limits.too_few || step.heaviest > data.limits.heaviest) return "too thin";
  return step.effective < data.limits.few ? "thin" : "good";
}

