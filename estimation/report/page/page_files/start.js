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
