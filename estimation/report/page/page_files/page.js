"use strict";
// Arithmetic first, free of the document: the twin of report/page_arithmetic.py and of the rules of report/rounding.py
// and report/likelihood.py, held together by a browser test. Then pictures, then controls. No library, no network.

const data = JSON.parse(document.getElementById("data").textContent);
const RUNGS = ["sampling", "record", "population", "spread", "differences"];
const LAST = "sources";

// --- draws --------------------------------------------------------------------------------------------------------

function decoded(card) {
  const text = atob(card.data);
  const size = text.length / card.bytes;
  const stored = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const code = card.bytes === 1 ? text.charCodeAt(i) : text.charCodeAt(2 * i) + 256 * text.charCodeAt(2 * i + 1);
    stored[i] = card.low + card.step * code;
  }
  return { stored, log: card.log };
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

// Log-densities but for constants, which weights that are normalised do not need.
const LOG_DENSITY = {
  log_t: (x, p) => (-(p.df + 1) / 2) * Math.log1p(((Math.log(x) - Math.log(p.median_value)) / p.sigma) ** 2 / p.df),
  lognormal: (x, p) => -0.5 * ((Math.log(x) - Math.log(p.median_value)) / p.sigma) ** 2,
  half_t: (x, p) => (-(p.df + 1) / 2) * Math.log1p((x / p.scale) ** 2 / p.df),
  half_normal: (x, p) => -0.5 * (x / p.scale) ** 2,
  normal: (x, p) => -0.5 * ((x - p.mean_value) / p.sd) ** 2,
  pert: (x, p) => {
    const width = p.high - p.low;
    const at = (x - p.low) / width;
    return (4 * (p.mode - p.low) * Math.log(at)) / width + (4 * (p.high - p.mode) * Math.log1p(-at)) / width;
  },
};

function logRatio(slider, stop) {
  slider.ratios ??= {};
  if (!slider.ratios[stop]) {
    const density = LOG_DENSITY[slider.family];
    const other = { ...slider.parameters, [slider.moved]: slider.offsets[stop] };
    slider.ratios[stop] = values(slider.carrier).map((x) => density(x, other) - density(x, slider.parameters));
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
  const before = values(basis.before[rung === LAST ? setting.kinds : 0]);
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
    const step = Math.sqrt((at * (1 - at)) / this.effective);
    return (this.quantile(Math.min(at + step, 1)) - this.quantile(Math.max(at - step, 0))) / 2;
  }

  chance(low, high) {
    const from = Math.log(low);
    const to = Math.log(high);
    let sum = 0;
    for (let i = 0; i < this.log.length; i++) if (this.log[i] >= from && this.log[i] <= to) sum += this.weight[i];
    return Math.min(sum, 1);
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

// --- words: rules of report/rounding.py, numbers.py and likelihood.py ----------------------------------------------

const power10 = (value) => Number(value.toExponential().split("e")[1]);
const trimmed = (value) => Number(value.toPrecision(12));

function nice(value) {
  const power = power10(value);
  for (const times of [1, 2, 5]) {
    const found = Number(`${times}e${power}`);
    if (found >= value * (1 - 1e-9)) return found;
  }
  return Number(`1e${power + 1}`);
}

function roundingStep(value, low, high, error) {
  const digits = high < data.limits.narrow * low ? 3 : 2;
  let own = 1;
  if (value > 0) {
    const power = power10(value);
    own = Number(`1e${power - digits + 1}`);
    if (toStep(value, own) >= Number(`1e${power + 1}`)) own = Number(`1e${power - digits + 2}`);
  }
  return error > 0 ? Math.max(own, nice(error)) : own;
}

const toStep = (value, step) => trimmed(Math.floor(value / step + 0.5) * step);

function shown(step) {
  const names = ["low", "median", "high"];
  let steps = names.map((name) => roundingStep(step[name], step.low, step.high, step[`${name}_error`]));
  let found = names.map((name, i) => toStep(step[name], steps[i]));
  if (found[0] > found[1] || found[1] > found[2]) {
    steps = steps.map(() => Math.max(...steps));
    found = names.map((name, i) => toStep(step[name], steps[i]));
  }
  return Object.fromEntries(names.map((name, i) => [name, persons(found[i], steps[i])]));
}

const grouped = (digits) => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");

// Three significant digits, halves to even, as Python writes them.
function threeDigits(value) {
  const scale = 10 ** (power10(value) - 2);
  const exact = value / scale;
  const floor = Math.floor(exact);
  const up = exact - floor > 0.5 || (exact - floor === 0.5 && floor % 2 === 1);
  return trimmed((floor + (up ? 1 : 0)) * scale);
}

function persons(value, step) {
  const power = value >= 1e9 ? 9 : value >= 1e6 ? 6 : 0;
  if (!power) return grouped(String(Math.round(value)));
  let digits;
  if (step === undefined) digits = String(trimmed(threeDigits(value) / 10 ** power));
  else digits = (trimmed(value) / 10 ** power).toFixed(Math.max(0, power - power10(step)));
  const [whole, rest] = digits.split(".");
  return `${grouped(whole)}${rest ? `.${rest}` : ""} ${power === 9 ? "billion" : "million"}`;
}

const percent = (share) => `${Math.round(Number((share * 100).toFixed(6)))}%`;

function fill(key, given) {
  return data.texts[key].replace(/\{([a-z_]+)\}/g, (_, name) => given[name]);
}

const raised = (sentence) => sentence.slice(0, 1).toUpperCase() + sentence.slice(1);

const likelihoodStep = (error) => (error > 0 ? Math.max(0.01, nice(error)) : 0.01);

// The probability that words go by: as printed, just below the step for "under" it, just above for "over".
function printed(probability, error) {
  const step = likelihoodStep(error);
  if (probability < step) return step - 1e-6;
  return probability > 1 - step ? 1 - step + 1e-6 : toStep(probability, step);
}

function likelihood(probability, error) {
  const step = likelihoodStep(error);
  const at = printed(probability, error);
  let chance = percent(at);
  if (at < step) chance = fill("chance_under", { percent: percent(step) });
  else if (at > 1 - step) chance = fill("chance_over", { percent: percent(1 - step) });
  const word = data.scale.find(([floor]) => at >= floor)[1];
  return fill("likelihood", { word: fill(`word_${word}`, {}), chance });
}

// A round bound that is borne out with a simulation error to spare.
function inside(value, error, below) {
  const step = roundingStep(value, 0, value, error);
  if (below) return trimmed(Math.max(0, Math.floor((value - error) / step) * step));
  return trimmed(Math.ceil((value + error) / step) * step);
}

// A figure that somebody stated, every digit of it.
function figure(value) {
  const whole = Math.round(value);
  if (value >= 1e6 && whole % 1000) return grouped(String(whole));
  return persons(value, [1e6, 1e5, 1e4, 1e3].find((each) => whole % each === 0) ?? 1);
}

function condition(setting, rung) {
  const basis = basisOf(setting);
  const names = data.names;
  const moved = movedAt(setting, rung);
  const every = 2 ** basis.kinds.length - 1;
  if (!moved.length && setting.people === 1 && (rung !== LAST || setting.kinds === every)) return fill(`condition_${rung}`, names);
  const parts = [];
  if (!moved.some((slider) => slider.replaces)) parts.push(fill(`condition_${rung === LAST ? "differences" : rung}`, names));
  for (const slider of [...moved].sort((a, b) => Number(b.replaces) - Number(a.replaces)))
    parts.push(slider.conditions[stopOf(setting, slider)]);
  if (setting.people !== 1) parts.push(data.people.conditions[data.people.stops.indexOf(setting.people)]);
  if (rung === LAST) parts.push(fill("page_sources_erred", { kinds: data.kinds_said[setting.kinds] }));
  return parts.join(fill("page_and", {}));
}

function wordsOf(setting, rung) {
  const part = data.parts[setting.part];
  const who = data.scopes.find((each) => each.name === setting.scope).who;
  return {
    ...data.names,
    who,
    did: part.did,
    custody: part.custody,
    basis: data.basis_said[setting.basis],
    level: percent(setting.level),
    condition: condition(setting, rung),
  };
}

function sentence(setting, step, key = "headline") {
  if (reliability(step) === "too thin") return fill("page_too_thin", { count: grouped(String(Math.round(step.effective))) });
  return raised(fill(key, { ...wordsOf(setting, step.rung), ...shown(step) }));
}

function chanceOf(setting, rung, low, high) {
  const spread = spreadOf(setting, rung);
  const probability = spread.chance(low, high);
  const seen = (probability * spread.effective + 0.5) / (spread.effective + 1);
  return { probability, error: Math.sqrt((seen * (1 - seen)) / spread.effective), spread };
}

function claimWords(low, high) {
  if (high === Infinity) return fill("claim_at_least", { low: figure(low) });
  if (low === 0) return fill("claim_at_most", { high: figure(high) });
  return fill("claim_between", { low: figure(low), high: figure(high) });
}

function claimSentence(setting, rung, low, high) {
  const { probability, error, spread } = chanceOf(setting, rung, low, high);
  if (reliability(spread) === "too thin") return fill("page_too_thin", { count: grouped(String(Math.round(spread.effective))) });
  const given = { ...wordsOf(setting, rung), claim: claimWords(low, high), likelihood: likelihood(probability, error) };
  return raised(fill("claim", { ...given, scale: fill("scale", {}) }));
}

function verdict(setting, rung, low, high) {
  const { probability, error } = chanceOf(setting, rung, low, high);
  const found = data.verdicts.find(([floor]) => printed(probability, error) >= floor)[1];
  return fill(`verdict_${found}`, {});
}

// What the county alone gives, beside a range that other sources had a part in; as page_words.alone has it.
function aloneWords(setting, steps) {
  const step = steps.at(-2);
  if (steps.at(-1).rung !== LAST || reliability(step) === "too thin") return "";
  return fill("page_alone", { ...wordsOf(setting, step.rung), range: fill("range", shown(step)) });
}

// What would be borne out on the same sides as the claim; each says its condition unless another is given.
function supported(setting, sides, conditions = []) {
  const rung = rungsOf(setting).at(-1);
  const spread = spreadOf(setting, rung);
  const key = sides === "about" ? "between" : sides;
  return data.claim.offered.map((level, i) => {
    const tail = key === "between" ? (1 - level) / 2 : 1 - level;
    const low = persons(inside(spread.quantile(tail), spread.error(tail), true));
    const high = persons(inside(spread.quantile(1 - tail), spread.error(1 - tail), false));
    return raised(fill(`supported_${key}`, { ...wordsOf(setting, rung), ...(conditions[i] ? { condition: conditions[i] } : {}), percent: percent(level), low, high }));
  });
}

// --- pictures -----------------------------------------------------------------------------------------------------

const SVG = "http://www.w3.org/2000/svg";
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";

function drawn(tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  if (text !== undefined) node.textContent = text;
  return node;
}

const line = (x1, y1, x2, y2, more) => drawn("line", { x1, y1, x2, y2, ...more });
const label = (x, y, text, more = {}) => drawn("text", { x, y, "font-size": 13, fill: "var(--ink)", ...more }, text);

// A round end for an axis and its ticks.
function axis(most) {
  const step = [1, 2, 2.5, 5, 10].map((times) => times * 10 ** power10(most)).flatMap((s) => [s / 10, s]);
  const chosen = step.sort((a, b) => a - b).find((each) => most / each <= 6);
  const end = Math.ceil(most / chosen - 1e-9) * chosen;
  return { end, ticks: Array.from({ length: Math.round(end / chosen) + 1 }, (_, i) => trimmed(i * chosen)) };
}

function drawAxis(group, { end, ticks }, x, top, bottom, width) {
  const short = (value) => (value >= 5e5 ? `${trimmed(value / 1e6)}m` : persons(value));
  const every = width < 420 && ticks.length > 4 ? 2 : 1;
  ticks.forEach((tick, i) => {
    group.append(line(x(tick), top, x(tick), bottom, { stroke: "var(--rule)", "stroke-width": 1 }));
    if (i % every) return;
    const anchor = tick === 0 ? "start" : tick === end ? "end" : "middle";
    group.append(label(x(tick), bottom + 17, short(tick), { "text-anchor": anchor, fill: "var(--quiet)", "font-size": 12 }));
  });
}

// Stacks of dots: Wilkinson 1999, doi:10.1080/00031305.1999.10474474.
function stacks(sorted, width) {
  const found = [];
  for (let start = 0; start < sorted.length; ) {
    let end = start;
    while (end < sorted.length && sorted[end] < sorted[start] + width) end++;
    const middle = (sorted[start] + sorted[end - 1]) / 2;
    for (let height = 0; height < end - start; height++) found.push([middle, height]);
    start = end;
  }
  return found;
}

function dotPlot(width, totals, steps, claim) {
  const group = drawn("g", { "font-family": FONT });
  const scale = axis(totals.at(-1) * 1.02);
  const side = 10;
  const across = width < 420 ? 26 : 36;
  const dot = (width - 2 * side) / across;
  const placed = stacks(totals, (scale.end * dot) / (width - 2 * side));
  const rows = Math.max(7, ...placed.map(([, height]) => height + 1));
  const bottom = 8 + rows * dot;
  const x = (value) => side + ((width - 2 * side) * value) / scale.end;
  drawAxis(group, scale, x, 4, bottom, width);
  const inside = ([low, high], value) => value >= low && value <= high;
  placed.forEach(([middle, height], i) => {
    const chosen = claim && inside(claim, totals[i]);
    group.append(
      drawn("circle", {
        cx: x(middle).toFixed(2),
        cy: (bottom - dot * (height + 0.5)).toFixed(2),
        r: (dot * 0.43).toFixed(2),
        fill: chosen ? "var(--second)" : "var(--first)",
      }),
    );
  });
  const wide = steps[0];
  const y = bottom + 30;
  group.append(line(x(wide.low), y, Math.min(x(wide.high), width - side), y, { stroke: "var(--first)", "stroke-width": 3 }));
  group.append(line(x(wide.median), y - 6, x(wide.median), y + 6, { stroke: "var(--ink)", "stroke-width": 3 }));
  const said = `${percent(data.levels[0])}: ${fill("range", shown(wide))}`;
  const room = x(wide.low) + said.length * 7 < width;
  group.append(label(room ? x(wide.low) : width - side, y + 20, said, { "text-anchor": room ? "start" : "end", "font-weight": 600 }));
  return { group, height: y + 28 };
}

function ladderPlot(width, byLevel) {
  const group = drawn("g", { "font-family": FONT });
  const side = 10;
  const narrow = width < 470;
  const rowTall = narrow ? 64 : 50;
  const [wide, middle, close] = byLevel;
  const scale = axis(Math.max(...wide.map((step) => step.high)) * 1.02);
  const x = (value) => side + ((width - 2 * side) * value) / scale.end;
  const bottom = wide.length * rowTall + 4;
  drawAxis(group, scale, x, 0, bottom, width);
  wide.forEach((step, i) => {
    const top = i * rowTall;
    const last = i === wide.length - 1;
    const words = shown(step);
    const heavy = last ? 700 : 500;
    const back = { stroke: "var(--ground)", "stroke-width": 5, "paint-order": "stroke", "stroke-linejoin": "round" };
    group.append(label(side, top + 17, data.rungs[step.rung].short, { "font-weight": heavy, ...back }));
    const said = fill("range", words);
    if (narrow) group.append(label(side, top + 35, said, { "font-weight": heavy, fill: "var(--quiet)", ...back }));
    else group.append(label(width - side, top + 17, said, { "text-anchor": "end", "font-weight": heavy, ...back }));
    const y = top + rowTall - 16;
    const bar = (each, thick, opacity) =>
      line(x(each.low), y, Math.max(x(each.high), x(each.low) + 2), y, {
        stroke: last ? "var(--first)" : "var(--bar)",
        "stroke-width": thick,
        "stroke-opacity": opacity,
      });
    group.append(bar(step, 4, 1), bar(middle[i], 9, 1), bar(close[i], 15, 1));
    group.append(line(x(step.median), y - 9, x(step.median), y + 9, { stroke: "var(--ground)", "stroke-width": 5 }));
    group.append(line(x(step.median), y - 9, x(step.median), y + 9, { stroke: "var(--ink)", "stroke-width": 2.5 }));
  });
  return { group, height: bottom + 24 };
}

function framed(svg, width, { group, height }, words) {
  svg.setAttribute("viewBox", `0 0 ${width} ${Math.ceil(height)}`);
  svg.setAttribute("aria-label", words);
  svg.replaceChildren(group);
}

// --- the reader's setting and its address --------------------------------------------------------------------------

const $ = (id) => document.getElementById(id);
const state = {};
const claim = { sides: data.claim.sides, low: data.claim.low, high: data.claim.high, preset: "" };

function reset() {
  const first = data.bases[0];
  Object.assign(state, { ...data.start, basis: first.basis, kinds: 2 ** first.kinds.length - 1, people: 1, stops: {} });
}

function address() {
  const basis = basisOf(state);
  const given = new URLSearchParams({ scope: state.scope, part: state.part, basis: state.basis, level: String(state.level) });
  if (basis.kinds.length) given.set("sources", basis.kinds.filter((_, i) => (state.kinds >> i) & 1).join(".") || "none");
  if (state.people !== 1) given.set("people", String(state.people));
  for (const slider of basis.sliders)
    if (stopOf(state, slider) !== slider.default) given.set(slider.entry, slider.said[stopOf(state, slider)]);
  given.set("claim", [claim.sides, claim.low, claim.high].join("."));
  return `#${given}`;
}

function restore(text) {
  reset();
  const given = new URLSearchParams(text.replace(/^#/, ""));
  const pick = (name, known, set) => known.includes(given.get(name)) && set(given.get(name));
  pick("basis", data.bases.map((each) => each.basis), (found) => (state.basis = found));
  pick("scope", data.scopes.map((each) => each.name), (found) => (state.scope = found));
  const basis = basisOf(state);
  pick("part", Object.keys(basis.prison).length ? Object.keys(data.parts) : ["either"], (found) => (state.part = found));
  pick("level", data.levels.map(String), (found) => (state.level = Number(found)));
  pick("people", data.people.stops.map(String), (found) => (state.people = Number(found)));
  if (given.has("sources")) {
    const on = given.get("sources").split(".");
    state.kinds = basis.kinds.reduce((sum, kind, i) => sum + (on.includes(kind) ? 2 ** i : 0), 0);
  }
  for (const slider of basis.sliders)
    pick(slider.entry, slider.said, (found) => (state.stops[slider.entry] = slider.said.indexOf(found)));
  const [sides, low, high] = (given.get("claim") ?? "").split(".");
  if (["at_least", "at_most", "between", "about"].includes(sides) && Number(low) > 0)
    Object.assign(claim, { sides, low: Number(low), high: Number(high) > 0 ? Number(high) : claim.high, preset: "" });
}

function claimed() {
  const { sides, low, high } = claim;
  if (!(low > 0) || (sides === "between" && !(high > low))) return null;
  if (sides === "at_least") return [low, Infinity];
  if (sides === "at_most") return [0, low];
  if (sides === "about") return [low * (1 - data.claim.about), low * (1 + data.claim.about)].map(trimmed);
  return [low, high];
}

// --- showing it ----------------------------------------------------------------------------------------------------

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

const widthOf = (svg) => Math.max(260, Math.round(svg.parentElement.clientWidth));

// Text is replaced only where it changed, so that a screen reader hears what is new and nothing else.
function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// The range stands out in its sentence; the text stays one text.
function sayRange(node, text, { low, high }) {
  if (node.textContent === text && node.children.length) return;
  const at = text.indexOf(low);
  const end = text.indexOf(high, at + low.length) + high.length;
  if (at < 0 || end < at + low.length) node.textContent = text;
  else node.replaceChildren(text.slice(0, at), element("strong", {}, text.slice(at, end)), text.slice(end));
}

function changes() {
  const basis = basisOf(state);
  const found = basis.sliders.filter((s) => stopOf(state, s) !== s.default).map((s) => s.changed[stopOf(state, s)]);
  if (state.people !== 1) found.push(data.people.changed[data.people.stops.indexOf(state.people)]);
  else if (basis.kinds.length && state.kinds !== 2 ** basis.kinds.length - 1)
    found.push(fill(state.kinds ? "page_changed_sources" : "page_changed_none", { kinds: data.kinds_said[state.kinds] }));
  return found;
}

let answer;
function show() {
  const began = performance.now();
  const byLevel = data.levels.map((level) => ladder({ ...state, level }));
  const chosen = byLevel[data.levels.indexOf(state.level)];
  const last = chosen.at(-1);
  const trust = reliability(last);
  const words = wordsOf(state, last.rung);
  answer = { byLevel, last, dots: dots(state), sentence: sentence(state, last), trust };

  sayRange($("sentence"), answer.sentence, shown(last));
  const thin = trust === "good" ? "" : fill(trust === "thin" ? "page_thin" : "page_withheld", { count: grouped(String(Math.round(last.effective))) });
  say($("warning"), thin);
  $("warning").hidden = !thin;
  $("copy").disabled = trust === "too thin";
  for (const name of ["one", "strength"]) $(name).hidden = trust === "too thin";
  say($("one-number"), sentence(state, last, "one_number"));
  say($("strength"), strengthOf(last, words));
  data.levels.forEach((level, i) => {
    const step = byLevel[i].at(-1);
    say($(`range-${i}`), trust === "too thin" ? "—" : fill("range", shown(step)));
  });
  const alone = aloneWords({ ...state, level: data.levels[0] }, byLevel[0]);
  say($("alone"), alone);
  $("alone").hidden = !alone;
  const moved = changes();
  say($("state"), moved.length ? fill("page_moved", { changes: moved.join("; ") }) : fill("page_register", {}));
  say($("mini"), trust === "too thin" ? fill("page_withheld_short", {}) : fill("page_mini", { level: words.level, ...shown(last) }));
  $("reset").hidden = !moved.length;
  showMeanings(words);
  showPictures(words);
  showTable(byLevel, words);
  showClaim();
  showControls();
  // Only the address bar changes: no entry in the history, and no request.
  try {
    history.replaceState(null, "", address());
  } catch {
    // Some browsers refuse this for a page that was opened from a disk; the link button still works.
  }
  window.lastUpdate = performance.now() - began;
}

function strengthOf(step, words) {
  const wide = step.high >= data.limits.wide * step.low;
  const sources = step.rung === LAST;
  const word = sources && !wide ? "strength_limited" : "strength_weak";
  const reasons = ["reason_observed", sources ? "reason_sources" : "reason_elsewhere"].map((key) => fill(key, words));
  if (wide) reasons.push(fill("reason_width", { ...words, ratio: String(Number((step.high / step.low).toPrecision(2))) }));
  const joined = reasons.reduce((first, second) => fill("reason_joined", { first, second }));
  return raised(fill("strength", { ...words, strength: fill(word, {}), reasons: joined }));
}

function showMeanings(words) {
  const said = data.meanings[state.part].map((key) => raised(fill(key, { ...words, condition: fill("page_condition_above", {}) })));
  if ($("meanings").dataset.said === said.join("|")) return;
  $("meanings").dataset.said = said.join("|");
  $("meanings").replaceChildren(...said.map((text) => element("li", {}, text)));
}

function showPictures(words) {
  const { byLevel } = answer;
  const wide = byLevel[0].at(-1);
  const numbers = { ...words, ...shown(wide), level: percent(data.levels[0]) };
  const blank = answer.trust === "too thin";
  for (const id of ["dots", "ladder"]) $(id).closest("figure").classList.toggle("faint", blank);
  const alt = raised(fill("alt", numbers));
  const range = claimed();
  framed($("dots"), widthOf($("dots")), dotPlot(widthOf($("dots")), answer.dots, [wide], range), `${fill("page_dots_alt", { number: String(data.limits.dots) })} ${alt}`);
  const steps = byLevel[0].map((step) => `${data.rungs[step.rung].short}: ${fill("range", shown(step))}`).join("; ");
  framed($("ladder"), widthOf($("ladder")), ladderPlot(widthOf($("ladder")), byLevel), fill("page_ladder_alt", { level: numbers.level, steps }));
  const count = range ? answer.dots.filter((each) => each >= range[0] && each <= range[1]).length : 0;
  say($("dots-said"), range ? fill("page_dots_claim", { count: String(count), of: String(data.limits.dots), claim: claimWords(...range), who: words.who }) : "");
}

function showTable(byLevel) {
  const rows = byLevel[0].map((wide, i) => {
    const cells = [shown(wide).median, ...byLevel.map((steps) => fill("range", shown(steps[i]))), grouped(String(Math.round(wide.effective)))];
    return element("tr", {}, element("th", { scope: "row" }, data.rungs[wide.rung].includes), ...cells.map((cell) => element("td", {}, cell)));
  });
  $("numbers").replaceChildren(...rows);
}

// Whom a claim in print counts, and whether the page counts the same.
function whose({ label: name, scope, part }) {
  const same = scope === state.scope && partOf(part) === state.part;
  const claimant = wordsOf({ ...state, scope, part: partOf(part) }, RUNGS.at(-1));
  const page = wordsOf(state, RUNGS.at(-1));
  return fill(same ? "page_claim_same" : "page_claim_other", { label: name, who: claimant.who, did: claimant.did, counted: page.who, done: page.did });
}

const partOf = (part) => (part in data.parts ? part : "either");

function showClaim() {
  const range = claimed();
  $("claim-high-field").hidden = claim.sides !== "between";
  $("claim-about").hidden = claim.sides !== "about";
  $("claim-result").hidden = !range;
  say($("claim-fault"), range ? "" : fill("page_claim_fault", {}));
  const preset = data.claim.presets[claim.preset];
  $("claim-whose").hidden = !preset;
  say($("claim-whose"), preset ? whose(preset) : "");
  if (!range) return;
  const rungs = rungsOf(state);
  say($("claim-sentence"), claimSentence(state, rungs.at(-1), ...range));
  const blank = answer.trust === "too thin";
  say($("claim-verdict"), blank ? "" : fill("page_verdict", { claim: claimWords(...range), verdict: verdict(state, rungs.at(-1), ...range) }));
  const items = (texts) => texts.map((text) => element("li", {}, text));
  $("claim-supported").replaceChildren(...(blank ? [] : items(supported(state, claim.sides, ["", ...data.claim.offered.slice(1).map(() => fill("page_condition_above", {}))]))));
  $("claim-usage").replaceChildren(...items(data.usage[state.part][state.scope]));
  const rows = rungs.map((rung) => {
    const { probability, error } = chanceOf(state, rung, ...range);
    return element("tr", {}, element("th", { scope: "row" }, data.rungs[rung].short), element("td", {}, likelihood(probability, error)));
  });
  $("claim-ladder").replaceChildren(...rows);
}

function showControls() {
  const basis = basisOf(state);
  $("scope").value = state.scope;
  for (const name of ["part", "basis", "level"])
    for (const input of document.querySelectorAll(`input[name=${name}]`)) input.checked = input.value === String(state[name]);
  for (const field of document.querySelectorAll("[data-entry]")) {
    const slider = basis.sliders.find((each) => each.entry === field.dataset.entry);
    field.hidden = !slider;
    if (!slider) continue;
    const input = field.querySelector("input");
    const stop = stopOf(state, slider);
    input.max = slider.offsets.length - 1;
    input.value = stop;
    input.setAttribute("aria-valuetext", slider.spoken[stop]);
    say(field.querySelector("output"), slider.spoken[stop]);
  }
  const people = data.people.stops.indexOf(state.people);
  $("people").value = people;
  $("people").setAttribute("aria-valuetext", data.people.spoken[people]);
  say($("people-said"), data.people.spoken[people]);
  document.querySelectorAll("input[name=kind]").forEach((input, i) => {
    input.checked = Boolean((state.kinds >> i) & 1);
    input.disabled = state.people !== 1;
  });
  if ($("kinds-off")) $("kinds-off").hidden = state.people === 1;
  $("claim-sides").value = claim.sides;
  $("claim-preset").value = claim.preset;
  for (const end of ["low", "high"]) if (document.activeElement !== $(`claim-${end}`)) $(`claim-${end}`).value = claim[end];
}

// --- taking it away ------------------------------------------------------------------------------------------------

function told(text) {
  say($("done"), "");
  say($("done"), text);
}

function save(name, type, content) {
  const link = element("a", { download: name, href: URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type })) });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  told(fill("page_saved", { name }));
}

async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Browsers that keep the clipboard from pages on a disk still copy a selection.
    const area = element("textarea", { readonly: "", class: "away" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  told(done);
}

// What a spreadsheet would run as a formula gets an apostrophe in front.
const cell = (value) => {
  const text = String(value);
  const safe = typeof value === "number" || !/^[\s]*[=+\-@\t\r]/.test(text) ? text : `'${text}`;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

function csv() {
  const words = wordsOf(state, answer.last.rung);
  const head = ["who", "what", "condition", "basis", "rung", "includes", "level", "low", "low_error", "median", "median_error", "high", "high_error", "effective_draws", "answer"];
  const rows = answer.byLevel.flatMap((steps, i) =>
    steps.map((s) => [
      words.who,
      words.did,
      condition(state, s.rung),
      words.basis,
      s.rung,
      data.rungs[s.rung].includes,
      data.levels[i],
      ...[s.low, s.low_error, s.median, s.median_error, s.high, s.high_error].map((x) => Number(x.toPrecision(6))),
      Math.round(s.effective),
      data.facts.answer,
    ]),
  );
  return `${[head, ...rows].map((row) => row.map(cell).join(",")).join("\n")}\n`;
}

function record() {
  const { sentence: said, byLevel, dots: totals } = answer;
  const levels = Object.fromEntries(data.levels.map((level, i) => [level, byLevel[i]]));
  return { sentence: said, setting: { ...state }, changed: changes(), levels, dots: totals, link: address(), facts: data.facts };
}

function picture() {
  const width = 1000;
  const svg = drawn("svg", { xmlns: SVG, width, role: "img", "font-family": FONT });
  const title = drawn("title", {}, answer.sentence);
  const whole = drawn("g", { transform: "translate(30 0)" });
  const pen = document.createElement("canvas").getContext("2d");
  let y = 20;
  const write = (text, size, weight, fillWith) => {
    pen.font = `${weight} ${size}px ${FONT}`;
    let row = "";
    const flush = () => {
      y += size * 1.4;
      whole.append(label(0, y.toFixed(1), row, { "font-size": size, "font-weight": weight, fill: fillWith }));
    };
    for (const word of text.split(" ")) {
      if (row && pen.measureText(`${row} ${word}`).width > width - 90) {
        flush();
        row = word;
      } else row = row ? `${row} ${word}` : word;
    }
    flush();
  };
  const place = ({ group, height }) => {
    group.setAttribute("transform", `translate(0 ${y + 14})`);
    whole.append(group);
    y += height + 14;
  };
  write(answer.sentence, 20, 600, "var(--ink)");
  y += 10;
  write($("dots-title").textContent, 15, 600, "var(--ink)");
  place(dotPlot(width - 60, answer.dots, [answer.byLevel[0].at(-1)], null));
  y += 14;
  write($("ladder-title").textContent, 15, 600, "var(--ink)");
  place(ladderPlot(width - 60, answer.byLevel));
  write($("picture-note").textContent, 13, 400, "var(--quiet)");
  const height = Math.ceil(y + 24);
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("height", height);
  svg.append(title, drawn("rect", { width, height, fill: "var(--ground)" }), whole);
  // On paper the colours are the light ones, whatever the screen has.
  const paper = getComputedStyle(document.querySelector(".paper"));
  const text = new XMLSerializer().serializeToString(svg);
  return { text: text.replace(/var\((--[a-z]+)\)/g, (_, name) => paper.getPropertyValue(name).trim()), width, height };
}

function png() {
  const { text, width, height } = picture();
  const image = new Image();
  const from = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  image.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = 2 * width;
    canvas.height = 2 * height;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => save(`${data.facts.file}.png`, "image/png", blob));
    URL.revokeObjectURL(from);
  };
  image.src = from;
}

// --- listening -----------------------------------------------------------------------------------------------------

function listen() {
  const on = (id, kind, action) => $(id)?.addEventListener(kind, action);
  const set = (name, value) => {
    state[name] = value;
    show();
  };
  on("scope", "change", (event) => set("scope", event.target.value));
  for (const name of ["part", "basis"])
    for (const input of document.querySelectorAll(`input[name=${name}]`)) input.addEventListener("change", () => set(name, input.value));
  for (const input of document.querySelectorAll("input[name=level]")) input.addEventListener("change", () => set("level", Number(input.value)));
  for (const field of document.querySelectorAll("[data-entry]"))
    field.querySelector("input").addEventListener("input", (event) => {
      state.stops[field.dataset.entry] = Number(event.target.value);
      show();
    });
  on("people", "input", (event) => set("people", data.people.stops[Number(event.target.value)]));
  document.querySelectorAll("input[name=kind]").forEach((input, i) => input.addEventListener("change", () => set("kinds", state.kinds ^ (2 ** i))));
  on("reset", "click", () => {
    const { scope } = state;
    reset();
    set("scope", scope);
    $("scope").focus();
  });
  on("claim-sides", "change", (event) => {
    Object.assign(claim, { sides: event.target.value, preset: "" });
    show();
  });
  for (const end of ["low", "high"])
    on(`claim-${end}`, "input", (event) => {
      Object.assign(claim, { [end]: Number(event.target.value), preset: "" });
      show();
    });
  on("claim-preset", "change", (event) => {
    const preset = data.claim.presets[Number(event.target.value)];
    if (!preset) return;
    Object.assign(claim, { sides: preset.sides, low: preset.low, high: preset.high || claim.high, preset: event.target.value });
    state.part = partOf(preset.part);
    set("scope", preset.scope);
  });
  on("copy", "click", () => copy(answer.sentence, fill("page_copied", {})));
  on("link", "click", () => copy(location.href.split("#")[0] + address(), fill("page_linked", {})));
  on("save-svg", "click", () => save(`${data.facts.file}.svg`, "image/svg+xml", picture().text));
  on("save-png", "click", png);
  on("save-csv", "click", () => save(`${data.facts.file}.csv`, "text/csv", csv()));
  on("save-json", "click", () => save(`${data.facts.file}.json`, "application/json", JSON.stringify(record(), null, 1)));
  window.addEventListener("hashchange", () => {
    if (!/=/.test(location.hash)) return; // a link to a heading of this page
    restore(location.hash);
    show();
  });
  let seen = 0;
  new ResizeObserver(() => {
    if (widthOf($("dots")) === seen) return; // pictures change their own height: only a new width is news
    seen = widthOf($("dots"));
    requestAnimationFrame(() => showPictures(wordsOf(state, answer.last.rung)));
  }).observe($("pictures"));
  window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((each) => (each.open = true)));
}

restore(location.hash);
show();
listen();
document.documentElement.classList.add("ready");
window.page = { data, state, aloneWords, chanceOf, claimSentence, condition, dots, figure, ladder, likelihood, persons, reset, rungsOf, sentence, show, supported, verdict };
window.readyAfter = performance.now();
