/** The whole as a picture: who stands where, how arrows run, and which of them an event passes. */

import type { Edge, Node } from "./api";
import type { Span } from "./live";

export interface Placed extends Node {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Drawn extends Edge {
  id: string;
  path: string;
}

export interface Picture {
  nodes: Placed[];
  edges: Drawn[];
  /** Where each column begins. */
  columns: number[];
  height: number;
}

type Kind = Node["kind"];
const COLUMNS: readonly (readonly Kind[])[] = [
  ["function"],
  ["topic", "collection"],
  ["trigger"],
  ["table", "bucket"],
];
const HEIGHTS: Record<Kind, number> = {
  function: 56, trigger: 56, topic: 40, collection: 40, table: 26, bucket: 40,
};
const GAP = 10;
const WIDEST = 210;
// What is left of a column is for the arrows.
const SHARE = 0.75;
const SWEEPS = 4;
// Two arrows between the same two run beside each other.
const APART = 6;

export const idOf = (edge: Edge) => `${edge.from}→${edge.to}`;

/** Place nodes in columns, so that arrows cross little, and route the arrows. */
export function draw(nodes: readonly Node[], edges: readonly Edge[], width: number): Picture {
  const columns = ordered(nodes, edges);
  const height = Math.max(...columns.map((column) => sum(column) + GAP * column.length));
  const size = Math.min(WIDEST, (width / COLUMNS.length) * SHARE);
  const xs = COLUMNS.map((_, index) => (index * (width - size)) / (COLUMNS.length - 1));
  const placed = columns.flatMap((column, index) => {
    const gap = (height - sum(column)) / column.length;
    let y = gap / 2;
    return column.map((node) => {
      const at = { ...node, x: xs[index]!, y, width: size };
      y += HEIGHTS[node.kind] + gap;
      return { ...at, height: HEIGHTS[node.kind] };
    });
  });
  const byId = new Map(placed.map((node) => [node.id, node]));
  const drawn = edges.flatMap((edge) => {
    const [from, to] = [byId.get(edge.from), byId.get(edge.to)];
    return from && to ? [{ ...edge, id: idOf(edge), path: route(from, to) }] : [];
  });
  return { nodes: placed, edges: drawn, columns: xs, height };
}

function sum(column: readonly Node[]): number {
  return column.reduce((total, node) => total + HEIGHTS[node.kind], 0);
}

/** Order each column by where the neighbours of its nodes stand: the barycentre heuristic. */
function ordered(nodes: readonly Node[], edges: readonly Edge[]): Node[][] {
  const columns = COLUMNS.map((kinds) => nodes.filter((node) => kinds.includes(node.kind)));
  const place = new Map<string, number>();
  const settle = (column: Node[]) =>
    column.forEach((node, index) => place.set(node.id, (index + 0.5) / column.length));
  columns.forEach(settle);
  const beside = new Map<string, string[]>();
  for (const { from, to } of edges) {
    beside.set(from, [...(beside.get(from) ?? []), to]);
    beside.set(to, [...(beside.get(to) ?? []), from]);
  }
  const wish = (node: Node) => {
    const others = (beside.get(node.id) ?? []).map((id) => place.get(id) ?? 0.5);
    return others.length ? others.reduce((a, b) => a + b) / others.length : 0.5;
  };
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const column of columns) {
      const wishes = new Map(column.map((node) => [node.id, wish(node)]));
      column.sort((a, b) => wishes.get(a.id)! - wishes.get(b.id)!);
      settle(column);
    }
  }
  return columns;
}

function route(from: Placed, to: Placed): string {
  const forward = from.x < to.x;
  const shift = forward ? -APART : APART;
  const x1 = forward ? from.x + from.width : from.x;
  const x2 = forward ? to.x : to.x + to.width;
  const y1 = from.y + from.height / 2 + shift;
  const y2 = to.y + to.height / 2 + shift;
  const bend = (x2 - x1) / 2;
  return `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`;
}

/** Return the arrows that a span's event passed. */
export function passed(span: Span, edges: readonly Edge[]): Edge[] {
  const own = (edge: Edge) => edge.from.endsWith(`:${span.function}`);
  const into = (edge: Edge) => edge.to === `trigger:${span.function}`;
  switch (span.kind) {
    case "publish": {
      const topic = `topic:${span.name.replace(/^publish /, "")}`;
      return edges.filter((edge) => own(edge) && edge.to === topic);
    }
    case "commit":
      return edges.filter((edge) => own(edge) && holds(edge.to, String(span.attributes.path)));
    case "message":
      return edges.filter((edge) => into(edge) && edge.kind === "pushes");
    case "pull":
      return edges.filter((edge) => into(edge) && edge.kind === "pulls");
    case "document":
      return edges.filter((edge) => into(edge) && edge.kind === "fires");
    default:
      return [];
  }
}

/** Tell whether a document lies in a collection such as `collection:players/{uid}/stats`. */
function holds(collection: string, path: string): boolean {
  if (!collection.startsWith("collection:")) return false;
  const pattern = collection.slice("collection:".length).split("/");
  const parts = path.split("/");
  return (
    parts.length === pattern.length + 1 &&
    pattern.every((part, index) => part.startsWith("{") || part === parts[index])
  );
}
