import { describe, expect, test } from 'vitest';
import { toSnapshot } from '../../../src/connectors/fulfilment/nash/mapper.ts';
import { vocabulary } from '../../../src/connectors/fulfilment/nash/statuses.ts';
import { webhook } from '../../../src/connectors/fulfilment/nash/webhook.ts';
import { WireJobSchema, WireOrderSchema } from '../../../src/connectors/fulfilment/nash/wire.ts';
import { Failure } from '../../../src/domain/failure.ts';
import { resolveStatus } from '../../../src/domain/resolve-status.ts';
import { guideLines } from '../../fixtures/nash/guide-lines.ts';
import { deliveryBody, hookBody, jobBody, orderBody, packageBody } from '../../fixtures/nash/payloads.ts';
import { outcomeOf } from '../../support/judge-mangled.ts';
import { mangle, namesOf } from '../../support/mangle.ts';

const ref = 'v502348abc-01';
const at = '2026-01-15T03:00:00.000Z';

/** One copy of the delivery: what is wrong in one of two is read from the other. */
function jobOf(facts: Parameters<typeof deliveryBody>[0]) {
  const part = { id: 'cfg_1', package: packageBody(), tasks: [{ id: 'tsk_1', delivery: deliveryBody(facts) }] };
  return jobBody({ changes: { jobConfigurations: [part] } });
}

function readJob(body: unknown) {
  const job = WireJobSchema.safeParse(body).data;
  return job === undefined ? null : toSnapshot({ order: null, job }, ref, at);
}

function readOrder(body: unknown) {
  const order = WireOrderSchema.safeParse(body).data;
  return order === undefined ? null : toSnapshot({ order, job: null }, ref, at);
}

/**
 * Without these nobody knows whose a pick is, how many there are, what they weigh or what they cost; and without a label a
 * pick that disagrees with it is not found out.
 */
const needed =
  /(^|\.)(id|jobConfigurations|tasks|deliver(y|ies)|sku|quantity|weight|price_?cents|requested_?(id|sku)|picked_?items|scans|scanned_?barcode|\d+)$|^status$|delivery\.status$/i;
const inStore: ReadonlySet<string> = new Set(['RECEIVED', 'READY_FOR_HANDLING', 'READY_FOR_PACKING']);

describe.each([
  ['a job as the OpenAPI document spells it', jobOf({}), readJob, 'READY_FOR_PACKING'],
  ['a job as the guide spells it', jobOf({ spelling: 'picked_items' }), readJob, 'READY_FOR_PACKING'],
  ['a job of a delivered order', jobOf({ status: 'dropoff_complete' }), readJob, 'DELIVERED'],
  ['an order with its deliveries', orderBody({ status: 'dispatched', deliveries: [deliveryBody()] }), readOrder, 'READY_FOR_PACKING'], // prettier-ignore
] as const)('%s', (_what, example, read, status) => {
  const judge = (body: unknown) => outcomeOf(read(body), guideLines, { nash: vocabulary });
  const exact = judge(example);
  const all = mangle(example).map((mangled) => ({ ...mangled, outcome: judge(mangled.body) }));

  test('may be invoiced as it stands, for what the guide says', () => {
    expect(exact).toMatchObject({ may: 'be invoiced', status, itemsMinor: 880 + 1_307 + 330 + 186 + 450 });
    expect(all.length).toBeGreaterThan(500);
  });

  test('is read as it was meant, or refused, shown or held: whatever is wrong in it, nothing else is invoiced', () => {
    const wrong = all.filter(({ outcome }) => outcome.may === 'be invoiced' && outcome.bill !== exact.bill);
    expect(namesOf(wrong)).toEqual([]);
    for (const may of ['be refused', 'be shown', 'be held']) {
      expect(all.some(({ outcome }) => outcome.may === may), may).toBe(true); // prettier-ignore
    }
  });

  test('that lacks what it can do without is the same in all that follows', () => {
    const lacking = all.filter(({ how, at: place }) => (how === 'missing' || how === 'null') && !needed.test(place));
    expect(lacking.length).toBeGreaterThan(100);
    expect(namesOf(lacking.filter(({ outcome }) => outcome.text !== exact.text))).toEqual([]);
  });

  test('is waited for only as long as the goods are in the store', () => {
    const waiting = all.filter(({ outcome }) => outcome.may === 'wait');
    expect(namesOf(waiting.filter(({ outcome }) => !inStore.has(outcome.status)))).toEqual([]);
  });
});

test('goods that left the store without a list of picks are shown; of a return nobody needs one', () => {
  const silent = (status: string) => readJob(jobOf({ status, picks: null }));
  for (const status of ['pickup_complete', 'dropoff_enroute', 'dropoff_complete']) {
    expect(silent(status)).toMatchObject({ pickedItems: null, needsAttention: { code: 'nash.picks_missing' } });
  }
  for (const status of ['items_pick_complete', 'returned', 'canceled_by_merchant']) {
    expect(silent(status)?.needsAttention, status).toBeNull();
  }
});

test.each([
  ['delivery', 'items_pick_complete', jobBody()],
  ['delivery', 'dropoff_complete', jobBody({ deliveries: [deliveryBody({ status: 'dropoff_complete' })] })],
  ['task', 'canceled_by_provider', jobBody({ deliveries: [deliveryBody({ status: 'canceled_by_provider', picks: [] })] })], // prettier-ignore
])('the hook %s.%s is malformed or tells of its order, whatever is wrong in it', (type, event, job) => {
  const statusOf = (body: unknown) => {
    const message = webhook.read(Buffer.from(JSON.stringify(body)), at);
    const { status } = resolveStatus(message.evidence, { nash: vocabulary });
    return { ...message, status };
  };
  const example: unknown = JSON.parse(hookBody(type, event, job));
  const exact = statusOf(example);
  const outcomes = mangle(example).map(({ how, at: place, body }) => {
    try {
      const { externalRef, status, needsRead } = statusOf(body);
      expect(externalRef, `${how} ${place}`).toBe(ref);
      expect(status === exact.status || needsRead, `${how} ${place}`).toBe(true);
      return 'read';
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      expect(error.kind).toBe('malformed');
      return 'malformed';
    }
  });
  expect(new Set(outcomes)).toEqual(new Set(['read', 'malformed']));
});
