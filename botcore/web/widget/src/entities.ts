// Stands in for the package `entities` in the bundle: the browser knows the named characters already, and the
// package's table of them would be a sixth of the file.

const reader = document.createElement("textarea");

/** The text that `&name;` or `&#number;` stands for. Where a page forbids setting HTML, it stays as written. */
export function decodeHTMLStrict(entity: string): string {
  try {
    reader.innerHTML = entity;
  } catch {
    return entity;
  }
  return reader.value;
}
