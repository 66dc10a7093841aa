/** Lays out the topology graph, and finds the edges that an event passes along. */

import type { Edge, Node } from "./api";
import type { Span } from "./live";

export interface Placed extends Node {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Routed extends Edge {
  id: string;
  path: string;
}

export interface Layout {
  nodes: Placed[];
  edges: Routed[];
  /** The x coordinate of each column. */
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
const MAX_WIDTH = 210;
// The rest of a column is left for the edges.
const SHARE = 0.75;
const SWEEPS = 4;
// Separates the edges of both directions between the same two nodes.
const OFFSET = 6;

export const idOf = (edge: Edge) => `${edge.from}→${edge.to}`;

/** Place the nodes in columns so that few edges cross, and route the edges. */
export function layOut(nodes: readonly Node[], edges: readonly Edge[], width: number): Layout {
  const columns = ordered(nodes, edges);
  const height = Math.max(...columns.map((column) => sum(column) + GAP * column.length));
  const size = Math.min(MAX_WIDTH, (width / COLUMNS.length) * SHARE);
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
  const routed = edges.flatMap((edge) => {
    const [from, to] = [byId.get(edge.from), byId.get(edge.to)];
    return from && to ? [{ ...edge, id: idOf(edge), path: route(from, to) }] : [];
  });
  return { nodes: placed, edges: routed, columns: xs, height };
}

function sum(column: readonly Node[]): number {
  return column.reduce((total, node) => total + HEIGHTS[node.kind], 0);
}

/** Order each column by its nodes' neighbours' positions, using the barycentre heuristic. */
function ordered(nodes: readonly Node[], edges: readonly Edge[]): Node[][] {
  const columns = COLUMNS.map((kinds) => nodes.filter((node) => kinds.includes(node.kind)));
  const positions = new Map<string, number>();
  const place = (column: Node[]) =>
    column.forEach((node, index) => positions.set(node.id, (index + 0.5) / column.length));
  columns.forEach(place);
  const neighbours = new Map<string, string[]>();
  for (const { from, to } of edges) {
    neighbours.set(from, [...(neighbours.get(from) ?? []), to]);
    neighbours.set(to, [...(neighbours.get(to) ?? []), from]);
  }
  const barycentre = (node: Node) => {
    const others = (neighbours.get(node.id) ?? []).map((id) => positions.get(id) ?? 0.5);
    return others.length ? others.reduce((a, b) => a + b) / others.length : 0.5;
  };
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const column of columns) {
      const ranks = new Map(column.map((node) => [node.id, barycentre(node)]));
      column.sort((a, b) => ranks.get(a.id)! - ranks.get(b.id)!);
      place(column);
    }
  }
  return columns;
}

function route(from: Placed, to: Placed): string {
  const forward = from.x < to.x;
  const shift = forward ? -OFFSET : OFFSET;
  const x1 = forward ? from.x + from.width : from.x;
  const x2 = forward ? to.x : to.x + to.width;
  const y1 = from.y + from.height / 2 + shift;
  const y2 = to.y + to.height / 2 + shift;
  const bend = (x2 - x1) / 2;
  return `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`;
}

/** Return the edges that a span's event passed along. */
export function edgesOf(span: Span, edges: readonly Edge[]): Edge[] {
  const own = (edge: Edge) => edge.from.endsWith(`:${span.function}`);
  const into = (edge: Edge) => edge.to === `trigger:${span.function}`;
  switch (span.kind) {
    case "publish": {
      const topic = `topic:${span.name.replace(/^publish /, "")}`;
      return edges.filter((edge) => own(edge) && edge.to === topic);
    }
    case "commit":
      return edges.filter((edge) => own(edge) && contains(edge.to, String(span.attributes.path)));
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

/** Tell whether a document belongs to a collection such as `collection:players/{uid}/stats`. */
function contains(collection: string, path: string): boolean {
  if (!collection.startsWith("collection:")) return false;
  const pattern = collection.slice("collection:".length).split("/");
  const parts = path.split("/");
  return (
    parts.length === pattern.length + 1 &&
    pattern.every((part, index) => part.startsWith("{") || part === parts[index])
  );
}
