import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { absoluteMs } from '../store/sessions.ts';

/** One sentence about an act that was done. */
export interface Said {
  words: string;
  /** What was done showed that something is wrong. */
  isBad: boolean;
}

/** Names and flags of the console's cookies. Over https the browser itself sees to it that nobody else sets the session. */
export function createCookies(baseUrl: string) {
  const secure = baseUrl.startsWith('https:');
  const session = secure ? '__Host-packline' : 'packline';
  // Lax: a link to an issue in a chat opens for who is logged in. Acts are posts, and are looked at by csrf().
  const flags = { path: '/', httpOnly: true, sameSite: 'Lax', secure } as const;
  return {
    readSession: (c: Context): string | undefined => getCookie(c, session),
    writeSession: (c: Context, token: string): void =>
      setCookie(c, session, token, { ...flags, maxAge: absoluteMs / 1000 }),
    endSession: (c: Context): void => void deleteCookie(c, session, { path: '/', secure }),

    /** What became of an act, for the page that is shown next. */
    say: (c: Context, { words, isBad }: Said): void =>
      setCookie(c, 'packline-said', `${isBad ? '!' : '.'}${words}`, { ...flags, maxAge: 30 }),
    hear(c: Context): Said | undefined {
      const said = getCookie(c, 'packline-said');
      if (said === undefined) return undefined;
      deleteCookie(c, 'packline-said', { path: '/', secure });
      return { words: said.slice(1), isBad: said.startsWith('!') };
    },

    /** The merchant that was looked at last. */
    readMerchant: (c: Context): string | undefined => getCookie(c, 'packline-merchant'),
    keepMerchant: (c: Context, merchantId: string): void =>
      setCookie(c, 'packline-merchant', merchantId, { ...flags, maxAge: 365 * 24 * 3600 }),
  };
}
export type Cookies = ReturnType<typeof createCookies>;
