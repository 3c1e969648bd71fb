import { firstLoginSeconds, makeInvite } from '../store/invites.ts';
import { hasUsers, type GlobalStore } from '../store/users.ts';

/** What is printed where nobody can log in yet: a link for the first admin. Null as soon as there is any user. */
export async function offerFirstLogin(store: GlobalStore, baseUrl: string): Promise<string | null> {
  if (await hasUsers(store)) return null;
  const url = `${baseUrl}/ops/welcome/${await makeInvite(store, null)}`;
  return `\nConsole, first login (works once, for ${firstLoginSeconds / 3600} hours):\n  ${url}\n\n`;
}
