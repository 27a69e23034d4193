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

