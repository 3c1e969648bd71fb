import { isAboutNumber } from '../exchange.ts';
import type { SubscribeResult } from '../port.ts';
import type { UpsClient } from './client.ts';

/** UPS tells of a number for so long, and then no more. */
const lifeMs = 14 * 24 * 3_600_000;
/** What it tells of. Its other services (mail, freight) have other numbers, and are only asked about. */
const numberPattern = /^1[ZR][0-9A-Z]{16}$/;

/** Those that UPS cannot tell of are not asked for: a call without one good number is refused as a whole. */
export async function subscribeAll(
  client: Pick<UpsClient, 'subscribe'>,
  numbers: readonly string[],
  nowMs: number,
): Promise<readonly SubscribeResult[]> {
  const possible = numbers.filter((number) => numberPattern.test(number));
  const taken = new Set(possible.length === 0 ? [] : await subscribeSome(client, possible));
  const until = new Date(nowMs + lifeMs).toISOString();
  return numbers.map((number) =>
    taken.has(number) ? { outcome: 'subscribed', until } : { outcome: 'refused', code: 'ups.number_refused' },
  );
}

async function subscribeSome(client: Pick<UpsClient, 'subscribe'>, numbers: readonly string[]): Promise<string[]> {
  try {
    return (await client.subscribe(numbers)).validTrackingNumbers.map((number) => number.toUpperCase());
  } catch (error) {
    if (isAboutNumber(error)) return [];
    throw error;
  }
}
