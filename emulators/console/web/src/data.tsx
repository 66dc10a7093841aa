/** Data: a player in both databases side by side, and read-only tables and collections. */

import { useState } from "preact/hooks";
import { consoleGet, type Row, type StoredDocument } from "./api";
import { href, Pager, Pending, route, Rows, useQuery, Value } from "./ui";

interface Difference {
  kind: string;
  item: string;
  row?: unknown;
  document?: unknown;
}

interface PlayerData {
  uid: string;
  tables: Record<string, Row[]>;
  documents: StoredDocument[];
  differences: Difference[];
}

interface Table {
  name: string;
  columns: { name: string; type: string; key: boolean }[];
  growth: string;
  retention: string;
}

interface FirestorePath {
  collections?: string[];
  documents?: StoredDocument[];
  document?: StoredDocument;
  next_after?: string;
}

// For each kind of projection: its source table, and the column whose value is the document id.
const PROJECTIONS: Record<string, { table: string; key: string }> = {
  stats: { table: "player_stats", key: "game_key" },
};
const LIMIT = 50;
const TABS = { players: "Player", tables: "Tables", documents: "Documents" };

export function Data() {
  const [, tab = "players", ...rest] = route.value;
  return (
    <>
      <nav class="tabs" aria-label="Data">
        {Object.entries(TABS).map(([name, title]) => (
          <a key={name} href={href("data", name)} aria-current={name === tab ? "page" : undefined}>{title}</a>
        ))}
      </nav>
      {tab === "tables" ? <Tables name={rest[0]} />
        : tab === "documents" ? <Documents key={rest.join("/")} parts={rest} />
        : <Player key={rest[0]} uid={rest[0] ?? "ada"} />}
    </>
  );
}

function Player({ uid }: { uid: string }) {
  const query = useQuery(() => consoleGet<PlayerData>(`players/${encodeURIComponent(uid)}`), [uid]);
  const [input, setInput] = useState(uid);
  return (
    <>
      <form class="bar" onSubmit={(event) => {
        event.preventDefault();
        if (input === uid) query.reload();
        else location.hash = href("data", "players", input);
      }}>
        <label>uid <input value={input} onInput={(event) => setInput(event.currentTarget.value)} /></label>
        <button type="submit">{input === uid ? "Reload" : "Show"}</button>
      </form>
      <Pending query={query} />
      {query.data && <PlayerDetails player={query.data} />}
    </>
  );
}

function PlayerDetails({ player }: { player: PlayerData }) {
  const sources = Object.values(PROJECTIONS).map(({ table }) => table);
  const others = Object.entries(player.tables).filter(([name]) => !sources.includes(name));
  const isProjected = (path: string) => Object.keys(PROJECTIONS).some((kind) => path.includes(`/${kind}/`));
  return (
    <>
      {Object.keys(PROJECTIONS).map((kind) => <Projection key={kind} kind={kind} player={player} />)}
      {others.filter(([, rows]) => rows.length).map(([name, rows]) => (
        <Rows key={name} caption={`MySQL ${name}`} rows={rows} />
      ))}
      <Rows caption="Other Firestore documents" empty="none."
        rows={player.documents.filter((one) => !isProjected(one.path)).map((one) => ({ path: one.path, ...one.data }))} />
      <p class="quiet">
        Empty tables: {others.filter(([, rows]) => !rows.length).map(([name]) => name).join(", ")}.
      </p>
    </>
  );
}

/** Rows next to their projected documents, with differences marked in both. */
function Projection({ kind, player }: { kind: string; player: PlayerData }) {
  const { table, key } = PROJECTIONS[kind]!;
  const rows = new Map((player.tables[table] ?? []).map((row) => [String(row[key]), row]));
  const documents = new Map(
    player.documents
      .filter((one) => one.path.includes(`/${kind}/`))
      .map((one) => [one.path.split("/").pop()!, one]),
  );
  const differing = new Set(
    player.differences.filter((one) => one.kind === kind).map((one) => one.item),
  );
  const items = [...new Set([...rows.keys(), ...documents.keys()])].sort();
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`Projection ${kind}`}>
      <table class="both">
        <caption>
          Projection {kind}: {differing.size
            ? <strong class="error">{differing.size} of {items.length} differ</strong>
            : <>all {items.length} match</>}
        </caption>
        <thead><tr><th scope="col">item</th><th scope="col">MySQL {table}</th><th scope="col">Firestore {kind}</th></tr></thead>
        <tbody>
          {items.map((item) => (
            <tr key={item} class={differing.has(item) ? "differs" : ""} data-item={item}>
              <th scope="row">{item}{differing.has(item) && <span class="error"> differs</span>}</th>
              <td><Fields of={rows.get(item)} other={documents.get(item)?.data} /></td>
              <td><Fields of={documents.get(item)?.data} other={rows.get(item)} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Fields({ of, other }: { of: Row | null | undefined; other: Row | null | undefined }) {
  if (!of) return <span class="quiet">missing</span>;
  return (
    <dl class="fields">
      {Object.entries(of).sort().map(([name, value]) => (
        <div key={name} class={other && name in other && other[name] !== value ? "differs" : ""}>
          <dt>{name}</dt><dd><Value value={value} /></dd>
        </div>
      ))}
    </dl>
  );
}

function Tables({ name }: { name: string | undefined }) {
  const query = useQuery(() => consoleGet<{ tables: Table[] }>("tables"), []);
  if (!query.data) return <Pending query={query} />;
  const table = query.data.tables.find((one) => one.name === name);
  return (
    <div class="split">
      <nav aria-label="Tables">
        <ul>
          {query.data.tables.map((one) => (
            <li key={one.name}>
              <a href={href("data", "tables", one.name)} aria-current={one === table ? "page" : undefined}>{one.name}</a>
            </li>
          ))}
        </ul>
      </nav>
      <div>{table ? <TableRows key={table.name} table={table} /> : <p class="quiet">Select a table.</p>}</div>
    </div>
  );
}

function TableRows({ table }: { table: Table }) {
  const [cursors, setCursors] = useState<readonly string[]>([""]);
  const after = encodeURIComponent(cursors.at(-1)!);
  const query = useQuery(
    () => consoleGet<{ columns: string[]; rows: Row[]; next_after?: string }>(`tables/${table.name}?limit=${LIMIT}&after=${after}`),
    [table.name, after],
  );
  return (
    <>
      <h2>{table.name}</h2>
      <p class="quiet">
        Growth: {table.growth}. Retention: {table.retention}. Primary key: {table.columns.filter((one) => one.key).map((one) => one.name).join(", ")}.
      </p>
      <Pending query={query} />
      {query.data && <Rows caption={`Page ${cursors.length}`} rows={query.data.rows} columns={query.data.columns} />}
      <Pager cursors={cursors} setCursors={setCursors} next={query.data?.next_after} />
    </>
  );
}

function Documents({ parts }: { parts: readonly string[] }) {
  const [cursors, setCursors] = useState<readonly string[]>([""]);
  const path = encodeURIComponent(parts.join("/"));
  const after = encodeURIComponent(cursors.at(-1)!);
  const query = useQuery(
    () => consoleGet<FirestorePath>(`documents?path=${path}&limit=${LIMIT}&after=${after}`),
    [path, after],
  );
  const found = query.data;
  return (
    <>
      <p class="bar" role="navigation" aria-label="Path">
        <a href={href("data", "documents")}>(default)</a>
        {parts.map((part, index) => (
          <span key={index}> / <a href={href("data", "documents", ...parts.slice(0, index + 1))}>{part}</a></span>
        ))}
      </p>
      <Pending query={query} />
      {found?.document && <Document document={found.document} />}
      <ul>
        {found?.collections?.map((name) => (
          <li key={name}><a href={href("data", "documents", ...parts, name)}>{name}</a></li>
        ))}
        {found?.documents?.map((one) => (
          <li key={one.path}>
            <a href={href("data", "documents", ...one.path.split("/"))}>{one.path.split("/").pop()}</a>
            {one.data ? <code> {JSON.stringify(one.data)}</code> : <span class="quiet"> no data, only subcollections</span>}
          </li>
        ))}
      </ul>
      <Pager cursors={cursors} setCursors={setCursors} next={found?.next_after} />
    </>
  );
}

function Document({ document }: { document: StoredDocument }) {
  if (!document.data) return <p class="quiet">This document does not exist; it only has subcollections.</p>;
  return (
    <section class="card">
      <Fields of={document.data} other={undefined} />
      <p class="quiet">Updated {document.updated_at}.</p>
    </section>
  );
}
