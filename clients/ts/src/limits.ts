// Generated from docs/openapi.json by `npm run generate`; do not edit.

/** What one batch may hold, by its path. */
export const LIMITS = {
  "/v1/me/sessions:batch": { bodyBytes: 262144, items: 500 },
} as const;

/** Operations that need no sign-in. */
export const PUBLIC = {
  "GET /v1/games": true,
  "GET /v1/games/{game_id}": true,
} as const;
