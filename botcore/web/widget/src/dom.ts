// Makes elements without setting HTML, so that no text of a person or a model is ever parsed as markup here.

type Props = Record<string, string | boolean | ((event: never) => void)>;
type Child = Node | string;

/** `h("button", { class: "send", onclick: go, disabled: true }, "Send")`. A false value leaves the attribute out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as unknown as EventListener);
    else if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

const PATHS = {
  chat: "M7 4.5h10a3 3 0 0 1 3 3v5.5a3 3 0 0 1-3 3h-4.8L8 19.8V16H7a3 3 0 0 1-3-3V7.5a3 3 0 0 1 3-3zM8.5 8.6h7M8.5 11.9h4.2",
  close: "M6 6l12 12M18 6L6 18",
  send: "M12 19V5M5.5 11.5L12 5l6.5 6.5",
  stop: "M8 8h8v8H8z",
  attach: "M20 11.5l-8 8a5 5 0 0 1-7-7l8.5-8.5a3.4 3.4 0 0 1 4.8 4.8l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4l7.6-7.6",
  copy: "M9 9h10v11H9zM5 15V4h10",
  check: "M5 12.5l4.5 4.5L19 7.5",
  down: "M12 5v14M5.5 12.5L12 19l6.5-6.5",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
};

/** A line drawing of 24 by 24; it is decoration, the button around it has the words. */
export function icon(name: keyof typeof PATHS): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
