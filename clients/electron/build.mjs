// Bundles what cannot load modules: the sandboxed preload script, and the overlay's page.
import { copyFile } from "node:fs/promises";
import { build } from "esbuild";

const common = { bundle: true, target: "es2022", logLevel: "warning" };

await build({
  ...common,
  entryPoints: ["src/preload.ts"],
  outfile: "dist/src/preload.cjs",
  platform: "node",
  format: "cjs",
  external: ["electron"],
});
await build({
  ...common,
  entryPoints: ["src/overlay/overlay.ts", "test/overlay/bridge.ts"],
  outbase: ".",
  outdir: "dist",
  format: "iife",
  tsconfig: "tsconfig.overlay.json",
});
for (const name of ["index.html", "overlay.css"]) {
  await copyFile(`src/overlay/${name}`, `dist/src/overlay/${name}`);
}
