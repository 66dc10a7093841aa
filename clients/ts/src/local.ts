import { cachedToken } from "./tokens.js";

/** Make a token source of a local cloud, which signs in whoever asks, as whoever they say. */
export function localToken(baseUrl: string, uid: string) {
  return cachedToken(async () => {
    const body = JSON.stringify({ uid });
    const answer = await fetch(`${baseUrl}/_local/issuer/token`, { method: "POST", body });
    if (!answer.ok) throw new Error(`the local issuer answered ${answer.status}`);
    return ((await answer.json()) as { id_token: string }).id_token;
  });
}
