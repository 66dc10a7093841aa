const EARLY_MS = 60_000;

/**
 * Returns the player's ID token, or null when nobody is signed in.
 *
 * It is asked before each request, so it should hold its token, as Firebase's `getIdToken` does.
 */
export type TokenSource = (forceRefresh: boolean) => Promise<string | null>;

/** Make a source of something that fetches a new token at each call. */
export function cachedToken(
  fetchToken: () => Promise<string>,
): (forceRefresh: boolean) => Promise<string> {
  let held: Promise<string> | undefined;
  return (forceRefresh) => {
    if (held && !forceRefresh) return held;
    const fetched = fetchToken();
    held = fetched;
    fetched.catch(() => {
      if (held === fetched) held = undefined;
    });
    return fetched;
  };
}

/** Tokens that are renewed a minute before they end, however many requests ask at a time. */
export interface FreshTokens {
  current(): Promise<string | null>;
  /** Return another token than the one that was refused, or null. */
  instead(refused: string): Promise<string | null>;
}

/** Watch over a source's tokens. */
export function keepFresh(source: TokenSource, now = Date.now): FreshTokens {
  let refreshing: Promise<string | null> | undefined;
  let skew = 0;

  const endsSoon = (token: string) => {
    const { exp } = claims(token);
    return exp !== undefined && exp * 1000 + skew - now() < EARLY_MS;
  };
  const refresh = () => {
    refreshing ??= source(true)
      .then((token) => {
        // A player's clock may be wrong by hours: a new token was issued now, whatever it says.
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
      const held = await source(false);
      if (held === null || !endsSoon(held)) return held;
      // It may be good for a minute yet: whether it is, the server decides.
      return refresh().catch(() => held);
    },
    async instead(refused) {
      const held = await source(false);
      const other = held !== null && held !== refused && !endsSoon(held) ? held : await refresh();
      return other === refused ? null : other;
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
