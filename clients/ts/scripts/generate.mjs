// Writes what docs/openapi.json says as TypeScript: `npm run generate`; with --check nothing is
// written, and a file that is not what the document says ends it with an error.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const DOCUMENT = new URL("../../../docs/openapi.json", import.meta.url);
const SOURCES = new URL("../src/", import.meta.url);
const GENERATED = "// Generated from docs/openapi.json by `npm run generate`; do not edit.\n\n";
const NAMED = "#/components/schemas/";

/** Return the names of the schemas that `node` refers to, however far. */
function reached(node, schemas, found = new Set()) {
  if (node === null || typeof node !== "object") return found;
  const name = typeof node.$ref === "string" ? node.$ref.replace(NAMED, "") : undefined;
  if (name !== undefined && !found.has(name)) {
    found.add(name);
    reached(schemas[name], schemas, found);
  }
  for (const member of Object.values(node)) reached(member, schemas, found);
  return found;
}

function operations(document) {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}

/** Enums of answers are open: a newer server may say a word that this client has not heard of. */
async function types(document) {
  const asked = reached(
    operations(document).map(({ operation }) => operation.requestBody),
    document.components.schemas,
  );
  const tree = await openapiTS(document, {
    alphabetize: true,
    defaultNonNullable: false,
    transform(schema, { path }) {
      const name = path?.startsWith(NAMED) ? path.slice(NAMED.length).split("/")[0] : undefined;
      if (schema.type !== "string" || !schema.enum || !name || asked.has(name)) return undefined;
      const words = schema.enum.map((word) =>
        ts.factory.createLiteralTypeNode(ts.factory.createStringLiteral(word)),
      );
      return ts.factory.createUnionTypeNode([...words, ts.factory.createTypeReferenceNode("Other")]);
    },
  });
  // openapi-fetch stays at 0.16: from 0.17 on it takes `string & {}` in an answer for an object.
  const other =
    "/** A word of a newer server. The known words of an enum are still offered beside it. */\n" +
    "export type Other = string & {};\n";
  return GENERATED + other + astToString(tree);
}

function table(name, about, rows) {
  const lines = rows.map((row) => `  ${row},\n`).join("");
  return `/** ${about} */\nexport const ${name} = {\n${lines}} as const;\n`;
}

function limits(document) {
  const all = operations(document);
  const batches = all
    .map(({ path, operation }) => ({ path, limits: operation["x-limits"] }))
    .filter(({ limits }) => limits?.items !== undefined)
    .map(({ path, limits }) => {
      return `"${path}": { bodyBytes: ${limits.body_bytes}, items: ${limits.items} }`;
    });
  const open = all
    .filter(({ operation }) => operation.security === undefined)
    .map(({ path, method }) => `"${method.toUpperCase()} ${path}": true`);
  return (
    GENERATED +
    table("LIMITS", "What one batch may hold, by its path.", batches) +
    "\n" +
    table("PUBLIC", "Operations that need no sign-in.", open)
  );
}

const document = JSON.parse(await readFile(DOCUMENT, "utf8"));
const files = { "schema.ts": await types(document), "limits.ts": limits(document) };
for (const [name, text] of Object.entries(files)) {
  const file = new URL(name, SOURCES);
  if (!process.argv.includes("--check")) {
    await writeFile(file, text);
  } else if ((await readFile(file, "utf8").catch(() => "")) !== text) {
    console.error(`clients/ts/src/${name} is not what docs/openapi.json says: npm run generate`);
    process.exitCode = 1;
  }
}
