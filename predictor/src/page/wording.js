// Numbers, units and names as people read them.

/** Figures by scikit-learn's names, in the order in which they are read. */
const METRICS = {
  accuracy: "Accuracy",
  balanced_accuracy: "Balanced accuracy",
  majority_accuracy: "Majority class",
  f1: "F1",
  f1_macro: "Macro F1",
  macro_f1: "Macro F1",
  precision: "Precision",
  recall: "Recall",
  roc_auc: "AUC",
  auc: "AUC",
  r2: "R²",
  rmse: "RMSE",
  mae: "MAE",
  mape: "MAPE",
  interval_coverage: "Interval coverage",
  coverage: "Interval coverage",
  log_loss: "Log loss",
  brier: "Brier score",
  ece: "Calibration error",
  rows: "Rows",
};

/** The figures of a model in that order: `[name, value]`. */
export function figuresOf(metrics) {
  const known = Object.keys(METRICS);
  const rank = (name) => (METRICS[name] ? known.indexOf(name) : known.length);
  return Object.entries(metrics ?? {})
    .filter(([, value]) => typeof value === "number")
    .sort((a, b) => rank(a[0]) - rank(b[0]));
}

/** A figure; shares of rows as percentages. */
export function figure(name, value) {
  return /(^|_)(accuracy|coverage)$/.test(name) ? percent(value) : number(value);
}

/** A number with as many digits as help. */
export function number(value) {
  if (typeof value !== "number" || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-6)) return value.toExponential(3);
  const digits =
    size >= 1000
      ? { maximumFractionDigits: 0 }
      : size >= 10
        ? { maximumFractionDigits: 2 }
        : { maximumSignificantDigits: 4 };
  return new Intl.NumberFormat("en-US", digits).format(value).replace("-", "−");
}

/** Writes numbers that stand in one column: all with a sign and as many decimals as the largest needs. */
export function inColumn(values) {
  const largest = Math.max(0, ...values.map(Math.abs));
  const decimals = largest >= 1000 ? 0 : largest >= 100 ? 1 : largest >= 1 ? 2 : 3;
  const format = new Intl.NumberFormat("en-US", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    signDisplay: "exceptZero",
  });
  return (value) => format.format(value).replace("-", "−");
}

/** A number with its sign, also a plus. */
export const signed = (value) => (value > 0 ? "+" : "") + number(value);

/** A number with its unit, if it has one. */
export const measured = (value, unit) => (unit ? `${number(value)} ${unit}` : number(value));

/** A probability; never rounded to certainty. */
export function percent(share) {
  const value = share * 100;
  if (share < 1 && value > 99.99) return "> 99.99 %";
  if (share > 0 && value < 0.01) return "< 0.01 %";
  return `${value.toFixed(value > 99 || (value < 1 && value > 0) ? 2 : 1)} %`;
}

/** Milliseconds. */
export function duration(ms) {
  if (ms < 0.1) return `${Math.max(1, Math.round(ms * 1000))} µs`;
  if (ms < 1000) return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Time of day. */
export const clock = (date) => date.toLocaleTimeString("en-GB");

/** A field of figures: `macro_f1` → Macro F1. */
export const metric = (name) => METRICS[name] ?? ofForm(name) ?? sentence(name);

/** A figure of one form of a model's input: `r2_derived` is the R² of its form `derived`. */
function ofForm(name) {
  const [known] = Object.keys(METRICS)
    .filter((metric) => name.startsWith(`${metric}_`))
    .sort((a, b) => b.length - a.length);
  return known && `${METRICS[known]}, ${name.slice(known.length + 1).replaceAll("_", " ")} form`;
}

/** `median_income` → Median income. */
export function sentence(name) {
  const words = String(name).replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** At most `longest` characters. */
export function short(value, longest) {
  const characters = Array.from(String(value));
  return characters.length <= longest ? String(value) : `${characters.slice(0, longest - 1).join("")}…`;
}

/** What one answer predicts, in words. */
export function outcome(answer) {
  return typeof answer.prediction === "number" ? measured(answer.prediction, answer.unit) : String(answer.prediction);
}

/** How sure it is: the confidence, or the interval. */
export function certainty(answer) {
  if (typeof answer.confidence === "number") return percent(answer.confidence);
  if (!answer.interval) return "";
  return `${number(answer.interval.low)} to ${number(answer.interval.high)}`;
}

/** Limits of a field as a hint. */
export function limits(field) {
  const { minimum: low, maximum: high } = field;
  const from = (value) => (field.exclusive_minimum ? `above ${number(value)}` : `from ${number(value)}`);
  if (isNumber(low) && isNumber(high)) {
    return field.exclusive_minimum
      ? `above ${number(low)}, at most ${number(high)}`
      : `${number(low)} to ${number(high)}`;
  }
  if (isNumber(low)) return from(low);
  if (isNumber(high)) return `at most ${number(high)}`;
  if (isNumber(field.max_length)) return `at most ${number(field.max_length)} characters`;
  return "";
}

const isNumber = (value) => typeof value === "number";
