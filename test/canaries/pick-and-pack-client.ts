import { vi } from 'vitest';
import { waiting } from '../support/order-reader.ts';
import type { Acts, World } from './acts.ts';
import { tracked } from './people.ts';

const root = '/compat/vtex-pick-and-pack';

/** A client that speaks VTEX Pick and Pack, of the owner and of the stranger; answers the ids that it was shown. */
export async function speakPickAndPack(
  { secrets, tokens, recorder }: World,
  { must, owner }: Acts,
): Promise<Record<string, string>> {
  const token = `POST ${root}/token`;
  tokens.owner = String((await owner(token, { json: { apiKey: secrets.ownerKey } })).body['data']);
  // All tokens begin alike: what makes this one a secret is its signature.
  secrets['ownerToken'] = tokens.owner.split('.')[2] ?? '';
  const strangers = await recorder.send('stranger', token, { json: { apiKey: secrets['strangerKey'] } });
  tokens.stranger = String(strangers.body['data']);

  const orders = (await owner('GET /v1/orders', { query: '?limit=200' })).body['data'] as Record<string, unknown>[];
  const order = orders.find(({ status, invoiceStatus }) => status === 'DELIVERED' && invoiceStatus === 'invoiced');
  if (order === undefined) throw new Error('no order is delivered and invoiced');
  const orderId = String(order['externalId']);
  const params = { orderId };
  await owner(`GET ${root}/v1/orders/{orderId}`, { params });
  await owner(`GET ${root}/legacy/picking-tracking/{orderId}`, { params });
  const { city, description } = { city: tracked.values.trackedCity, description: tracked.values.trackedDescription };
  const events = [{ city, state: tracked.values.trackedState, description, date: '2026-01-15T00:00:00.000Z' }];
  await owner(`PATCH ${root}/v1/orders/{orderId}/tracking`, { params, json: { events } });

  const query = `?orderId=${orderId}`;
  const listOf = async (name: string) => {
    const { text } = await must('owner', `GET ${root}/v1/${name}`, { query });
    const [first] = JSON.parse(text) as Record<string, unknown>[];
    if (first === undefined) throw new Error(`the order has no ${name}`);
    return first;
  };
  const shipmentId = String((await vi.waitFor(() => listOf('shipments'), waiting))['id']);
  const worksheet = await listOf('worksheets');
  const [worksheetId, facilityId] = [String(worksheet['worksheetId']), String(worksheet['facilityId'])];
  await owner(`GET ${root}/v1/worksheets/{worksheetId}`, { params: { worksheetId } });
  await owner(`GET ${root}/v1/facilities/{facilityId}`, { params: { facilityId } });
  const headers = { 'x-pnp-filtermethod': 'BY_INTERNAL_ID' };
  await owner(`GET ${root}/v1/shipments/{shipmentId}`, { params: { shipmentId }, headers });
  return { worksheetId, facilityId, shipmentId };
}
