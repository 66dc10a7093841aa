/** Data: a player in both stores side by side; tables and collections page by page, read only. */

import { useState } from "preact/hooks";
import { ask, type Row, type StoredDocument } from "./api";
import { Pending, route, Rows, to, Turn, useAsked, Value } from "./ui";

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
  end: string;
}

interface Stored {
  collections?: string[];
  documents?: StoredDocument[];
  document?: StoredDocument;
  next_after?: string;
}

// Which rows a kind of projection copies, and by which of their columns an item is named.
const PROJECTED: Record<string, { table: string; key: string }> = {
  stats: { table: "player_stats", key: "game_key" },
};
const LIMIT = 50;
const TABS = { players: "A player", tables: "Tables", documents: "Documents" };

export function Data() {
  const [, tab = "players", ...rest] = route.value;
  return (
    <>
      <nav class="tabs" aria-label="Data">
        {Object.entries(TABS).map(([name, title]) => (
          <a key={name} href={to("data", name)} aria-current={name === tab ? "page" : undefined}>{title}</a>
        ))}
      </nav>
      {tab === "tables" ? <Tables name={rest[0]} />
        : tab === "documents" ? <Documents key={rest.join("/")} parts={rest} />
        : <Player key={rest[0]} uid={rest[0] ?? "ada"} />}
    </>
  );
}

function Player({ uid }: { uid: string }) {
  const asked = useAsked(() => ask<PlayerData>(`players/${encodeURIComponent(uid)}`), [uid]);
  const [wanted, want] = useState(uid);
  return (
    <>
      <form class="bar" onSubmit={(event) => {
        event.preventDefault();
        if (wanted === uid) asked.again();
        else location.hash = to("data", "players", wanted);
      }}>
        <label>uid <input value={wanted} onInput={(event) => want(event.currentTarget.value)} /></label>
        <button type="submit">{wanted === uid ? "Read again" : "Show"}</button>
      </form>
      <Pending asked={asked} />
      {asked.data && <Both player={asked.data} />}
    </>
  );
}

function Both({ player }: { player: PlayerData }) {
  const sources = Object.values(PROJECTED).map(({ table }) => table);
  const others = Object.entries(player.tables).filter(([name]) => !sources.includes(name));
  const copied = (path: string) => Object.keys(PROJECTED).some((kind) => path.includes(`/${kind}/`));
  return (
    <>
      {Object.keys(PROJECTED).map((kind) => <Projection key={kind} kind={kind} player={player} />)}
      {others.filter(([, rows]) => rows.length).map(([name, rows]) => (
        <Rows key={name} caption={`MySQL ${name}`} rows={rows} />
      ))}
      <Rows caption="Firestore, no copies" empty="No documents."
        rows={player.documents.filter((one) => !copied(one.path)).map((one) => ({ path: one.path, ...one.data }))} />
      <p class="quiet">
        Nothing in {others.filter(([, rows]) => !rows.length).map(([name]) => name).join(", ")}.
      </p>
    </>
  );
}

/** Rows beside the documents that copy them; where they disagree, both are marked. */
function Projection({ kind, player }: { kind: string; player: PlayerData }) {
  const { table, key } = PROJECTED[kind]!;
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
            ? <strong class="error">{differing.size} of {items.length} disagree</strong>
            : <>{items.length} of {items.length} agree</>}
        </caption>
        <thead><tr><th scope="col">item</th><th scope="col">MySQL {table}</th><th scope="col">Firestore {kind}</th></tr></thead>
        <tbody>
          {items.map((item) => (
            <tr key={item} class={differing.has(item) ? "differs" : ""} data-item={item}>
              <th scope="row">{item}{differing.has(item) && <span class="error"> disagrees</span>}</th>
              <td><Fields of={rows.get(item)} besides={documents.get(item)?.data} /></td>
              <td><Fields of={documents.get(item)?.data} besides={rows.get(item)} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Fields({ of, besides }: { of: Row | null | undefined; besides: Row | null | undefined }) {
  if (!of) return <span class="quiet">nothing</span>;
  return (
    <dl class="fields">
      {Object.entries(of).sort().map(([name, value]) => (
        <div key={name} class={besides && name in besides && besides[name] !== value ? "differs" : ""}>
          <dt>{name}</dt><dd><Value value={value} /></dd>
        </div>
      ))}
    </dl>
  );
}

function Tables({ name }: { name: string | undefined }) {
  const asked = useAsked(() => ask<{ tables: Table[] }>("tables"), []);
  if (!asked.data) return <Pending asked={asked} />;
  const table = asked.data.tables.find((one) => one.name === name);
  return (
    <div class="split">
      <nav aria-label="Tables">
        <ul>
          {asked.data.tables.map((one) => (
            <li key={one.name}>
              <a href={to("data", "tables", one.name)} aria-current={one === table ? "page" : undefined}>{one.name}</a>
            </li>
          ))}
        </ul>
      </nav>
      <div>{table ? <TableRows key={table.name} table={table} /> : <p class="quiet">Choose a table.</p>}</div>
    </div>
  );
}

function TableRows({ table }: { table: Table }) {
  const [places, turn] = useState<readonly string[]>([""]);
  const after = encodeURIComponent(places.at(-1)!);
  const asked = useAsked(
    () => ask<{ columns: string[]; rows: Row[]; next_after?: string }>(`tables/${table.name}?limit=${LIMIT}&after=${after}`),
    [table.name, after],
  );
  return (
    <>
      <h2>{table.name}</h2>
      <p class="quiet">
        Grows by {table.growth}; ends: {table.end}. Key: {table.columns.filter((one) => one.key).map((one) => one.name).join(", ")}.
      </p>
      <Pending asked={asked} />
      {asked.data && <Rows caption={`Page ${places.length}`} rows={asked.data.rows} columns={asked.data.columns} />}
      <Turn places={places} turn={turn} next={asked.data?.next_after} />
    </>
  );
}

function Documents({ parts }: { parts: readonly string[] }) {
  const [places, turn] = useState<readonly string[]>([""]);
  const path = encodeURIComponent(parts.join("/"));
  const after = encodeURIComponent(places.at(-1)!);
  const asked = useAsked(
    () => ask<Stored>(`documents?path=${path}&limit=${LIMIT}&after=${after}`),
    [path, after],
  );
  const found = asked.data;
  return (
    <>
      <p class="bar" role="navigation" aria-label="Path">
        <a href={to("data", "documents")}>(default)</a>
        {parts.map((part, index) => (
          <span key={index}> / <a href={to("data", "documents", ...parts.slice(0, index + 1))}>{part}</a></span>
        ))}
      </p>
      <Pending asked={asked} />
      {found?.document && <Document document={found.document} />}
      <ul>
        {found?.collections?.map((name) => (
          <li key={name}><a href={to("data", "documents", ...parts, name)}>{name}</a></li>
        ))}
        {found?.documents?.map((one) => (
          <li key={one.path}>
            <a href={to("data", "documents", ...one.path.split("/"))}>{one.path.split("/").pop()}</a>
            {one.data ? <code> {JSON.stringify(one.data)}</code> : <span class="quiet"> only has collections</span>}
          </li>
        ))}
      </ul>
      <Turn places={places} turn={turn} next={found?.next_after} />
    </>
  );
}

function Document({ document }: { document: StoredDocument }) {
  if (!document.data) return <p class="quiet">There is no document here, only what lies below it.</p>;
  return (
    <section class="card">
      <Fields of={document.data} besides={undefined} />
      <p class="quiet">Written {document.updated_at}.</p>
    </section>
  );
}
