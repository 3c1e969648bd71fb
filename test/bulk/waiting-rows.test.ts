import { describe, expect, it } from 'vitest';
import { createWaitingRows } from '../../src/bulk/waiting-rows.ts';

const row = (identity: string, value = 1, bytes = 10) => ({ identity, value, bytes });

describe('waiting rows', () => {
  it('go out when they make a full batch, or anyway', () => {
    const waiting = createWaitingRows({ rowsMax: 2, bytesMax: 1_000 });
    waiting.add(row('a'));
    expect(waiting.take(false)).toBeUndefined();
    waiting.add(row('b'));
    waiting.add(row('c'));
    expect(waiting.take(false)).toEqual([row('a'), row('b')]);
    expect(waiting.take(false)).toBeUndefined();
    expect(waiting.take(true)).toEqual([row('c')]);
    expect(waiting.take(true)).toBeUndefined();
  });

  it('make a batch by their bytes, and one that is larger than a batch goes alone', () => {
    const waiting = createWaitingRows({ rowsMax: 100, bytesMax: 50 });
    for (const [identity, bytes] of [['a', 20], ['b', 27], ['c', 99], ['d', 1]] as const) waiting.add(row(identity, 1, bytes)); // prettier-ignore
    expect(waiting.isFull(3)).toBe(true);
    expect(waiting.take(false)?.map(({ identity }) => identity)).toEqual(['a', 'b']);
    expect(waiting.take(false)?.map(({ identity }) => identity)).toEqual(['c']);
    expect(waiting.isFull(1)).toBe(false);
    expect(waiting.take(true)?.map(({ identity }) => identity)).toEqual(['d']);
    expect(waiting.isEmpty()).toBe(true);
  });

  it('hold the latest about each thing, and answer the one whose place it takes', () => {
    const waiting = createWaitingRows({ rowsMax: 10, bytesMax: 1_000 });
    expect(waiting.add(row('a', 1))).toBeUndefined();
    expect(waiting.add(row('a', 2))).toEqual(row('a', 1));
    expect(waiting.take(true)).toEqual([row('a', 2)]);
  });

  it('wait behind one about the same thing that is under way', () => {
    const waiting = createWaitingRows({ rowsMax: 10, bytesMax: 1_000 });
    waiting.add(row('a', 1));
    const first = waiting.take(true) ?? [];
    expect(waiting.add(row('a', 2))).toBeUndefined();
    expect(waiting.add(row('a', 3))).toEqual(row('a', 2));
    expect(waiting.take(true)).toBeUndefined();
    waiting.release(first);
    expect(waiting.take(true)).toEqual([row('a', 3)]);
  });

  it('are seen by who looks before they wait, while they are under way, and after their end', () => {
    const waiting = createWaitingRows({ rowsMax: 10, bytesMax: 1_000 });
    const before = waiting.watch();
    waiting.add(row('a', 1));
    expect(before.saw('a')).toBe(true);
    const batch = waiting.take(true) ?? [];
    expect(before.saw('a')).toBe(true);
    waiting.release(batch);
    expect(before.saw('a')).toBe(true);
    expect(before.saw('b')).toBe(false);
    expect(waiting.watch().saw('a')).toBe(false);
  });

  it('are seen when two batches ended one after the other', () => {
    const waiting = createWaitingRows({ rowsMax: 10, bytesMax: 1_000 });
    const before = waiting.watch();
    for (const identity of ['a', 'b']) {
      waiting.add(row(identity, 1));
      waiting.release(waiting.take(true) ?? []);
      expect(before.saw(identity)).toBe(true);
    }
  });
});
