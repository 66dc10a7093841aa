const REFRESH_EARLY_MS = 60_000;

/**
 * Returns the player's ID token, or null if no one is signed in.
 *
 * Called before each request, so it should cache the token, as Firebase's `getIdToken` does.
 */
export type TokenSource = (forceRefresh: boolean) => Promise<string | null>;

/** Turn a function that fetches a new token each time into a caching token source. */
export function cachedTokenSource(
  fetchToken: () => Promise<string>,
): (forceRefresh: boolean) => Promise<string> {
  let cached: Promise<string> | undefined;
  return (forceRefresh) => {
    if (cached && !forceRefresh) return cached;
    const fetched = fetchToken();
    cached = fetched;
    fetched.catch(() => {
      if (cached === fetched) cached = undefined;
    });
    return fetched;
  };
}

/** Tokens that are refreshed a minute before they expire, once for all concurrent requests. */
export interface FreshTokens {
  current(): Promise<string | null>;
  /** Return a different token than the refused one, or null. */
  replace(refused: string): Promise<string | null>;
}

/** Refresh a source's tokens before they expire. */
export function keepFresh(source: TokenSource, now = Date.now): FreshTokens {
  let refreshing: Promise<string | null> | undefined;
  let skew = 0;

  const expiresSoon = (token: string) => {
    const { exp } = claims(token);
    return exp !== undefined && exp * 1000 + skew - now() < REFRESH_EARLY_MS;
  };
  const refresh = () => {
    refreshing ??= source(true)
      .then((token) => {
        // The local clock may be wrong by hours: a new token's `iat` is the server's current time.
        const { iat } = token === null ? {} : claims(token);
        if (iat !== undefined) skew = now() - iat * 1000;
        return token;
      })
      .finally(() => {
        refreshing = undefined;
      });
    return refreshing;
  };
  return {
    async current() {
      const token = await source(false);
      if (token === null || !expiresSoon(token)) return token;
      // If the refresh fails, the token may still be valid for a minute.
      return refresh().catch(() => token);
    },
    async replace(refused) {
      const current = await source(false);
      const isUsable = current !== null && current !== refused && !expiresSoon(current);
      const token = isUsable ? current : await refresh();
      return token === refused ? null : token;
    },
  };
}

function claims(token: string): { exp?: number; iat?: number } {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    return (JSON.parse(atob(payload)) as { exp?: number; iat?: number } | null) ?? {};
  } catch {
    return {};
  }
}
