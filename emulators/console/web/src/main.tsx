/** The console's page: which view is open, and whether everything is well. */

import "./style.css";
import { effect, signal } from "@preact/signals";
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Catalog } from "./catalog";
import { Data } from "./data";
import { Events } from "./events";
import { connected, health, listen } from "./live";
import { Operations } from "./operations";
import { Play } from "./simulate";
import { TraceView } from "./trace";
import { Reference } from "./reference";
import { route, to } from "./ui";
import { WholeView } from "./overview";

const heard = signal("Savepoint console");

const VIEWS = {
  "": { title: "The whole", view: WholeView },
  events: { title: "Live events", view: Events },
  catalog: { title: "Catalog", view: Catalog },
  try: { title: "Try it", view: Reference },
  data: { title: "Data", view: Data },
  operations: { title: "Operations", view: Operations },
  play: { title: "Play", view: Play },
};

const DOTS: Record<string, string> = { ready: "good", died: "bad" };

function Services() {
  const known = health.value;
  if (!connected.value || !known) {
    return <p class="services" role="status"><i class="dot bad" /> Not connected; trying again …</p>;
  }
  const kept = Object.entries(known.services).filter(([, one]) => one.phase !== "done");
  return (
    <div role="status" class="services">
      <ul aria-label="Services">
        {kept.map(([name, one]) => (
          <li key={name} data-service={name} data-phase={one.phase}
            title={`${name}: ${one.phase}${one.pid ? `, process ${one.pid}` : ""}`}>
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
    heard.value = `${title} · Savepoint console`;
    // Who navigates by keyboard or ear goes on from the view's heading.
    if (opened.current) heading.current?.focus({ preventScroll: true });
    opened.current = true;
    scrollTo(0, 0);
  }, [title]);
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => {
        event.preventDefault();
        heading.current?.focus();
      }}>Skip to the view</a>
      <header>
        <a class="brand" href="#/">Savepoint</a>
        <nav aria-label="Views">
          {Object.entries(VIEWS).map(([name, one]) => (
            <a key={name} href={name ? to(name) : "#/"}
              aria-current={one === known && first !== "trace" ? "page" : undefined}>{one.title}</a>
          ))}
        </nav>
        <Services />
      </header>
      <main id="main">
        <h1 ref={heading} tabIndex={-1}>{title}</h1>
        {health.value?.complaint && <p class="error" role="alert">{health.value.complaint}</p>}
        <View />
      </main>
    </>
  );
}

// The reference brings a dark mode of its own, switched by a class.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

effect(() => {
  const phases = Object.values(health.value?.services ?? {}).map((one) => one.phase);
  const bad = !connected.value || phases.includes("died");
  document.documentElement.dataset.state = bad ? "bad" : "good";
  // Seen in a tab that nobody looks at, too.
  document.title = bad ? `✕ ${heard.value}` : heard.value;
});

listen();
render(<App />, document.body);
