/** Try it: the OpenAPI reference, whose "Execute" is signed in already. */

import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { type Caller, CALLERS, fetched, token } from "./api";
import { Pending, to, traceOf, useAsked } from "./ui";

interface Sent {
  url: string;
  headers: Record<string, string>;
}

interface Library {
  (options: Record<string, unknown>): unknown;
}

declare global {
  interface Window {
    SwaggerUIBundle?: Library;
  }
}

interface Operation {
  security?: unknown;
  "x-role"?: string;
  summary?: string;
  requestBody?: { content: Record<string, { example?: unknown }> };
}

interface Contract {
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes?: unknown };
}

const caller = signal<Caller>("ada");
const answered = signal<{ trace: string; what: string } | null>(null);
const TIME = /^\d{4}-\d\d-\d\dT/;

export function Reference() {
  const place = useRef<HTMLDivElement>(null);
  const asked = useAsked(() => open(place.current!), []);
  return (
    <>
      <fieldset class="bar">
        <legend>Signed in as</legend>
        {CALLERS.map((one) => (
          <label key={one}>
            <input type="radio" name="caller" checked={caller.value === one}
              onChange={() => (caller.value = one)} /> {one}
          </label>
        ))}
        <span role="status">
          {answered.value && (
            <a href={to("trace", answered.value.trace)}>The way of {answered.value.what}</a>
          )}
        </span>
      </fieldset>
      <Pending asked={asked} />
      <div ref={place} class="reference" />
    </>
  );
}

async function open(domNode: HTMLElement): Promise<Contract> {
  const [library, spec] = await Promise.all([loaded(), contract()]);
  new MutationObserver((_changes, seen) => {
    // It brings a main landmark of its own; the page has one.
    const main = domNode.querySelector("main");
    main?.setAttribute("role", "presentation");
    if (main) seen.disconnect();
  }).observe(domNode, { childList: true, subtree: true });
  library({
    domNode,
    spec,
    validatorUrl: null,
    tryItOutEnabled: true,
    defaultModelsExpandDepth: -1,
    displayRequestDuration: true,
    requestInterceptor: async (request: Sent) => {
      request.headers.Authorization = `Bearer ${await token(caller.value)}`;
      return request;
    },
    responseInterceptor: (answer: Sent) => {
      const trace = traceOf(answer.headers.traceparent);
      if (trace) answered.value = { trace, what: new URL(answer.url).pathname };
      return answer;
    },
  });
  return spec;
}

/** The library adds itself to the window; its script is fetched once, when it is first needed. */
async function loaded(): Promise<Library> {
  if (!window.SwaggerUIBundle) {
    const style = Object.assign(document.createElement("link"), {
      rel: "stylesheet",
      href: "swagger-ui.css",
    });
    const script = Object.assign(document.createElement("script"), {
      src: "swagger-ui-bundle.js",
    });
    document.head.append(style, script);
    await new Promise((done, failed) => {
      script.onload = done;
      script.onerror = () => failed(new Error("The reference could not be loaded."));
    });
  }
  return window.SwaggerUIBundle!;
}

/** The document, with this machine as its server, and who may call in words, not as padlocks. */
async function contract(): Promise<Contract> {
  const found = await fetched<Contract>("/openapi.json");
  found.servers = [{ url: location.origin }];
  delete found.components.securitySchemes;
  for (const operation of Object.values(found.paths).flatMap((one) => Object.values(one))) {
    delete operation.security;
    operation.summary = `${operation["x-role"] ?? "anybody"}: ${operation.summary}`;
    for (const content of Object.values(operation.requestBody?.content ?? {})) {
      content.example = now(content.example);
    }
  }
  return found;
}

/** Move an example's times, so that it is sent at this moment. */
function now(example: unknown): unknown {
  const sentAt = (example as { sent_at?: string } | undefined)?.sent_at;
  if (!sentAt) return example;
  const late = Date.now() - Date.parse(sentAt);
  const moved = (_name: string, value: unknown) =>
    typeof value === "string" && TIME.test(value)
      ? new Date(Date.parse(value) + late).toISOString()
      : value;
  return JSON.parse(JSON.stringify(example), moved);
}
