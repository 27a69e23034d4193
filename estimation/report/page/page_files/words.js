// --- words: rules of report/wording: rounding.py, numbers.py, likelihood.py ----------------------------------------------

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

function roundingStep(value, low, high, error, way) {
  const digits = high < data.limits.narrow * low ? 3 : 2;
  let own = 1;
  if (value > 0) {
    const power = power10(value);
    own = Number(`1e${power - digits + 1}`);
    if (toStep(value, own, way) >= Number(`1e${power + 1}`)) own = Number(`1e${power - digits + 2}`);
  }
  return error > 0 ? Math.max(own, nice(data.limits.errors * error)) : own;
}

function toStep(value, step, way) {
  if (way === "up") return trimmed(Math.ceil(value / step - 1e-9) * step);
  return trimmed(Math.floor(value / step + (way === "down" ? 1e-9 : 0.5)) * step);
}

// A low end is rounded down and a high end up, so that no interval is narrowed.
function shown(step) {
  const names = ["low", "median", "high"];
  const ways = ["down", "nearest", "up"];
  let steps = names.map((name, i) => roundingStep(step[name], step.low, step.high, step[`${name}_error`], ways[i]));
  let found = names.map((name, i) => toStep(step[name], steps[i], ways[i]));
  if (found[0] > found[1] || found[1] > found[2]) {
    steps = steps.map(() => Math.max(...steps));
    found = names.map((name, i) => toStep(step[name], steps[i], ways[i]));
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

// The sentence under the title, after a slider moved: `headline` of wording/texts/*.toml, as page_words.headline fills it.
function sentence(setting, step, key = "headline") {
  if (reliability(step) === "too thin") return fill("page_too_thin", { count: grouped(String(Math.round(step.effective))) });
  return raised(fill(key, { ...wordsOf(setting, step.rung), ...shown(step) }));
}

function chanceOf(setting, rung, low, high) {
  const spread = spreadOf(setting, rung);
  return { ...spread.chance(low, high), spread };
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

