// Building the page's nodes. Every text becomes a text node: nothing here, and nothing on this page, parses markup.

const SVG = "http://www.w3.org/2000/svg";

/** The element that index.html names. */
export const byId = (id) => document.getElementById(id);

/** An HTML element; `attributes` that are null or false are left out, children may be nodes, texts, null or arrays. */
export function make(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function draw(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, tag), attributes, children);
}

/** Replaces what is in `node`. */
export function fill(node, ...children) {
  node.replaceChildren(...present(children));
  return node;
}

/** Positions by percentages: styles set through the object model, which the content security policy permits. */
export function place(node, styles) {
  for (const [name, value] of Object.entries(styles)) node.style.setProperty(name, value);
  return node;
}

/** Says a sentence to screen readers; the same sentence twice is said twice. */
export function say(words) {
  const place = byId("said");
  place.textContent = "";
  requestAnimationFrame(() => {
    place.textContent = words;
  });
}

function furnish(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...present(children));
  return node;
}

function present(children) {
  return children.flat(2).filter((child) => child !== null && child !== undefined && child !== false);
}
