import { onTestFinished } from 'vitest';
import { createConnectorIo } from '../../../src/connectors/create-io.ts';
import { vtex } from '../../../src/connectors/oms/vtex/index.ts';
import { createEgress } from '../../../src/platform/egress.ts';
import { createHttp } from '../../../src/platform/http.ts';
import type { Fault } from '../../../src/domain/partner-fault.ts';
import { createSandbox } from '../../../src/sandbox/sandbox.ts';
import type { OrderDoc, OrderRequest } from '../../../src/sandbox/vtex-oms/order-doc.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { settingsOf } from './vtex-harness.ts';

const account = 'demomarket';
const lines = [
  { sku: '18', quantity: 3, price: 990 },
  { sku: '75', quantity: 2, price: 322, unit: 'kg', unitMultiplier: 0.19 },
  { sku: '18', quantity: 1, price: 500 },
];

/** The connector, against the simulated OMS over HTTP. */
export async function startWriteBack(options: { speed?: number; rounding?: 'nearest' | 'down' } = {}) {
  const { speed = 0, rounding = 'nearest' } = options;
  const sandbox = createSandbox({ speed, picker: { mode: 'manual' } });
  const { url, close } = await sandbox.listen(0);
  onTestFinished(close);
  const oms = sandbox.vtex.find(account);
  if (oms === undefined) throw new Error('no demo account');
  oms.change({ ...oms.settings(), changes: { ...oms.settings().changes, rounding } });
  const http = createHttp({
    egress: createEgress({ allow: ['127.0.0.1'], allowHttp: true }),
    userAgent: 'Packline/test',
  });
  onTestFinished(() => http.close());
  const budget = {
    take: () => Promise.resolve({ taken: true, waitMs: 0, late: () => Promise.resolve() }),
    throttle: () => Promise.resolve(),
  };
  const io = createConnectorIo(
    { http, budget, clock: createFakeClock(), report: () => undefined },
    { connector: 'vtex', laneOf: (name) => name, signal: new AbortController().signal },
  );
  const key = { appKey: 'vtexappkey-demomarket-DEMOKE', appToken: 'vtex_demo_token' };
  const { writeBack } = vtex.connect(settingsOf({ account, baseUrl: `${url}/vtex/${account}`, ...key }), io);
  if (writeBack === undefined) throw new Error('VTEX writes nothing back');

  return {
    writeBack,
    moveTo: (orderId: string, state: string) => oms.moveTo(oms.get(orderId), state),
    nextEnds: (orderId: string, outcome: 'stuck' | 'canceled') =>
      oms.get(orderId).changeOutcomes.push({ outcome, reason: 'No stock' }),
    shop: (request: OrderRequest = {}): { orderId: string; ids: string[] } => {
      const { orderId, doc } = oms.make({ lines, status: 'handling', ...request });
      return { orderId, ids: doc.items.map(({ uniqueId }) => uniqueId) };
    },
    docOf: (orderId: string): OrderDoc => oms.get(orderId).doc,
    effectsOf: (orderId: string) => sandbox.books.effectsOf(account, orderId),
    breakNext: (method: string, match: string, fault: Fault) =>
      sandbox.faults.add({ match: { partner: 'vtex', method, path: match }, times: 1, fault }),
  };
}
