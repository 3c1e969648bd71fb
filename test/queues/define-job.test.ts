import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newId } from '../../src/store/deps.ts';
import { makeEntry } from '../../src/queues/define-job.ts';
import { deliveryAttempt, deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { fulfilmentRead } from '../../src/queues/fulfilment-read.ts';
import { fulfilmentSubmit } from '../../src/queues/fulfilment-submit.ts';
import { fulfilmentUpdate } from '../../src/queues/fulfilment-update.ts';
import { jobNames, jobs } from '../../src/queues/jobs.ts';
import { orderCancel } from '../../src/queues/order-cancel.ts';
import { effectDeadlineMs, intentLeaseMs } from '../../src/queues/perform-effect.ts';
import { nextSweep, sweep } from '../../src/queues/sweep.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const clock = createFakeClock();
const orderId = newId('order', clock);
const merchantId = newId('merchant', clock);

describe('a piece of work', () => {
  it('names its job, lane and class, and carries what the job declares', () => {
    expect(makeEntry(fulfilmentSubmit, { orderId }, { lane: 'nash.x.default', delayMs: 5 })).toEqual({
      id: `fulfilment-submit.${orderId}`,
      job: 'fulfilment-submit',
      lane: 'nash.x.default',
      class: 'orders',
      payload: { orderId },
      delayMs: 5,
    });
  });

  it.each([{ orderId: 'not-an-id' }, { orderId: merchantId }, {} as { orderId: string }])(
    'is refused with a payload that the job does not declare: %o',
    (payload) => {
      expect(() => makeEntry(fulfilmentSubmit, payload, { lane: 'free' })).toThrow(/orderId/);
    },
  );

  it('carries nothing but what is declared, so that no personal data rides along', () => {
    const payload: { orderId: string } = Object.assign({ orderId }, { name: 'Ana Canary' });
    expect(makeEntry(fulfilmentSubmit, payload, { lane: 'free' }).payload).toEqual({ orderId });
  });

  it('has an id that BullMQ takes, whatever caused it: no colon, and not a number', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(99_999), (cause, attempt) => {
        const made = [
          makeEntry(fulfilmentSubmit, { orderId }, { lane: 'free', cause }),
          makeEntry(fulfilmentRead, { orderId }, { lane: 'free', cause }),
          makeEntry(sweep, { kind: 'unrouted', merchantId }, { lane: 'free', cause }),
        ];
        for (const { id } of made) expect(`${id}.${attempt}`).toMatch(/^[a-z][\w.-]*$/);
      }),
    );
  });

  it('is the same work for the same facts, and other work for another order or cause', () => {
    const idOf = (id: string, cause?: string) =>
      makeEntry(fulfilmentSubmit, { orderId: id }, { lane: 'free', ...(cause === undefined ? {} : { cause }) }).id;
    expect(idOf(orderId)).toBe(idOf(orderId));
    expect(new Set([idOf(orderId), idOf(orderId, 'again'), idOf(newId('order', clock))])).toHaveLength(3);
  });

  it('of two merchants is never the same, though it has the same cause', () => {
    const idOf = (of: string) =>
      makeEntry(sweep, { kind: 'unrouted', merchantId: of }, { lane: 'free', cause: 'route.1' }).id;
    expect(idOf(merchantId)).not.toBe(idOf(newId('merchant', clock)));
  });

  it('that a delivery is knows whose turn comes next, unless it waits for no other', () => {
    const delivery = {
      schema: 1,
      id: newId('delivery', clock),
      merchantId,
      endpointId: newId('endpoint', clock),
      eventId: newId('event', clock),
      type: 'order.imported',
      orderId,
      status: 'pending',
      attempts: 0,
      nextAttemptAt: null,
      headSince: null,
      parkedAt: null,
      createdAt: '2026-01-15T00:00:00.000Z',
      replayId: null,
    } as const;
    expect(deliveryWork(delivery)).toMatchObject({ lane: `endpoint.${delivery.endpointId}`, payload: { orderId } });
    expect(deliveryWork(delivery, false).payload).toMatchObject({ orderId: null });
    expect(deliveryWork(delivery).id).toBe(`${deliveryAttempt.name}.${delivery.id}`);
  });
});

describe('a sweep', () => {
  it('comes round once a tick, however many processes ask for it', () => {
    const now = clock.now();
    const [one, two] = [nextSweep('quiet', now), nextSweep('quiet', now + 14_000)];
    expect(two.id).toBe(one.id);
    expect(now + (one.delayMs ?? 0)).toBe(now + 14_000 + (two.delayMs ?? 0));
    expect(nextSweep('quiet', now + 15_000).id).not.toBe(one.id);
    expect(nextSweep('retention', now).id).not.toBe(one.id);
  });
});

describe('every job', () => {
  it('is declared under its own name', () => {
    expect(jobNames.map((name) => jobs[name].name)).toEqual(jobNames);
  });

  it('that acts at a partner has time for all its effects, and an effect ends before its intent does', () => {
    expect(effectDeadlineMs).toBeLessThan(intentLeaseMs);
    expect(fulfilmentSubmit.policy.timeoutMs).toBeGreaterThan(2 * effectDeadlineMs);
    for (const job of [fulfilmentUpdate, fulfilmentRead, orderCancel]) {
      expect(job.policy.timeoutMs).toBeGreaterThan(effectDeadlineMs);
    }
  });
});
