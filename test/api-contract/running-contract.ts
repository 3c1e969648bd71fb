import { afterAll } from 'vitest';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';
import { merchantMaker } from './merchant-with-everything.ts';
import { readDocument, readOperations } from './read-operations.ts';
import { withConnectors } from './with-connectors.ts';

/**
 * The API with nothing limited but the size of bodies, the document that it serves, and merchants to ask about. Call it at
 * the top of a test file with `await`; it ends with the file.
 */
export async function runContract({ bodyBytesMax = 1_048_576 } = {}) {
  const redis = await testRedis();
  const sandbox = await createSandbox({ speed: 0 }).listen(0);
  // Another one than the merchants' partners: what is asked of it may break it.
  const broken = await createSandbox({ speed: 0 }).listen(0);
  await fetch(`${broken.url}/_sandbox/vtex/accounts`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account: 'acme', appKey: 'key', appToken: 'token' }),
  });
  const ingress = await startIngress(redis.url, {
    settings: { bodyBytesMax, ratePerSecond: 1_000_000, rateBurst: 1_000_000 },
    env: { PACKLINE_EGRESS_ALLOW: new URL(sandbox.url).host, PACKLINE_SANDBOX_PORT: new URL(broken.url).port },
  });
  afterAll(() => Promise.all([sandbox.close(), broken.close()]));
  const { key } = await ingress.tenant();
  const connectors = await ingress.request('GET', '/v1/connectors', { key });
  const document = withConnectors(readDocument(ingress.document), connectors.body);
  const operations = readOperations(document);
  return { ingress, document, operations, makeMerchant: merchantMaker(ingress, sandbox.url) };
}
