import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRetryAfter, parseUsedUpQuota } from '../../src/platform/http.ts';

const nowMs = Date.parse('2026-01-01T00:00:00Z');
const dayMs = 86_400_000;

describe('how long the other side asks us to wait', () => {
  test.each([
    { header: '0', ms: 0 },
    { header: '120', ms: 120_000 },
    { header: ' 5 ', ms: 5_000 },
    { header: '2.0', ms: 2_000 },
    { header: '0.2501', ms: 251 },
    { header: 'Thu, 01 Jan 2026 00:01:00 GMT', ms: 60_000 },
    { header: 'Thursday, 01-Jan-26 00:01:00 GMT', ms: 60_000 },
    { header: 'Wed, 31 Dec 2025 23:59:59 GMT', ms: 0 },
    { header: '99999999999', ms: dayMs },
    { header: '9'.repeat(400), ms: dayMs },
    { header: 'Fri, 01 Jan 2100 00:00:00 GMT', ms: dayMs },
  ])('Retry-After: $header', ({ header, ms }) => {
    expect(parseRetryAfter({ 'retry-after': header }, nowMs)).toBe(ms);
  });

  test.each(['', '-1', '1e3', '0x10', '5 minutes', 'soon', '2026-01-01T00:01:00Z', 'Thu, 99 Jan 2026 GMT', 'retry 5'])(
    'Retry-After: "%s" asks nothing',
    (header) => {
      expect(parseRetryAfter({ 'retry-after': header }, nowMs)).toBeUndefined();
    },
  );

  test.each([
    { header: '"default";r=0;t=30', ms: 30_000 },
    { header: 'default;r=0;t=30', ms: 30_000 },
    { header: '"burst";r=0;t=2, "day";r=0;t=600', ms: 600_000 },
    { header: '"burst";r=0;t=2,"day";r=50;t=600', ms: 2_000 },
    { header: '"default"; r=0; t=7; pk=:cHsdsRa894==:', ms: 7_000 },
    { header: '"a, b; r=5 \\"c\\"";r=0;t=3', ms: 3_000 },
    { header: '"default";r=10;t=30', ms: undefined },
    { header: '"default";r=05;t=30', ms: undefined },
    { header: '"default";r=-0;t=30', ms: undefined },
    { header: '"default";r=0', ms: undefined },
    { header: '"r=0;t=5"', ms: undefined },
    { header: `"default";r=0;t=${'9'.repeat(10)}`, ms: dayMs },
    { header: `"default";r=0;t=30${' '.repeat(3_000)}`, ms: undefined },
    { header: 'limit=10, remaining=0, reset=50', ms: 50_000 },
    { header: 'limit=10, remaining=1, reset=50', ms: undefined },
    { header: 'limit=10;w=60, remaining=0', ms: undefined },
  ])('RateLimit: $header', ({ header, ms }) => {
    expect(parseRetryAfter({ ratelimit: header }, nowMs)).toBe(ms);
    expect(parseUsedUpQuota({ ratelimit: header, 'retry-after': '1' }, nowMs)).toBe(ms);
  });

  test.each([
    { limit: '"hour";r=0', policy: '"hour";q=100;w=3600', ms: 3_600_000 },
    { limit: '"hour";r=0;t=5', policy: '"hour";q=100;w=3600', ms: 5_000 },
    { limit: '"hour";r=0', policy: '"burst";q=10;w=1,"hour";q=100;w=3600', ms: 3_600_000 },
    { limit: '"hour";r=0', policy: '"day";q=100;w=86400', ms: undefined },
    { limit: '"hour";r=1', policy: '"hour";q=100;w=3600', ms: undefined },
  ])('RateLimit: $limit under RateLimit-Policy: $policy', ({ limit, policy, ms }) => {
    expect(parseRetryAfter({ ratelimit: limit, 'ratelimit-policy': policy }, nowMs)).toBe(ms);
  });

  const soon = nowMs / 1_000 + 90;
  test.each([
    { remaining: '0', reset: '30', ms: 30_000 },
    { remaining: '0', reset: '30.5', ms: 30_500 },
    { remaining: '0', reset: String(soon), ms: 90_000 },
    { remaining: '0', reset: String(soon * 1_000), ms: 90_000 },
    { remaining: '0', reset: String(nowMs / 1_000 - 90), ms: 0 },
    { remaining: '1', reset: '30', ms: undefined },
    { remaining: '', reset: '30', ms: undefined },
    { remaining: '0', reset: 'soon', ms: undefined },
    { remaining: '0', reset: '-1', ms: undefined },
  ])('RateLimit-Remaining: $remaining, RateLimit-Reset: $reset, with X- and without', ({ remaining, reset, ms }) => {
    for (const x of ['', 'x-']) {
      const headers = { [`${x}ratelimit-remaining`]: remaining, [`${x}ratelimit-reset`]: reset };
      expect(parseRetryAfter(headers, nowMs)).toBe(ms);
    }
  });

  test('Retry-After wins over RateLimit, and one that says nothing leaves it the word', () => {
    const ratelimit = '"default";r=0;t=30';
    expect(parseRetryAfter({ 'retry-after': '1', ratelimit }, nowMs)).toBe(1_000);
    expect(parseRetryAfter({ 'retry-after': 'soon', ratelimit }, nowMs)).toBe(30_000);
    expect(parseRetryAfter({}, nowMs)).toBeUndefined();
  });

  test('is never negative, never more than a day and never NaN, whatever is said', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.string(), (retryAfter, ratelimit, reset) => {
        const quota = {
          ratelimit,
          'ratelimit-policy': ratelimit,
          'ratelimit-remaining': '0',
          'ratelimit-reset': reset,
        };
        const ms = parseRetryAfter({ 'retry-after': retryAfter, ...quota }, nowMs);
        if (ms !== undefined) expect(ms >= 0 && ms <= dayMs).toBe(true);
      }),
    );
  });
});
