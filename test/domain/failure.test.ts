import { describe, expect, test } from 'vitest';
import { Failure, failureKinds, isRetryable, toFailure } from '../../src/domain/failure.ts';

describe('Failure', () => {
  test('carries kind, code, message, cause, delay and detail as they were given', () => {
    const cause = new Error('socket hang up');
    const failure = new Failure('throttled', 'nash.throttled', 'slow down', {
      cause,
      retryAfterMs: 1_500,
      detail: { status: 429 },
    });
    expect(failure).toMatchObject({
      name: 'Failure',
      kind: 'throttled',
      code: 'nash.throttled',
      message: 'slow down',
      retryAfterMs: 1_500,
      detail: { status: 429 },
    });
    expect(failure.cause).toBe(cause);
    expect(failure).toBeInstanceOf(Error);
  });

  test('has no cause of its own when none was given', () => {
    expect(Object.hasOwn(new Failure('rejected', 'order.refused', 'no'), 'cause')).toBe(false);
  });
});

describe('toFailure', () => {
  test('hands a Failure back untouched', () => {
    const failure = new Failure('rejected', 'order.refused', 'no');
    expect(toFailure(failure)).toBe(failure);
  });

  test.each([[new TypeError('Ana Canary is not a function')], ['Ana Canary'], [undefined], [null]])(
    'makes of the unexpected %s a transient failure that keeps its words to itself, in the cause',
    (thrown) => {
      const failure = toFailure(thrown);
      expect(failure).toMatchObject({ kind: 'transient', code: 'packline.unexpected' });
      expect(failure.message).not.toContain('Canary');
      if (thrown !== undefined) expect(failure.cause).toBe(thrown);
    },
  );
});

test('only transient, throttled and aborted work is tried again', () => {
  expect(failureKinds.filter(isRetryable)).toEqual(['transient', 'throttled', 'aborted']);
});
