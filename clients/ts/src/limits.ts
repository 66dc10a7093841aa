// Generated from docs/openapi.json by `npm run generate`; do not edit.

/** The limits of one batch, by path. */
export const BATCH_LIMITS = {
  "/v1/me/library:match": { bodyBytes: 2097152, items: 1000 },
  "/v1/me/sessions:batch": { bodyBytes: 262144, items: 500 },
} as const;

/** Operations that need no sign-in. */
export const PUBLIC_OPERATIONS = {
  "GET /v1/detection/{os}": true,
  "GET /v1/games": true,
  "GET /v1/games/{game_id}": true,
  "GET /v1/games/{game_id}/tools": true,
  "GET /v1/tools/{tool_id}": true,
  "GET /v1/tools/{tool_id}/versions": true,
} as const;
