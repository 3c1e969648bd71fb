import { isAboutNumber } from './exchange.ts';
import type { SubscribeResult, TrackedParcel } from './port.ts';

/** For carriers that take one number in a call, and tell of it until it has arrived. */
export async function subscribeEach(
  parcels: readonly TrackedParcel[],
  ask: (parcel: TrackedParcel) => Promise<unknown>,
): Promise<readonly SubscribeResult[]> {
  const results: SubscribeResult[] = [];
  for (const parcel of parcels) results.push(await subscribeOne(parcel, ask));
  return results;
}

async function subscribeOne(
  parcel: TrackedParcel,
  ask: (parcel: TrackedParcel) => Promise<unknown>,
): Promise<SubscribeResult> {
  try {
    await ask(parcel);
    return { outcome: 'subscribed', until: null };
  } catch (error) {
    if (isAboutNumber(error)) return { outcome: 'refused', code: error.code };
    throw error;
  }
}
