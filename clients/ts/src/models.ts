import type { components } from "./schema.js";

type Schemas = components["schemas"];

/** RFC 9457 problem details: the text is for developers, `code` and `retry` are for programs. */
export type Problem = Schemas["Problem"];

/** The result of a batch; each `index` refers to the caller's list of items. */
export type Receipt = Schemas["Receipt"];

/** Why one item was rejected. */
export type Rejection = Schemas["Rejection"];
