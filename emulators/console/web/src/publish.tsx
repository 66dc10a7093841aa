/** A creator's way: a tool, a version of it, a file from this page, and what becomes of it. */

import { useRef, useState } from "preact/hooks";
import { tell, type Told } from "./api";
import { Act, Way } from "./ui";

interface Step {
  says: string;
  told?: Told<unknown>;
}

interface OwnVersion {
  state: "draft" | "verifying" | "published" | "rejected" | "withdrawn";
  reason?: { code: string; detail: string };
}

interface Upload {
  url: string;
  headers: Record<string, string>;
}

const PAUSE_MS = 200;
const PATIENCE_MS = 30_000;

/** Return the SHA-256 of bytes in hex. */
export async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((one) => one.toString(16).padStart(2, "0")).join("");
}

/** Call `again` until its answer is wanted, and return that. */
async function until<T>(again: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await again();
    if (wanted(answer)) return answer;
    if (performance.now() > end) throw new Error(`Nothing happened for ${PATIENCE_MS / 1000} seconds.`);
    await new Promise((go) => setTimeout(go, PAUSE_MS));
  }
}

export function Publish({ gameId, listed, visible }: {
  gameId: string;
  listed: () => Promise<Told<{ items: { tool_id: string }[] }>>;
  visible: () => void;
}) {
  const [name, setName] = useState("Calm Seas");
  const [version, setVersion] = useState("1.0.0");
  const [steps, setSteps] = useState<Step[]>([]);
  const file = useRef<HTMLInputElement>(null);

  const publish = async () => {
    const chosen = file.current?.files?.[0];
    if (!chosen) throw new Error("Choose a file first.");
    setSteps([]);
    const say = (says: string, told?: Told<unknown>) => setSteps((before) => [...before, { says, told }]);
    const tool = await tell<{ tool_id: string }>("creator", "POST", "/v1/creator/tools", {
      game_id: gameId, kind: "mod", texts: { en: { name, summary: "Made in the console." } },
    });
    const path = `/v1/creator/tools/${tool.body.tool_id}/versions`;
    say(`Tool ${tool.body.tool_id} is made.`, tool);
    const draft = await tell<OwnVersion>("creator", "POST", path, { version, channel: "stable" });
    say(`Version ${version}: ${draft.body.state}.`, draft);
    const mine = `${path}/${encodeURIComponent(version)}`;
    const bytes = await chosen.arrayBuffer();
    const announced = { size: bytes.byteLength, sha256: await sha256(bytes) };
    const upload = await tell<Upload>("creator", "POST", `${mine}/upload`, announced);
    say(`${chosen.name} may be put into the object store.`, upload);
    const put = await fetch(upload.body.url, { method: "PUT", body: bytes, headers: upload.body.headers });
    if (!put.ok) throw new Error(`The object store answered ${put.status}.`);
    say(`${bytes.byteLength} bytes are put there, past every function.`);
    const taken = await tell<OwnVersion>("creator", "POST", `${mine}/publish`);
    say(`Version ${version}: ${taken.body.state}.`, taken);
    const done = await until(() => tell<OwnVersion>("creator", "GET", mine), (one) => one.body.state !== "verifying");
    const why = done.body.reason ? `: ${done.body.reason.detail}` : "";
    say(`Version ${version}: ${done.body.state}${why}.`, done);
    if (done.body.state !== "published") return;
    const began = performance.now();
    const shown = await until(listed, (one) => one.body.items.some((item) => item.tool_id === tool.body.tool_id));
    say(`Everyone sees it, ${((performance.now() - began) / 1000).toFixed(1)} seconds later.`, shown);
    visible();
  };

  return (
    <section class="card" aria-labelledby="publish">
      <h2 id="publish">Publish a tool</h2>
      <p>As a creator: what is uploaded is copied, hashed and only then published.</p>
      <p class="bar">
        <label>Name <input value={name} maxLength={100} onInput={(event) => setName(event.currentTarget.value)} /></label>
        <label>Version <input value={version} maxLength={64} onInput={(event) => setVersion(event.currentTarget.value)} /></label>
        <label>File <input type="file" ref={file} /></label>
        <Act does={publish}>Create, upload and publish</Act>
      </p>
      <ol aria-label="Steps" aria-live="polite">
        {steps.map((one, index) => <li key={index}>{one.says} {one.told && <Way of={one.told} />}</li>)}
      </ol>
    </section>
  );
}
