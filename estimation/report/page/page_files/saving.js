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

