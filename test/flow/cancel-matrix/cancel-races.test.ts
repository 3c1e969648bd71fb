import { afterAll, describe, expect, test, vi } from 'vitest';
import { connectVtex } from '../../support/connected-vtex.ts';
import { startPackline } from '../../support/packline.ts';
import { testRedis } from '../../support/redis.ts';
import type { Place, Side } from './cells.ts';
import { makeStage, waiting, type Stage } from './stage.ts';

const { url } = await testRedis();
const packline = await startPackline({ redisUrl: url, sandbox: { picker: { mode: 'manual', outcome: 'exact' } } });
afterAll(() => packline.close());
const vtex = await connectVtex(packline, packline.sandboxUrl, {
  oms: { modification: 'auto', ingest: 'hook', requestsPerSecond: 500 },
  atVtex: { changes: { stepMs: 0 } },
});
const call: typeof packline.call = (...sent) => packline.call(...sent);

// Six orders at once, on a machine that has other things to do.
vi.setConfig({ testTimeout: 90_000 });

let stages = 0;
async function enter(place: Place, side: Side = 'merchant'): Promise<Stage> {
  const stage = makeStage(packline, vtex, `race-${(stages += 1)}-01`, { place, side, exact: true });
  await stage.tell();
  await stage.step(place);
  await stage.heard(place);
  return stage;
}

/** All that the call takes, looked up before: then it is one. */
async function readyToInvoice(stage: Stage): Promise<() => Promise<number>> {
  const [{ doc }, id] = await Promise.all([stage.atOms(), stage.id()]);
  const body = { invoiceNumber: 'INV1', issuedAt: new Date().toISOString(), valueMinor: doc.value };
  return async () => (await call('POST', `/v1/orders/${id}/invoices`, body)).status;
}
const invoice = async (stage: Stage): Promise<number> => (await readyToInvoice(stage))();

describe('an invoice and a cancellation', () => {
  test('of one moment: one of them is refused, and the order ends as the other says', async () => {
    const ends = await Promise.all(
      Array.from({ length: 6 }, async (_, n) => {
        const stage = await enter('picked');
        const acts = [() => stage.cancel('merchant'), await readyToInvoice(stage)];
        const answers = await Promise.all((n % 2 === 0 ? acts : acts.toReversed()).map((act) => act()));
        const [canceled, invoiced] = n % 2 === 0 ? answers : answers.toReversed();
        expect([canceled, invoiced]).toEqual(canceled === 202 ? [202, 409] : [409, 202]);
        await vi.waitFor(async () => expect(await stage.read()).toMatchObject({ status: canceled === 202 ? 'CANCELED' : 'INVOICED' }), waiting); // prettier-ignore
        const wanted = canceled === 202 ? 'canceled' : 'invoiced';
        await vi.waitFor(async () => expect(await stage.atOms()).toMatchObject({ status: wanted }), waiting);
        return (await stage.atOms()).effects;
      }),
    );
    for (const effects of ends) {
      expect((effects['oms.canceled'] ?? 0) + (effects['oms.invoiced'] ?? 0)).toBe(1);
    }
  });

  test('that was refused as too late leaves the order to be invoiced', async () => {
    const stage = await enter('left');
    expect(await stage.cancel('merchant')).toBe(202);
    await stage.reaches({ cancellation: { state: 'refused' } });
    expect(await invoice(stage)).toBe(202);
    await vi.waitFor(async () => expect(await stage.atOms()).toMatchObject({ status: 'invoiced' }), waiting);
  });

  test('in the OMS that was never heard of is found by the invoice: the goods are stopped, the invoice is withdrawn', async () => {
    const stage = await enter('picked');
    await packline.control('DELETE', `/vtex/accounts/${vtex.account}/hook`);
    await stage.cancel('oms');
    expect(await invoice(stage)).toBe(202);
    await stage.reaches({
      status: 'CANCELED',
      cancellation: { state: 'done', by: 'oms' },
      problems: [{ code: 'invoice.withdrawn', source: 'you' }],
    });
    expect((await stage.atNash())?.effects).toMatchObject({ 'job.canceled': 1 });
    const { body } = await call('GET', `/v1/orders/${await stage.id()}/invoices`);
    expect(body).toMatchObject({ data: [{ invoiceNumber: 'INV1', state: 'withdrawn' }] });
    await call('POST', `/v1/connections/${vtex.omsId}/register-webhooks`, {});
  });
});

describe('a canceled order that Nash goes on with', () => {
  const sendAgain = (stage: Stage) =>
    packline.control('POST', `/nash/jobs/${stage.externalId}/reassign`, { status: 'canceled_by_merchant' });
  const resync = async (stage: Stage) => call('POST', `/v1/orders/${await stage.id()}/resync`);

  test('by the merchant is stopped there once more, when it is read', async () => {
    const stage = await enter('told');
    await stage.cancel('merchant');
    await stage.reaches({ status: 'CANCELED', cancellation: { state: 'done' } });
    await sendAgain(stage);
    await resync(stage);
    await vi.waitFor(async () => expect((await stage.atNash())?.effects).toMatchObject({ 'job.canceled': 2 }), waiting);
    await stage.reaches({ status: 'CANCELED', cancellation: { state: 'done', by: 'merchant' }, problems: [] });
    expect((await stage.atOms()).effects).toMatchObject({ 'oms.canceled': 1 });
  });

  test('by Nash itself is for people to look at: somebody sent a courier on purpose', async () => {
    const stage = await enter('goneThere');
    await vi.waitFor(async () => expect(await stage.atOms()).toMatchObject({ status: 'canceled' }), waiting);
    await sendAgain(stage);
    await resync(stage);
    await stage.reaches({ status: 'CANCELED', problems: [{ code: 'order.cancel_not_followed', source: 'you' }] });
    expect((await stage.atNash())?.effects).not.toHaveProperty(['job.canceled']);
  });
});
