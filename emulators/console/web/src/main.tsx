/** The console's page: navigation, service status and the current view. */

import "./style.css";
import { effect, signal } from "@preact/signals";
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Catalog } from "./catalog";
import { Data } from "./data";
import { Events } from "./events";
import { connect, connected, health } from "./live";
import { Operations } from "./operations";
import { Overview } from "./overview";
import { Reference } from "./reference";
import { Simulate } from "./simulate";
import { TraceView } from "./trace";
import { href, route } from "./ui";

const pageTitle = signal("Savepoint console");

const VIEWS = {
  "": { title: "Overview", view: Overview },
  events: { title: "Live events", view: Events },
  catalog: { title: "Catalog", view: Catalog },
  api: { title: "API", view: Reference },
  data: { title: "Data", view: Data },
  operations: { title: "Operations", view: Operations },
  simulate: { title: "Simulate", view: Simulate },
};

const DOTS: Record<string, string> = { ready: "good", died: "bad" };

function Services() {
  const known = health.value;
  if (!connected.value || !known) {
    return <p class="services" role="status"><i class="dot bad" /> Disconnected. Reconnecting …</p>;
  }
  const running = Object.entries(known.services).filter(([, one]) => one.phase !== "done");
  return (
    <div role="status" class="services">
      <ul aria-label="Services">
        {running.map(([name, one]) => (
          <li key={name} data-service={name} data-phase={one.phase}
            title={`${name}: ${one.phase}${one.pid ? `, PID ${one.pid}` : ""}`}>
            <i class={`dot ${DOTS[one.phase] ?? "busy"}`} />
            {name}<span class="unseen"> {one.phase}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function App() {
  const [first = ""] = route.value;
  const known = VIEWS[(Object.hasOwn(VIEWS, first) ? first : "") as keyof typeof VIEWS];
  const { title, view: View } =
    first === "trace" ? { title: `Trace ${route.value[1] ?? ""}`, view: TraceView } : known;
  const heading = useRef<HTMLHeadingElement>(null);
  const opened = useRef(false);
  useEffect(() => {
    pageTitle.value = `${title} · Savepoint console`;
    // Keyboard and screen reader users then continue from the view's heading.
    if (opened.current) heading.current?.focus({ preventScroll: true });
    opened.current = true;
    scrollTo(0, 0);
  }, [title]);
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => {
        event.preventDefault();
        heading.current?.focus();
      }}>Skip to main content</a>
      <header>
        <a class="brand" href="#/">Savepoint</a>
        <nav aria-label="Views">
          {Object.entries(VIEWS).map(([name, one]) => (
            <a key={name} href={name ? href(name) : "#/"}
              aria-current={one === known && first !== "trace" ? "page" : undefined}>{one.title}</a>
          ))}
        </nav>
        <Services />
      </header>
      <main id="main">
        <h1 ref={heading} tabIndex={-1}>{title}</h1>
        {health.value?.manifest_error && <p class="error" role="alert">{health.value.manifest_error}</p>}
        <View />
      </main>
    </>
  );
}

// Swagger UI has its own dark mode, which a class turns on.
const dark = matchMedia("(prefers-color-scheme: dark)");
const updateTheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", updateTheme);
updateTheme();

effect(() => {
  const phases = Object.values(health.value?.services ?? {}).map((one) => one.phase);
  const bad = !connected.value || phases.includes("died");
  document.documentElement.dataset.state = bad ? "bad" : "good";
  // The title is also visible in a background tab.
  document.title = bad ? `✕ ${pageTitle.value}` : pageTitle.value;
});

connect();
render(<App />, document.body);
