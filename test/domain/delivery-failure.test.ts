import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { deliveryFailures, failureOf, failureOfStatus } from '../../src/domain/delivery-failure.ts';
import { circuit, parkAfterMs, pauseDefaultMs } from '../../src/delivery/judge-attempt.ts';
import { retryLadderMs } from '../../src/delivery/schedule.ts';
import { endpointsMax } from '../../src/domain/endpoint.ts';

const page = readFileSync(new URL('../../docs/webhooks/delivery.md', import.meta.url), 'utf8');
const pausesWords = { asked: 'as long as was asked', row: 'after 10 in a row', no: '' } as const;
const followsWords = { retry: 'the next rung', end: 'never again', none: 'no attempt' } as const;

test('every status that is no success has a class, and 2xx is no concern of theirs', () => {
  for (let status = 300; status < 1_000; status += 1)
    expect(Object.keys(deliveryFailures)).toContain(failureOfStatus(status));
});

test('a code that the table does not know is our own fault', () => {
  expect(failureOf({ code: 'http.connect', detail: {} })).toBe('connect');
  for (const code of [
    'http.request_invalid',
    'packline.unexpected',
    'redis.away',
    'egress.port',
    'egress.address',
    '',
  ]) {
    expect(failureOf({ code, detail: {} })).toBe('ours');
  }
  expect(failureOf({ code: 'egress.address', detail: { resolved: true } })).toBe('egress');
});

test('the page prints the table', () => {
  const rows = Object.entries(deliveryFailures).map(
    ([name, row]) => `| \`${name}\` | ${row.what} | ${followsWords[row.follows]} | ${pausesWords[row.pauses]} |`,
  );
  expect(page).toContain(rows.join('\n'));
});

test('the page says the numbers that are so', () => {
  expect(page).toContain(`${parkAfterMs / 60_000} minutes`);
  expect(page).toContain(`${pauseDefaultMs / 1_000} s`);
  expect(page).toContain(`${retryLadderMs.length + 1} attempts`);
  expect(page).toContain(`${endpointsMax} endpoints`);
  expect(page).toContain(`${circuit.failures} attempts in a row`);
  expect(page).toContain(`for ${circuit.openMs / 1_000} s`);
});
