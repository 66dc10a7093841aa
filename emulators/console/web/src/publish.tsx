/** Publishing as a creator: create a tool and a version, upload a file, and verify it. */

import { useRef, useState } from "preact/hooks";
import { callTraced, type Traced } from "./api";
import { ActionButton, TraceLink } from "./ui";

interface Step {
  text: string;
  call?: Traced<unknown>;
}

interface OwnVersion {
  state: "draft" | "verifying" | "published" | "rejected" | "withdrawn";
  reason?: { code: string; detail: string };
}

interface Upload {
  url: string;
  headers: Record<string, string>;
}

const POLL_MS = 200;
const TIMEOUT_MS = 30_000;

/** Return the SHA-256 digest of bytes in hex. */
export async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((one) => one.toString(16).padStart(2, "0")).join("");
}

/** Poll until a result is accepted, and return it. */
async function pollUntil<T>(poll: () => Promise<T>, accepts: (result: T) => boolean): Promise<T> {
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    const result = await poll();
    if (accepts(result)) return result;
    if (performance.now() > deadline) throw new Error(`Timed out after ${TIMEOUT_MS / 1000} seconds.`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export function Publish({ gameId, listed, reload }: {
  gameId: string;
  listed: () => Promise<Traced<{ items: { tool_id: string }[] }>>;
  reload: () => void;
}) {
  const [name, setName] = useState("Calm Seas");
  const [version, setVersion] = useState("1.0.0");
  const [steps, setSteps] = useState<Step[]>([]);
  const file = useRef<HTMLInputElement>(null);

  const publish = async () => {
    const selected = file.current?.files?.[0];
    if (!selected) throw new Error("Select a file first.");
    setSteps([]);
    const log = (text: string, call?: Traced<unknown>) => setSteps((before) => [...before, { text, call }]);
    const tool = await callTraced<{ tool_id: string }>("creator", "POST", "/v1/creator/tools", {
      game_id: gameId, kind: "mod", texts: { en: { name, summary: "Created in the console." } },
    });
    const path = `/v1/creator/tools/${tool.body.tool_id}/versions`;
    log(`Tool ${tool.body.tool_id} created.`, tool);
    const draft = await callTraced<OwnVersion>("creator", "POST", path, { version, channel: "stable" });
    log(`Version ${version}: ${draft.body.state}.`, draft);
    const mine = `${path}/${encodeURIComponent(version)}`;
    const bytes = await selected.arrayBuffer();
    const digest = { size: bytes.byteLength, sha256: await sha256(bytes) };
    const upload = await callTraced<Upload>("creator", "POST", `${mine}/upload`, digest);
    log(`Upload URL for ${selected.name} created.`, upload);
    const put = await fetch(upload.body.url, { method: "PUT", body: bytes, headers: upload.body.headers });
    if (!put.ok) throw new Error(`The object store returned ${put.status}.`);
    log(`${bytes.byteLength} bytes uploaded directly to the object store.`);
    const accepted = await callTraced<OwnVersion>("creator", "POST", `${mine}/publish`);
    log(`Version ${version}: ${accepted.body.state}.`, accepted);
    const done = await pollUntil(() => callTraced<OwnVersion>("creator", "GET", mine), (one) => one.body.state !== "verifying");
    const why = done.body.reason ? `: ${done.body.reason.detail}` : "";
    log(`Version ${version}: ${done.body.state}${why}.`, done);
    if (done.body.state !== "published") return;
    const start = performance.now();
    const shown = await pollUntil(listed, (one) => one.body.items.some((item) => item.tool_id === tool.body.tool_id));
    log(`Publicly visible after ${((performance.now() - start) / 1000).toFixed(1)} seconds.`, shown);
    reload();
  };

  return (
    <section class="card" aria-labelledby="publish">
      <h2 id="publish">Publish a tool</h2>
      <p>Runs as a creator. The upload is copied and its checksum verified before the version is published.</p>
      <p class="bar">
        <label>Name <input value={name} maxLength={100} onInput={(event) => setName(event.currentTarget.value)} /></label>
        <label>Version <input value={version} maxLength={64} onInput={(event) => setVersion(event.currentTarget.value)} /></label>
        <label>File <input type="file" ref={file} /></label>
        <ActionButton run={publish}>Create, upload and publish</ActionButton>
      </p>
      <ol aria-label="Steps" aria-live="polite">
        {steps.map((one, index) => <li key={index}>{one.text} {one.call && <TraceLink of={one.call} />}</li>)}
      </ol>
    </section>
  );
}
