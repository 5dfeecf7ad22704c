// The accent that a site chooses, with letters on it that can be read whatever it is.

/** Sets --accent and --on-accent where `color` is a colour that CSS knows; else nothing. */
export function accentStyle(color: string | undefined): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  if (!color || !CSS.supports("color", color)) return sheet;
  sheet.replaceSync(":host { --accent: black; --on-accent: white; }");
  const style = (sheet.cssRules[0] as CSSStyleRule).style;
  style.setProperty("--accent", color);
  style.setProperty("--on-accent", luminance(color) > 0.179 ? "#000" : "#fff");
  return sheet;
}

/** Relative luminance of WCAG 2.2, 0 to 1; at 0.179 black and white stand out equally. */
function luminance(color: string): number {
  const canvas = document.createElement("canvas").getContext("2d");
  if (!canvas) return 0;
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
