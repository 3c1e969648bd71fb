import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectVtex } from '../../support/connected-vtex.ts';
import { startPackline } from '../../support/packline.ts';
import { testRedis } from '../../support/redis.ts';
import { cells, places, sides, type Cell, type End, type Unheard } from './cells.ts';
import { makeStage, waiting, type Stage } from './stage.ts';
import { toTable } from './to-table.ts';

const { url } = await testRedis();
const packline = await startPackline({ redisUrl: url, sandbox: { picker: { mode: 'manual', outcome: 'exact' } } });
afterAll(() => packline.close());
const vtex = await connectVtex(packline, packline.sandboxUrl, {
  oms: { modification: 'auto', ingest: 'hook', requestsPerSecond: 500 },
  atVtex: { changes: { stepMs: 0 } },
});
// What goes to no store of Nash's goes nowhere.
await packline.call('PATCH', `/v1/connections/${vtex.pickAndPackId}`, {
  routing: [{ connections: [vtex.omsId], storeLocationIds: ['store-2'] }],
});

interface Played {
  cell: Cell;
  stage: Stage;
  api: number | null;
  end: End;
}
const played = new Map<string, Played>();
const titleOf = ({ place, side }: Pick<Cell, 'place' | 'side'>, unheard?: Unheard): string =>
  `${places[place]}, canceled by the ${sides[side]}${unheard === undefined ? '' : `, without the hooks of ${unheard}`}`;

async function see(stage: Stage): Promise<End> {
  const [order, oms, nash] = await Promise.all([stage.read(), stage.atOms(), stage.atNash()]);
  const cancellation = order['cancellation'] as { state: string; by: string } | null;
  const there = nash?.jobs.at(-1)?.jobConfigurations.at(-1)?.delivery.status;
  return {
    order: String(order['status']),
    cancellation: cancellation === null ? null : `${cancellation.state} by ${cancellation.by}`,
    there: there === undefined ? 'unknown' : there.startsWith('canceled') ? 'canceled' : 'goes on',
    oms: oms.status === 'canceled' || oms.status === 'invoiced' ? oms.status : 'open',
    problems: (order['problems'] as { code: string }[]).map(({ code }) => code).sort(),
  };
}

let stages = 0;
const enter = (cell: Cell): Stage => makeStage(packline, vtex, `cell-${(stages += 1)}-01`, cell);

async function playHeard(cell: Cell): Promise<void> {
  const stage = enter(cell);
  await stage.tell();
  await stage.step(cell.place);
  await stage.heard(cell.place).catch((error: unknown) => {
    throw new Error(`${titleOf(cell)}: it never came to be there`, { cause: error });
  });
  const api = await stage.cancel(cell.side);
  await settle(stage, cell.end);
  played.set(titleOf(cell), { cell, stage, api, end: await see(stage) });
}

/** Waits for the end, if it is to come; what is there instead is for its test to show. */
async function settle(stage: Stage, end: End): Promise<void> {
  await vi.waitFor(async () => expect(await see(stage)).toEqual(end), waiting).catch(() => undefined);
}

const lateEnd = ({ end, late }: Cell): End => ({
  ...end,
  ...(late?.cancellation === undefined ? {} : { cancellation: late.cancellation }),
  ...(late?.problems === undefined ? {} : { problems: late.problems }),
});

/** Who cancels is who is not heard: then where the order was is known. */
const isOwnNews = ({ side, late }: Cell): boolean => side === (late?.unheard === 'nash' ? 'fulfilment' : 'oms');

/** All the orders of that kind, as far as they are heard of. */
async function enterLate(unheard: Unheard): Promise<{ cell: Cell; stage: Stage }[]> {
  const chosen = cells.filter(({ late }) => late?.unheard === unheard).map((cell) => ({ cell, stage: enter(cell) }));
  await Promise.all(
    chosen.map(async ({ cell, stage }) => {
      await stage.tell();
      if (!isOwnNews(cell)) return;
      await stage.step(cell.place);
      await stage.heard(cell.place);
    }),
  );
  return chosen;
}

/** The news of where the order is, or of its cancellation, comes last, by a read. */
async function playLate(unheard: Unheard, chosen: readonly { cell: Cell; stage: Stage }[]): Promise<void> {
  const hear = await deafen(unheard);
  await Promise.all(
    chosen.map(async ({ cell, stage }) => {
      if (!isOwnNews(cell)) await stage.step(cell.place);
      const api = await stage.cancel(cell.side);
      if (!isOwnNews(cell)) await vi.waitFor(async () => expect(await isDecided(stage)).toBe(true), waiting);
      played.set(titleOf(cell, unheard), { cell, stage, api, end: await see(stage) });
    }),
  );
  await hear();
  await packline.call('POST', '/v1/reconciliations');
  await Promise.all(
    chosen.map(async ({ cell, stage }) => {
      await packline.call('POST', `/v1/orders/${await stage.id()}/resync`);
      await settle(stage, lateEnd(cell));
      const known = played.get(titleOf(cell, unheard));
      if (known !== undefined) known.end = await see(stage);
    }),
  );
}

async function isDecided(stage: Stage): Promise<boolean> {
  const { cancellation } = await stage.read();
  return ['done', 'refused'].includes((cancellation as { state: string } | null)?.state ?? '');
}

/** Packline hears nothing of that partner, until what this answers is called. */
async function deafen(unheard: Unheard): Promise<() => Promise<unknown>> {
  if (unheard === 'vtex') {
    await packline.control('DELETE', `/vtex/accounts/${vtex.account}/hook`);
    return () => packline.call('POST', `/v1/connections/${vtex.omsId}/register-webhooks`, {});
  }
  const { endpoints } = await packline.control('GET', '/nash/endpoints');
  for (const { id } of endpoints as { id: string }[]) await packline.control('DELETE', `/nash/endpoints/${id}`);
  const { webhookUrl, webhookSecret: secret } = packline;
  return () => packline.control('POST', '/nash/endpoints', { orgId: 'org_demo', url: webhookUrl, secret });
}

beforeAll(async () => {
  const [withoutNash, withoutVtex] = await Promise.all([enterLate('nash'), enterLate('vtex'), ...cells.map(playHeard)]);
  await playLate('nash', withoutNash);
  await playLate('vtex', withoutVtex);
}, 240_000);

const all = cells.flatMap((cell) => [
  { title: titleOf(cell), api: cell.api ?? null, end: cell.end },
  ...(cell.late === undefined
    ? []
    : [{ title: titleOf(cell, cell.late.unheard), api: cell.late.api ?? null, end: lateEnd(cell) }]),
]);

describe('an order that is', () => {
  for (const { title, api, end } of all) {
    test(`${title}: ends as the table says at all three sides, and nothing is done twice`, async () => {
      const now = played.get(title);
      expect(now).toMatchObject({ api, end });
      const { stage } = now ?? expect.fail();
      const [oms, nash] = await Promise.all([stage.atOms(), stage.atNash()]);
      for (const [effect, times] of Object.entries({ ...oms.effects, ...nash?.effects })) {
        expect([effect, times]).toEqual([effect, 1]);
      }
      const told = () => stage.events().map(({ type, data }) => (type === 'order.problem' ? data['code'] : type));
      await vi.waitFor(() => expect(told()).toEqual(expect.arrayContaining([...end.problems])), waiting);
      const times = told().filter((type) => type === 'order.canceled').length;
      expect(times).toBe(end.order === 'CANCELED' ? 1 : 0);
      const isNoted = oms.interactions.some(({ message }) => message.includes('came too late'));
      expect(isNoted).toBe(end.cancellation === 'refused by oms');
    });
  }
});

test('a change that the OMS is at work on is called off before the order is canceled there', async () => {
  for (const side of ['merchant', 'fulfilment'] as const) {
    const now = played.get(titleOf({ place: 'changing', side }));
    const { effects } = (await now?.stage.atOms()) ?? expect.fail();
    expect(effects).toMatchObject({ 'oms.changeCanceled': 1, 'oms.canceled': 1 });
    expect(effects).not.toHaveProperty(['oms.modified']);
  }
});

test('docs/cancel.md has the table that was played', async () => {
  expect(await readFile('docs/cancel.md', 'utf8')).toContain(toTable(cells));
});
