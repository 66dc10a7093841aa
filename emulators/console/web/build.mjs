// Bundles the page into ../page, so that it loads nothing from the network at run time.
import { copyFile, mkdir, rm } from "node:fs/promises";
import { build } from "esbuild";

const page = "../page";

await rm(page, { recursive: true, force: true });
await mkdir(page, { recursive: true });
await build({
  entryPoints: { console: "src/main.tsx" },
  outdir: page,
  bundle: true,
  format: "esm",
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: true,
  sourcemap: "linked",
  target: "es2022",
  logLevel: "warning",
});
await copyFile("src/index.html", `${page}/index.html`);
// Swagger UI is 1.5 MB, so it is loaded only by the view that shows it.
for (const name of ["swagger-ui-bundle.js", "swagger-ui.css"]) {
  await copyFile(`node_modules/swagger-ui-dist/${name}`, `${page}/${name}`);
}
