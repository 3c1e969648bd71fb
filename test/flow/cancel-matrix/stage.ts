import { expect, vi } from 'vitest';
import type { ConnectedVtex } from '../../support/connected-vtex.ts';
import type { TestPackline } from '../../support/packline.ts';
import type { Cell, Place, Side } from './cells.ts';

/** Many orders at once: looked at less often than one would be. */
export const waiting = { timeout: 60_000, interval: 150 };

/** One order of the matrix, with the hands of everybody who has to do with it. */
export interface Stage {
  externalId: string;
  /** Packline's id; known once the order is. */
  id(): Promise<string>;
  read(): Promise<Record<string, unknown>>;
  reaches(expected: Record<string, unknown>): Promise<void>;
  /** Buys it, and has it told to Nash. */
  tell(): Promise<void>;
  step(place: Place): Promise<void>;
  /** Packline knows that the order is there. */
  heard(place: Place): Promise<void>;
  cancel(side: Side): Promise<number | null>;
  atOms(): Promise<AtOms>;
  atNash(): Promise<AtNash | null>;
  events(): { type: string; data: Record<string, unknown> }[];
}
interface AtOms {
  status: string;
  effects: Record<string, number>;
  interactions: { message: string }[];
  changes: { status: string }[];
  doc: { value: number };
}
interface AtNash {
  effects: Record<string, number>;
  jobs: { id: string; jobConfigurations: { delivery: { status: string } }[] }[];
}

const picks = { '101': { outcome: 'short', quantity: 2 } };
/** Where the OMS has to change the order first, which takes its time. */
const isChanged: ReadonlySet<Place> = new Set(['picked', 'changing']);
const lines = [{ sku: '101', name: 'Milk', quantity: 4, price: 200 }];
const steps: Partial<Record<Place, string>> = {
  picking: 'items_pick_update',
  picked: 'items_pick_complete',
  changing: 'items_pick_complete',
  left: 'pickup_complete',
  delivered: 'dropoff_complete',
  goneThere: 'canceled_by_merchant',
};

export function makeStage(
  packline: TestPackline,
  vtex: ConnectedVtex,
  externalId: string,
  { place, side, exact = !isChanged.has(place) }: Pick<Cell, 'place' | 'side'> & { exact?: boolean },
): Stage {
  const control = (path: string, body: unknown = {}) => packline.control('POST', path, body);
  const { books, faults } = packline.sandbox;
  const atOms: Stage['atOms'] = async () => (await vtex.atOms(externalId)) as unknown as AtOms;
  const atNash: Stage['atNash'] = async () =>
    (await packline.control('GET', `/nash/orders/${externalId}`).catch((): null => null)) as AtNash | null;
  const read: Stage['read'] = async () => {
    const { body } = await packline.call('GET', `/v1/orders?externalId=${externalId}`);
    return (body['data'] as Record<string, unknown>[])[0] ?? {};
  };
  const reaches: Stage['reaches'] = (expected) =>
    vi.waitFor(async () => expect(await read()).toMatchObject(expected), waiting);
  const id: Stage['id'] = async () => String((await read())['id']);
  let known = '';
  const events: Stage['events'] = () => packline.subscriber.received.filter(({ data }) => data['orderId'] === known);
  const has = (effect: string) =>
    vi.waitFor(async () => expect((await atOms()).effects).toHaveProperty([effect]), waiting);
  const isReady = () =>
    vi.waitFor(() => expect(events().map(({ type }) => type)).toContain('order.ready_for_invoicing'), waiting);
  const wasCalled = (part: string, isAnswered: boolean) =>
    vi.waitFor(() => {
      const seen = books.report().requests.filter(({ path }) => path.includes(part));
      expect(seen.some(({ status }) => !isAnswered || status !== null)).toBe(true);
    }, waiting);
  const cut = (status: string) => control(`/nash/jobs/${externalId}/advance`, { to: status, direct: status.startsWith('canceled') }); // prettier-ignore
  const invoicePath = `/api/oms/pvt/orders/${externalId}/invoice`;
  const dispatchPath = `/v1/order/external-identifier/${externalId}/autodispatch`;
  let jobPath = '';

  async function shop(warehouseId: string): Promise<void> {
    await vtex.shop({ orderId: externalId, warehouseId, lines });
    if (!exact) await control('/nash/picks', { externalId, lines: picks });
  }

  async function tell(): Promise<void> {
    if (place === 'received' || place === 'telling') return;
    await shop('store-1');
    await reaches({ connections: { fulfilment: { dispatchedAt: expect.any(String) as string } } });
    await has('oms.handlingStarted');
    known = await id();
    if (place === 'changing') await control(`/vtex/orders/${externalId}/changes`, { outcome: 'stuck' });
    if (place !== 'recorded' && place !== 'invoiced') return;
    await cut('items_pick_complete');
    await isReady();
  }

  async function step(at: Place): Promise<void> {
    const to = steps[at];
    if (to !== undefined) await cut(to);
    switch (at) {
      case 'received':
        return shop('store-9');
      case 'telling':
        faults.add({ match: { path: dispatchPath }, times: 1, fault: { kind: 'delay', ms: 400 } });
        return shop('store-1');
      case 'recorded': {
        // As long as it takes; or until it has been refused to be canceled.
        const times = side === 'merchant' ? { times: 1 } : {};
        faults.add({ match: { path: invoicePath }, ...times, fault: { kind: 'status', status: 503 } });
        const { value } = (await atOms()).doc;
        const invoice = { invoiceNumber: 'INV1', issuedAt: new Date().toISOString(), valueMinor: value };
        const { status } = await packline.call('POST', `/v1/orders/${known}/invoices`, invoice);
        expect(status).toBe(202);
        return undefined;
      }
      case 'invoiced':
        return void (await control(`/vtex/orders/${externalId}/invoice`));
      case 'goneAtOms':
        return void (await control(`/vtex/orders/${externalId}/cancel`));
      case 'amending': {
        jobPath = `/v1/jobs/${(await atNash())?.jobs[0]?.id ?? ''}`;
        faults.add({ match: { method: 'PATCH', path: jobPath }, times: 1, fault: { kind: 'delay', ms: 400 } });
        const { status } = await packline.call('PATCH', `/v1/orders/${known}`, { notes: 'ring twice' });
        expect(status).toBe(202);
        return undefined;
      }
      default:
        return undefined;
    }
  }

  const expectations: Record<Place, () => Promise<unknown>> = {
    received: () => reaches({ problems: [{ code: 'order.no_route' }] }),
    telling: () => wasCalled(dispatchPath, false),
    told: async () => undefined,
    picking: () => reaches({ status: 'PICKING' }),
    picked: isReady,
    changing: () => vi.waitFor(async () => expect((await atOms()).changes).toHaveLength(1), waiting),
    recorded: () => wasCalled(invoicePath, true),
    invoiced: () => reaches({ invoiceStatus: 'invoiced' }),
    left: isReady,
    delivered: () => reaches({ status: 'DELIVERED' }),
    goneAtOms: () => reaches({ cancellation: { state: 'done' } }),
    goneThere: () => reaches({ cancellation: { state: 'done' } }),
    amending: () =>
      vi.waitFor(() => {
        const isUnderWay = books.report().requests.some(({ method, path }) => method === 'PATCH' && path === jobPath);
        expect(isUnderWay).toBe(true);
      }, waiting),
  };

  return {
    externalId,
    id,
    read,
    reaches,
    tell,
    step,
    atOms,
    atNash,
    events,
    async heard(at) {
      await expectations[at]();
      known = await id();
    },
    async cancel(by) {
      if (by === 'merchant') return (await packline.call('POST', `/v1/orders/${known}/cancel`)).status;
      if (by === 'fulfilment') await cut('canceled_by_merchant');
      // An OMS that refuses is a side that has decided.
      else await control(`/vtex/orders/${externalId}/cancel`).catch(() => undefined);
      return null;
    },
  };
}
