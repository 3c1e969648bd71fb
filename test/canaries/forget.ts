import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { carried, named } from './people.ts';
import { dataOf, type Acts, type World } from './acts.ts';

/** Everybody asks to be forgotten: every order of the merchant, whatever its state, and whoever only webhooks name. */
export async function forgetEverybody({ owner }: Acts): Promise<void> {
  for (const { id: orderId } of await listAll(owner, 'GET /v1/orders'))
    await owner('POST /v1/erasures', { json: { orderId, force: true } });
  for (const phone of [carried.values.receiverPhone, named.values.hookPhone, named.values.errorPhone])
    await owner('POST /v1/erasures', { json: { phone, force: true } });
}

/** Everything that may show a person is read once more. */
export async function readAfterwards({ recorder }: World, { owner }: Acts): Promise<void> {
  const look = (operation: string, params: Record<string, string>) => recorder.send('owner', operation, { params });
  for (const { id: orderId } of await listAll(owner, 'GET /v1/orders')) {
    for (const part of [
      '',
      '/timeline',
      '/picked-items',
      '/worksheets',
      '/shipments',
      '/invoices',
      '/returns',
      '/settlement',
      '/tracking-page',
    ])
      // prettier-ignore
      await look(`GET /v1/orders/{orderId}${part}`, { orderId });
    await look('GET /compat/vtex-pick-and-pack/v1/orders/{orderId}', { orderId });
  }
  for (const { id: issueId } of await listAll(owner, 'GET /v1/issues')) {
    await look('GET /v1/issues/{issueId}', { issueId });
    await look('GET /v1/issues/{issueId}/entries', { issueId });
  }
  for (const { id: deliveryId, orderId } of await listAll(owner, 'GET /v1/deliveries')) {
    await look('GET /v1/deliveries/{deliveryId}', { deliveryId });
    // What subscribers answered to events about no order is shown for as long as these are kept.
    if (orderId !== null) await look('GET /v1/deliveries/{deliveryId}/attempts', { deliveryId });
  }
  for (const { id: eventId } of await listAll(owner, 'GET /v1/events'))
    await look('GET /v1/events/{eventId}', { eventId });
  for (const { id: runId } of await listAll(owner, 'GET /v1/runs')) {
    for (const part of ['', '/items', '/rejects.ndjson', '/rejects.csv']) await look(`GET /v1/runs/{runId}${part}`, { runId }); // prettier-ignore
  }
  for (const list of ['GET /v1/shipments', 'GET /v1/services', 'GET /v1/reconciliations']) await listAll(owner, list);
  for (const form of ['', '.ndjson', '.csv']) await recorder.send('operator', `GET /v1/audit${form}`);
}

async function listAll(owner: Acts['owner'], operation: string): Promise<{ id: string; orderId?: string | null }[]> {
  const all: { id: string; orderId?: string | null }[] = [];
  for (let cursor: unknown = ''; typeof cursor === 'string';) {
    const page = await owner(operation, { query: cursor === '' ? '' : `?cursor=${encodeURIComponent(cursor)}` });
    all.push(...dataOf(page));
    cursor = page.body['nextCursor'];
  }
  return all;
}

/** Every file below a folder: the log of erasures, spooled uploads. */
export async function filesBelow(folder: string): Promise<{ place: string; bytes: Buffer }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(paths.map(async (path) => ({ place: path.slice(folder.length), bytes: await readFile(path) })));
}
