import { describe, expect, test } from 'vitest';
import type { ParcelReport } from '../../../src/connectors/carriers/port.ts';
import { Failure } from '../../../src/domain/failure.ts';
import { mergeTracking } from '../../../src/domain/merge-tracking.ts';
import { resolveParcel } from '../../../src/domain/parcel-state.ts';
import { oddValues, pathsOf, withAt } from '../../fixtures/vtex-pick-and-pack/odd-values.ts';
import { examples, type Read } from './carrier-examples.ts';

/** Throws for anything but reports, or a Failure that says so. */
function judge(read: Read, body: unknown): readonly ParcelReport[] | null {
  try {
    return read(body);
  } catch (error) {
    if (error instanceof Failure && (error.kind === 'malformed' || error.code.endsWith('.unreadable_reply')))
      return null;
    throw error;
  }
}

describe.each(examples)('a document of %s', (_name, example, read) => {
  const whole = read(example);
  const wholeStatus = resolveParcel(whole[0]?.events ?? []).status;

  test('with anything at all in the place of any member is read or malformed, and never ends in the air', () => {
    for (const path of pathsOf(example)) {
      for (const odd of oddValues) {
        const reports = judge(read, withAt(example, path, odd)) ?? [];
        for (const { number, events } of reports) {
          expect(number).not.toBe('');
          // What is merged and kept must be JSON, and come back the same.
          expect(JSON.parse(JSON.stringify(events))).toEqual(events);
          expect(resolveParcel(mergeTracking([], events)).status).toBeTypeOf('string');
        }
      }
    }
  });

  test('without any one member says no more of the parcel than the whole does', () => {
    const ends = new Set(['DELIVERED', 'RETURNED', 'CANCELLED']);
    for (const path of pathsOf(example)) {
      const [report] = judge(read, withAt(example, path, undefined)) ?? [];
      const { status } = resolveParcel(report?.events ?? []);
      if (ends.has(status)) expect(status, path.join('.')).toBe(wholeStatus);
    }
  });
});
