import { plainBranding, type Branding } from '../domain/branding.ts';
import type { StoreDeps } from './deps.ts';
import { parseStored } from './stored-json.ts';

/** How a merchant's tracking pages look. */
export async function readBranding({ redis, keys }: StoreDeps, merchantId: string): Promise<Branding> {
  const text = await redis.get(keys.branding(merchantId));
  return text === null ? plainBranding : parseStored<Branding>(text);
}

export async function writeBranding({ redis, keys }: StoreDeps, merchantId: string, branding: Branding): Promise<void> {
  await redis.set(keys.branding(merchantId), JSON.stringify(branding));
}
