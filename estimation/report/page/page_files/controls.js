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
    input.max = slider.said.length - 1;
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

