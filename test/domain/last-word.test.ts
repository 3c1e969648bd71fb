import { expect, test } from 'vitest';
import { lastWord } from '../../src/domain/last-word.ts';

const vocabulary = { picking: { reached: 'PICKING' }, packing: { reached: 'PACKING' } } as const;
const said = (code: string, occurredAt: string | null, receivedAt: string, system = 'vtex') => ({
  system,
  subject: 'order',
  code,
  occurredAt,
  receivedAt,
});

test('the last word of a system is its newest, undated words counting from when they were heard', () => {
  const evidence = [
    said('packing', null, '2026-01-15T02:00:00.000Z'),
    said('picking', '2026-01-15T01:00:00.000Z', '2026-01-15T03:00:00.000Z'),
    said('started', null, '2026-01-15T04:00:00.000Z', 'nash'),
  ];
  expect(lastWord(evidence, 'vtex', vocabulary)).toEqual({ state: 'packing', at: '2026-01-15T02:00:00.000Z' });
});

test('of two words of one moment the last is the one further along', () => {
  const at = '2026-01-15T02:00:00.000Z';
  for (const evidence of [
    [said('picking', null, at), said('packing', null, at)],
    [said('packing', null, at), said('picking', null, at)],
  ]) {
    expect(lastWord(evidence, 'vtex', vocabulary)?.state).toBe('packing');
  }
});

test('a system that said nothing has no last word', () => {
  expect(lastWord([], 'vtex', vocabulary)).toBeNull();
});
