import { toServiceRequest } from '../../src/connectors/last-mile/vtex-last-mile/mapper.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { createService } from '../../src/store/services.ts';
import { createServiceBody } from '../fixtures/vtex-last-mile/payloads.ts';

/** A service of this merchant, whose work nobody does. */
export async function makeService(store: StoreDeps, merchantId: string, connectionId: string): Promise<string> {
  const read = toServiceRequest(createServiceBody());
  if (!('request' in read)) throw new Error('the documented request is not understood');
  const { service } = await createService(store, {
    merchantId,
    connectionId,
    carrierConnectionId: null,
    request: read.request,
    shippingPrice: null,
    work: () => [],
  });
  return service.id;
}
