/** Catalog: games found as one types, what there is for one, and a download whose bytes are proved. */

import { useRef, useState } from "preact/hooks";
import { look, tell, type Told } from "./api";
import { Publish, sha256 } from "./publish";
import { Act, Pending, route, Rows, to, useAsked, Way } from "./ui";

interface Found {
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

const LONGEST = 256;

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
  const [words, type] = useState("");
  const asked = useAsked(() => look<Found>(`/v1/games?limit=12&q=${encodeURIComponent(words)}`), [words]);
  // What was found for the word before stays until the next answer: a list must not flicker.
  const kept = useRef<Told<Found>>(undefined);
  if (asked.data) kept.current = asked.data;
  const found = asked.data ?? kept.current;
  return (
    <section class="card" aria-labelledby="search">
      <h2 id="search">Search</h2>
      <p class="bar">
        <label>A game's name, or how it begins{" "}
          <input type="search" value={words} maxLength={100} onInput={(event) => type(event.currentTarget.value)} />
        </label>
        <span role="status">{found && (found.body.items.length ? `${found.body.items.length}${found.body.next_cursor ? " and more" : ""} found` : "Nothing found")}</span>
        {found && <Way of={found} />}
      </p>
      {asked.error && <Pending asked={asked} />}
      <ul class="near" aria-label="Games">
        {found?.body.items.map((game) => (
          <li key={game.game_id}><a href={to("catalog", game.game_id)}>{game.title}</a></li>
        ))}
      </ul>
    </section>
  );
}

function Game({ gameId }: { gameId: string }) {
  const path = `/v1/games/${encodeURIComponent(gameId)}`;
  const game = useAsked(() => look<GameDetail>(path), [gameId]);
  const listed = () => look<{ items: Tool[] }>(`${path}/tools?limit=50`);
  const tools = useAsked(listed, [gameId]);
  const found = game.data?.body;
  if (!game.data || !found) return <Pending asked={game} />;
  return (
    <>
      <section class="card" aria-labelledby="game">
        <h2 id="game">{found.title}</h2>
        <p class="bar"><span class="quiet">Game {found.game_id}, in {found.locale}</span> <Way of={game.data} /></p>
        <Art art={found.art} of={found.title} />
        {found.aliases.length > 0 && <p>Also {found.aliases.join(" · ")}</p>}
        <Rows caption="Stores" empty="none known." rows={found.stores.map((one) => ({ ...one }))} />
        <Rows caption="Executables" empty="none known." rows={found.executables.map((one) => ({ ...one }))} />
        <Rows caption="Builds" empty="none known." rows={found.builds.map((one) => ({ ...one }))} />
      </section>
      <section class="card" aria-labelledby="tools">
        <h2 id="tools">Tools</h2>
        <Pending asked={tools} />
        {tools.data && <p class="bar">
          <span class="quiet" role="status">{tools.data.body.items.length || "No"} published</span> <Way of={tools.data} />
        </p>}
        {tools.data?.body.items.map((tool) => <ToolCard key={tool.tool_id} tool={tool} />)}
      </section>
      <Publish gameId={found.game_id} listed={listed} visible={tools.again} />
    </>
  );
}

function Art({ art, of }: { art: Record<string, Picture>; of: string }) {
  const pictures = Object.entries(art).map(([kind, picture]) => {
    const sizes = picture.sizes.filter((one) => one.width <= LONGEST);
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
      <p class="quiet">{tool.kind}{tool.plan && `, needs the plan ${tool.plan}`}. {tool.summary}</p>
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
  const [got, setGot] = useState<{ told: Told<unknown>; says: string; same: boolean }>();
  const download = async () => {
    setGot(undefined);
    const wish = { tool_id: tool.tool_id, version: version.version };
    const told = await tell<{ url: string; sha256: string }>("ada", "POST", "/v1/downloads", wish);
    const answer = await fetch(told.body.url);
    if (!answer.ok) throw new Error(`The object store answered ${answer.status}.`);
    const bytes = await answer.arrayBuffer();
    const found = await sha256(bytes);
    const same = found === told.body.sha256 && found === version.sha256;
    setGot({ told, same, says: `${bytes.byteLength} bytes, SHA-256 ${found.slice(0, 12)}… ${same ? "as promised" : "is another"}` });
  };
  return (
    <>
      <Act does={download} label={`Download as ada: ${tool.name} ${version.version}`}>Download as ada</Act>{" "}
      <span role="status">{got && <><b class={got.same ? "" : "error"}>{got.says}</b> <Way of={got.told} /></>}</span>
    </>
  );
}
