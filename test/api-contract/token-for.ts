import * as z from 'zod';
import { sendRequest } from '../support/checked-request.ts';
import type { Operation } from './read-operations.ts';

const TokenSchema = z.looseObject({ data: z.string() });

/** What the holder of a key sends to an operation: the key, or the token that a partner's protocol gives for it. */
export async function tokenFor(baseUrl: string, { dialect, scope }: Operation, key: string): Promise<string> {
  // Nash's callers send their key itself.
  if (dialect === undefined || dialect === 'nash' || scope === undefined) return key;
  const { body } = await sendRequest(baseUrl, 'POST', `/compat/${dialect}/token`, { json: { apiKey: key } });
  // A key that is none has no token: its holder is a stranger here, too.
  return TokenSchema.safeParse(body).data?.data ?? key;
}
