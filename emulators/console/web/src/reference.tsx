/** API: the OpenAPI reference, whose "Execute" button sends signed-in requests. */

import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { type Caller, CALLERS, fetchJson, token } from "./api";
import { href, Pending, traceOf, useQuery } from "./ui";

interface Message {
  url: string;
  headers: Record<string, string>;
}

interface SwaggerUi {
  (options: Record<string, unknown>): unknown;
}

declare global {
  interface Window {
    SwaggerUIBundle?: SwaggerUi;
  }
}

interface Operation {
  security?: unknown;
  "x-role"?: string;
  summary?: string;
  requestBody?: { content: Record<string, { example?: unknown }> };
}

interface OpenApi {
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes?: unknown };
}

const caller = signal<Caller>("ada");
const lastCall = signal<{ trace: string; path: string } | null>(null);
const TIMESTAMP = /^\d{4}-\d\d-\d\dT/;

export function Reference() {
  const container = useRef<HTMLDivElement>(null);
  const query = useQuery(() => render(container.current!), []);
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
          {lastCall.value && (
            <a href={href("trace", lastCall.value.trace)}>Trace of {lastCall.value.path}</a>
          )}
        </span>
      </fieldset>
      <Pending query={query} />
      <div ref={container} class="reference" />
    </>
  );
}

async function render(domNode: HTMLElement): Promise<OpenApi> {
  const [swaggerUi, spec] = await Promise.all([loadSwaggerUi(), loadDocument()]);
  new MutationObserver((_changes, seen) => {
    // Swagger UI adds a second main landmark.
    const main = domNode.querySelector("main");
    main?.setAttribute("role", "presentation");
    if (main) seen.disconnect();
  }).observe(domNode, { childList: true, subtree: true });
  swaggerUi({
    domNode,
    spec,
    validatorUrl: null,
    tryItOutEnabled: true,
    defaultModelsExpandDepth: -1,
    displayRequestDuration: true,
    requestInterceptor: async (request: Message) => {
      request.headers.Authorization = `Bearer ${await token(caller.value)}`;
      return request;
    },
    responseInterceptor: (response: Message) => {
      const trace = traceOf(response.headers.traceparent);
      if (trace) lastCall.value = { trace, path: new URL(response.url).pathname };
      return response;
    },
  });
  return spec;
}

/** Load Swagger UI, which registers itself as a global, on first use. */
async function loadSwaggerUi(): Promise<SwaggerUi> {
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
      script.onerror = () => failed(new Error("The API reference failed to load."));
    });
  }
  return window.SwaggerUIBundle!;
}

/** Return the OpenAPI document with this origin as its server, and the required role in each summary. */
async function loadDocument(): Promise<OpenApi> {
  const found = await fetchJson<OpenApi>("/openapi.json");
  found.servers = [{ url: location.origin }];
  delete found.components.securitySchemes;
  for (const operation of Object.values(found.paths).flatMap((one) => Object.values(one))) {
    delete operation.security;
    operation.summary = `${operation["x-role"] ?? "anyone"}: ${operation.summary}`;
    for (const content of Object.values(operation.requestBody?.content ?? {})) {
      content.example = toNow(content.example);
    }
  }
  return found;
}

/** Shift an example's timestamps so that it appears to be sent now. */
function toNow(example: unknown): unknown {
  const sentAt = (example as { sent_at?: string } | undefined)?.sent_at;
  if (!sentAt) return example;
  const shift = Date.now() - Date.parse(sentAt);
  const shifted = (_name: string, value: unknown) =>
    typeof value === "string" && TIMESTAMP.test(value)
      ? new Date(Date.parse(value) + shift).toISOString()
      : value;
  return JSON.parse(JSON.stringify(example), shifted);
}
