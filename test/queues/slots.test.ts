import { describe, expect, it } from 'vitest';
import { createSlots } from '../../src/queues/slots.ts';

describe('slots', () => {
  it('are given as far as there are any, and waited for when there is none', async () => {
    const slots = createSlots(3);
    expect(await slots.take(2)).toBe(2);
    expect(await slots.take(5)).toBe(1);
    let taken = 0;
    const waiting = slots.take(5).then((amount) => (taken = amount));
    await Promise.resolve();
    expect(taken).toBe(0);
    slots.giveBack();
    await waiting;
    expect(taken).toBe(1);
  });

  it('go to who asked first', async () => {
    const slots = createSlots(1);
    await slots.take(1);
    const order: string[] = [];
    const both = [slots.take(1).then(() => order.push('first')), slots.take(1).then(() => order.push('second'))];
    slots.giveBack();
    await both[0];
    expect(order).toEqual(['first']);
    slots.giveBack();
    await both[1];
    expect(order).toEqual(['first', 'second']);
  });

  it('say when all of them are free', async () => {
    const slots = createSlots(2);
    await slots.untilFree();
    await slots.take(2);
    let free = false;
    const watching = slots.untilFree().then(() => (free = true));
    slots.giveBack();
    await Promise.resolve();
    expect(free).toBe(false);
    slots.giveBack();
    await watching;
    expect(free).toBe(true);
  });
});
