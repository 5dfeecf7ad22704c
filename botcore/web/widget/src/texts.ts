// The words that the chat itself says, in the person's language.
import texts from "./texts.json";

export type Key = keyof typeof texts.en;
export type Translate = (key: Key, values?: Record<string, string | number>) => string;

export type Language = keyof typeof texts;

/** The language of a tag such as `de-AT`; English where the chat does not speak it. */
export function language(locale: string): Language {
  const code = locale.toLowerCase().split("-")[0] ?? "";
  return Object.hasOwn(texts, code) ? (code as Language) : "en";
}

export function translator(locale: string): Translate {
  const table = texts[language(locale)];
  return (key, values = {}) => table[key].replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
}
