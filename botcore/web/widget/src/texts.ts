// The words that the chat itself says, in the person's language.
import texts from "./texts.json";

export type Key = keyof typeof texts.en;
export type Translate = (key: Key, values?: Record<string, string | number>) => string;

/** Chinese for any `zh` tag, English for every other one. */
export function language(locale: string): "en" | "zh" {
  return /^zh\b/i.test(locale) ? "zh" : "en";
}

export function translator(locale: string): Translate {
  const table = texts[language(locale)];
  return (key, values = {}) => table[key].replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
}
