// Bundles src/ into the one file that a page loads. `node build.mjs [FILE]`; the default is the committed one.
import { gzipSync } from "node:zlib";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] ? resolve(process.argv[2]) : resolve(here, "../static/widget.js");
const BUDGET = 60 * 1024;

/** Style sheets become minified strings, for adoptedStyleSheets. */
const styles = {
  name: "styles",
  setup(builder) {
    builder.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, "utf8"), { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: ["src/index.ts"],
  outfile: target,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022"],
  charset: "utf8",
  legalComments: "none",
  banner: { js: "/*! botcore-chat, Apache-2.0. Licences of the parts inside: widget.licences.txt beside this file. */" },
  metafile: true,
  alias: { entities: "./src/entities.ts" },
  plugins: [styles],
});

// What stands in the bundle, with the terms that ask to be passed on.
const inside = Object.keys(Object.values(metafile.outputs)[0].inputs).map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
const terms = [...new Set(inside.filter(Boolean))].sort().map((name) => {
  const folder = resolve(here, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(resolve(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  return `${name} ${version} (${license})\n\n${readFileSync(resolve(folder, file), "utf8").trim()}\n`;
});
writeFileSync(resolve(dirname(target), "widget.licences.txt"), terms.join(`\n${"-".repeat(80)}\n\n`));

const size = gzipSync(readFileSync(target), { level: 9 }).length;
console.log(`${target}: ${(size / 1024).toFixed(1)} KiB gzip`);
if (size > BUDGET) {
  console.error(`over the budget of ${BUDGET / 1024} KiB`);
  process.exit(1);
}
