// Generates TypeScript from docs/openapi.json: `npm run generate`. With --check nothing is written,
// and the exit status is 1 if a generated file is out of date.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const DOCUMENT = new URL("../../../docs/openapi.json", import.meta.url);
const SOURCES = new URL("../src/", import.meta.url);
const GENERATED = "// Generated from docs/openapi.json by `npm run generate`; do not edit.\n\n";
const SCHEMA_PREFIX = "#/components/schemas/";

/** Return the names of the schemas that `node` refers to, directly or indirectly. */
function referenced(node, schemas, found = new Set()) {
  if (node === null || typeof node !== "object") return found;
  const name = typeof node.$ref === "string" ? node.$ref.replace(SCHEMA_PREFIX, "") : undefined;
  if (name !== undefined && !found.has(name)) {
    found.add(name);
    referenced(schemas[name], schemas, found);
  }
  for (const member of Object.values(node)) referenced(member, schemas, found);
  return found;
}

function operations(document) {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}

/** Enums in responses are open: a newer server may send values that this client does not know. */
async function types(document) {
  const requests = referenced(
    operations(document).map(({ operation }) => operation.requestBody),
    document.components.schemas,
  );
  const tree = await openapiTS(document, {
    alphabetize: true,
    defaultNonNullable: false,
    transform(schema, { path }) {
      const name = path?.startsWith(SCHEMA_PREFIX) ? path.slice(SCHEMA_PREFIX.length).split("/")[0] : undefined;
      if (schema.type !== "string" || !schema.enum || !name || requests.has(name)) return undefined;
      const values = schema.enum.map((value) =>
        ts.factory.createLiteralTypeNode(ts.factory.createStringLiteral(value)),
      );
      return ts.factory.createUnionTypeNode([...values, ts.factory.createTypeReferenceNode("Other")]);
    },
  });
  // openapi-fetch is pinned to 0.16: from 0.17 on it treats `string & {}` in a response as an object.
  const other =
    "/** A value of a newer server; editors still complete the known values of an enum. */\n" +
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
    .filter(({ method }) => method === "post") // a PUT replaces a list as a whole
    .map(({ path, operation }) => ({ path, limits: operation["x-limits"] }))
    .filter(({ limits }) => limits?.items !== undefined)
    .map(({ path, limits }) => {
      return `"${path}": { bodyBytes: ${limits.body_bytes}, items: ${limits.items} }`;
    });
  const anonymous = all
    .filter(({ operation }) => operation.security === undefined)
    .map(({ path, method }) => `"${method.toUpperCase()} ${path}": true`);
  return (
    GENERATED +
    table("BATCH_LIMITS", "The limits of one batch, by path.", batches) +
    "\n" +
    table("PUBLIC_OPERATIONS", "Operations that need no sign-in.", anonymous)
  );
}

const document = JSON.parse(await readFile(DOCUMENT, "utf8"));
const files = { "schema.ts": await types(document), "limits.ts": limits(document) };
for (const [name, text] of Object.entries(files)) {
  const file = new URL(name, SOURCES);
  if (!process.argv.includes("--check")) {
    await writeFile(file, text);
  } else if ((await readFile(file, "utf8").catch(() => "")) !== text) {
    console.error(`clients/ts/src/${name} is out of date: run npm run generate`);
    process.exitCode = 1;
  }
}
