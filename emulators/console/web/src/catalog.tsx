/** Catalog: search as you type, game details and tools, and downloads with verified checksums. */

import { useRef, useState } from "preact/hooks";
import { callTraced, getPublic, type Traced } from "./api";
import { Publish, sha256 } from "./publish";
import { ActionButton, href, Pending, route, Rows, TraceLink, useQuery } from "./ui";

interface SearchResults {
  items: { game_id: string; title: string }[];
  next_cursor?: string;
}

interface Picture {
  colour: string;
  sizes: { width: number; height: number; url: string }[];
}

interface GameDetail {
  game_id: string;
  title: string;
  locale: string;
  aliases: string[];
  stores: { store: string; id: string }[];
  executables: { os: string; suffix: string; is_launcher: boolean }[];
  builds: { build_id: string; name: string; released_at: string }[];
  art: Record<string, Picture>;
}

interface ToolVersion {
  version: string;
  channel: string;
  size: number;
  sha256: string;
  options: { id: string; kind: string; label: string }[];
}

interface Tool {
  tool_id: string;
  kind: string;
  name: string;
  summary: string;
  plan?: string;
  art: Record<string, Picture>;
  newest: ToolVersion[];
}

const MAX_IMAGE_WIDTH = 256;

export function Catalog() {
  const gameId = route.value[1];
  return (
    <>
      <Search />
      {gameId && <Game key={gameId} gameId={gameId} />}
    </>
  );
}

function Search() {
  const [text, setText] = useState("");
  const query = useQuery(() => getPublic<SearchResults>(`/v1/games?limit=12&q=${encodeURIComponent(text)}`), [text]);
  // Keep the previous results until the next ones arrive, so that the list does not flicker.
  const previous = useRef<Traced<SearchResults>>(undefined);
  if (query.data) previous.current = query.data;
  const found = previous.current;
  return (
    <section class="card" aria-labelledby="search">
      <h2 id="search">Search</h2>
      <p class="bar">
        <label>Title{" "}
          <input type="search" value={text} maxLength={100} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <span role="status">{found && (found.body.items.length ? `${found.body.items.length}${found.body.next_cursor ? "+" : ""} found` : "No games found")}</span>
        {found && <TraceLink of={found} />}
      </p>
      {query.error && <Pending query={query} />}
      <ul class="inline" aria-label="Games">
        {found?.body.items.map((game) => (
          <li key={game.game_id}><a href={href("catalog", game.game_id)}>{game.title}</a></li>
        ))}
      </ul>
    </section>
  );
}

function Game({ gameId }: { gameId: string }) {
  const path = `/v1/games/${encodeURIComponent(gameId)}`;
  const game = useQuery(() => getPublic<GameDetail>(path), [gameId]);
  const listed = () => getPublic<{ items: Tool[] }>(`${path}/tools?limit=50`);
  const tools = useQuery(listed, [gameId]);
  const found = game.data?.body;
  if (!game.data || !found) return <Pending query={game} />;
  return (
    <>
      <section class="card" aria-labelledby="game">
        <h2 id="game">{found.title}</h2>
        <p class="bar"><span class="quiet">Game {found.game_id}, locale {found.locale}</span> <TraceLink of={game.data} /></p>
        <Art art={found.art} of={found.title} />
        {found.aliases.length > 0 && <p>Also known as {found.aliases.join(" · ")}</p>}
        <Rows caption="Stores" empty="none." rows={found.stores.map((one) => ({ ...one }))} />
        <Rows caption="Executables" empty="none." rows={found.executables.map((one) => ({ ...one }))} />
        <Rows caption="Builds" empty="none." rows={found.builds.map((one) => ({ ...one }))} />
      </section>
      <section class="card" aria-labelledby="tools">
        <h2 id="tools">Tools</h2>
        <Pending query={tools} />
        {tools.data && <p class="bar">
          <span class="quiet" role="status">Published: {tools.data.body.items.length}</span> <TraceLink of={tools.data} />
        </p>}
        {tools.data?.body.items.map((tool) => <ToolCard key={tool.tool_id} tool={tool} />)}
      </section>
      <Publish gameId={found.game_id} listed={listed} reload={tools.reload} />
    </>
  );
}

function Art({ art, of }: { art: Record<string, Picture>; of: string }) {
  const pictures = Object.entries(art).map(([kind, picture]) => {
    const sizes = picture.sizes.filter((one) => one.width <= MAX_IMAGE_WIDTH);
    return { kind, colour: picture.colour, ...(sizes.at(-1) ?? picture.sizes[0])! };
  });
  if (!pictures.length) return null;
  return (
    <p class="bar">
      {pictures.map((one) => (
        <img key={one.kind} class="art" src={one.url} alt={`${one.kind} of ${of}`}
          width={one.width} height={one.height} style={{ background: one.colour }} />
      ))}
    </p>
  );
}

function ToolCard({ tool }: { tool: Tool }) {
  return (
    <article data-tool={tool.tool_id} aria-labelledby={`tool-${tool.tool_id}`}>
      <h3 id={`tool-${tool.tool_id}`}>{tool.name}</h3>
      <p class="quiet">{tool.kind}{tool.plan && `, requires plan ${tool.plan}`}. {tool.summary}</p>
      <Art art={tool.art} of={tool.name} />
      <ul class="plain">
        {tool.newest.map((one) => (
          <li key={one.version} data-version={one.version}>
            <b>{one.version}</b> {one.channel}, {one.size} bytes{" "}
            <Download tool={tool} version={one} />
            {one.options.length > 0 && <small> Options: {one.options.map((option) => option.label).join(" · ")}</small>}
          </li>
        ))}
      </ul>
    </article>
  );
}

function Download({ tool, version }: { tool: Tool; version: ToolVersion }) {
  const [result, setResult] = useState<{ grant: Traced<unknown>; text: string; verified: boolean }>();
  const download = async () => {
    setResult(undefined);
    const body = { tool_id: tool.tool_id, version: version.version };
    const grant = await callTraced<{ url: string; sha256: string }>("ada", "POST", "/v1/downloads", body);
    const response = await fetch(grant.body.url);
    if (!response.ok) throw new Error(`The object store returned ${response.status}.`);
    const bytes = await response.arrayBuffer();
    const digest = await sha256(bytes);
    const verified = digest === grant.body.sha256 && digest === version.sha256;
    const text = `${bytes.byteLength} bytes, SHA-256 ${digest.slice(0, 12)}… ${verified ? "verified" : "does not match"}`;
    setResult({ grant, text, verified });
  };
  return (
    <>
      <ActionButton run={download} label={`Download as ada: ${tool.name} ${version.version}`}>Download as ada</ActionButton>{" "}
      <span role="status">{result && <><b class={result.verified ? "" : "error"}>{result.text}</b> <TraceLink of={result.grant} /></>}</span>
    </>
  );
}
