import { describe, expect, test } from 'vitest';
import { lastWord } from '../../src/domain/last-word.ts';

const vocabulary = {
  picking: { reached: 'PICKING' },
  completed: { reached: 'READY_FOR_INVOICING' },
  delivered: { reached: 'DELIVERED' },
  failed: { ended: true },
} as const;
const said = (subject: string, code: string, occurredAt: string | null, receivedAt: string, system = 'vtex') => ({
  system,
  subject,
  code,
  occurredAt,
  receivedAt,
});
const at = (hour: number): string => `2026-01-15T0${hour}:00:00.000Z`;

describe('the last word of a system', () => {
  test('is the furthest that it said of the order, though a read has said less since', () => {
    const evidence = [said('order', 'delivered', null, at(2)), said('order', 'completed', null, at(3))];
    expect(lastWord(evidence, 'vtex', vocabulary)).toEqual({ state: 'delivered', at: at(2) });
    expect(lastWord([...evidence].reverse(), 'vtex', vocabulary)).toEqual({ state: 'delivered', at: at(2) });
  });

  test('is about the attempt that it spoke of last', () => {
    const evidence = [said('delivery:1', 'completed', at(1), at(1)), said('delivery:2', 'picking', at(2), at(2))];
    expect(lastWord(evidence, 'vtex', vocabulary)?.state).toBe('picking');
  });

  test('is not another system’s', () => {
    const evidence = [said('order', 'picking', at(1), at(1)), said('order', 'started', at(4), at(4), 'nash')];
    expect(lastWord(evidence, 'vtex', vocabulary)?.state).toBe('picking');
  });

  test('may be a word that nobody knows', () => {
    expect(lastWord([said('order', 'on_holiday', null, at(1))], 'vtex', vocabulary)?.state).toBe('on_holiday');
  });

  test('is none where it said nothing', () => {
    expect(lastWord([], 'vtex', vocabulary)).toBeNull();
  });
});
