// Small pictures. Each repeats figures that stand beside it in words, so that readers of the page may skip them.

import { draw, make, place } from "./dom.js";
import { number, percent } from "./wording.js";

const percentOf = (share) => `${(Math.min(Math.max(share, 0), 1) * 100).toFixed(2)}%`;

/** A bar of a share of one. */
export function shareBar(share, kind) {
  return make(
    "span",
    { class: "bar", "aria-hidden": "true" },
    place(make("span", { class: `bar-fill ${kind}` }), { width: percentOf(share) }),
  );
}

/** A bar to the left or right of a middle line; `largest` fills its half. */
export function signedBar(value, largest) {
  const share = largest > 0 ? Math.abs(value) / largest / 2 : 0;
  const styles = value < 0 ? { right: "50%", width: percentOf(share) } : { left: "50%", width: percentOf(share) };
  return make(
    "span",
    { class: "signed", "aria-hidden": "true" },
    place(make("span", { class: value < 0 ? "signed-fill down" : "signed-fill up" }), styles),
  );
}

/** An interval with its value on a scale; `marks` are other values worth seeing: `[{at, words}]`. */
export function interval(low, value, high, marks) {
  const points = [low, value, high, ...marks.map((mark) => mark.at)];
  const ticks = nice(Math.min(...points), Math.max(...points));
  const [from, to] = [ticks[0], ticks.at(-1)];
  const at = (point) => percentOf((point - from) / (to - from));
  const band = place(make("span", { class: "range-band" }), {
    left: at(low),
    width: percentOf((high - low) / (to - from)),
  });
  return make(
    "div",
    { class: "range", "aria-hidden": "true" },
    make("span", { class: "range-track" }),
    band,
    marks.map((mark) => place(make("span", { class: "range-mark", title: mark.words }), { left: at(mark.at) })),
    place(make("span", { class: "range-dot" }), { left: at(value) }),
    ticks.map((tick) => place(make("span", { class: "range-tick" }, compact(tick)), { left: at(tick) })),
  );
}

const compact = (value) =>
  new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 }).format(value).replace("-", "−");

/** Three to six round numbers around a span. */
function nice(low, high) {
  const span = high - low || Math.abs(high) || 1;
  const power = 10 ** Math.floor(Math.log10(span / 4));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => span / size <= 4) ?? 10 * power;
  const first = Math.floor(low / step);
  const last = Math.max(Math.ceil(high / step), first + 1);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

/** Shares of bins, those of the training beside the recent ones: `[{bin, reference, window}]`. */
export function bins(shares, name) {
  const [width, height] = [128, 26];
  const largest = Math.max(...shares.flatMap((one) => [one.reference, one.window])) || 1;
  const step = width / shares.length;
  const bar = (share, index, kind, offset) =>
    draw("rect", {
      class: kind,
      x: (index * step + offset * step * 0.42).toFixed(1),
      y: (height * (1 - share / largest)).toFixed(1),
      width: (step * 0.4).toFixed(1),
      height: ((height * share) / largest).toFixed(1),
    });
  const moved = shares.reduce((most, one) =>
    Math.abs(one.window - one.reference) > Math.abs(most.window - most.reference) ? one : most,
  );
  const label = `${name}: most moved is ${moved.bin}, ${percent(moved.reference)} of the training, ${percent(moved.window)} of the recent rows`;
  return draw(
    "svg",
    { class: "bins", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label },
    draw("title", {}, label),
    shares.map((one, index) => [bar(one.reference, index, "then", 0), bar(one.window, index, "now", 1)]),
  );
}

/** A line through values, oldest first, with a dot on the newest. */
export function sparkline(values, words) {
  const [width, height, margin] = [120, 26, 4];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (index) => margin + (index * (width - 2 * margin)) / Math.max(values.length - 1, 1);
  const y = (value) =>
    high === low ? height / 2 : height - margin - ((value - low) * (height - 2 * margin)) / (high - low);
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  const label = `${words}: the last ${values.length}, from ${number(low)} to ${number(high)}, now ${number(values.at(-1))}`;
  return draw(
    "svg",
    { class: "spark", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label },
    draw("polyline", { points }),
    draw("circle", { cx: x(values.length - 1), cy: y(values.at(-1)), r: 2.6 }),
  );
}
