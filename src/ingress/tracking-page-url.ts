import type { StoreDeps } from '../store/deps.ts';
import type { StoredOrder } from '../store/orders.ts';
import { trackingTokenOf } from '../store/tracking-pages.ts';
import type { IngressSettings } from './deps.ts';

/** Under which the customer finds the order's page; null once the person was erased. */
export function trackingPageUrlOf(
  { baseUrl }: Pick<IngressSettings, 'baseUrl'>,
  store: StoreDeps,
  stored: StoredOrder,
): string | null {
  const token = trackingTokenOf(store, stored);
  return token === null ? null : `${baseUrl}/track/${token}`;
}
