import { cachedTokenSource } from "./tokens.js";

/** Create a token source for a local cloud, which issues tokens for any uid. */
export function localTokenSource(baseUrl: string, uid: string) {
  return cachedTokenSource(async () => {
    const body = JSON.stringify({ uid });
    const response = await fetch(`${baseUrl}/_local/issuer/token`, { method: "POST", body });
    if (!response.ok) throw new Error(`the local issuer returned ${response.status}`);
    return ((await response.json()) as { id_token: string }).id_token;
  });
}
