import { expect, test } from 'vitest';
import { checkClock } from '../../src/cli/check-clock.ts';
import { checkDisk } from '../../src/cli/check-disk.ts';
import { checkSettings } from '../../src/cli/check-settings.ts';
import { loadConfig } from '../../src/platform/config.ts';

const sound = { PACKLINE_ADMIN_KEY: 'a-key-of-the-operator-0123456789ab' };
const misfits = (env: Record<string, string>) => checkSettings(loadConfig({ ...sound, ...env }));

test('settings that fit say nothing', () => {
  expect(misfits({})).toEqual([]);
  expect(misfits({ HOST: '0.0.0.0', PACKLINE_BASE_URL: 'https://packline.example.com' })).toEqual([]);
});

test.each([
  ['no operator’s key', { PACKLINE_ADMIN_KEY: '' }, 'advice', /PACKLINE_ADMIN_KEY/],
  ['an address for all, and a URL for nobody', { HOST: '0.0.0.0' }, 'advice', /0\.0\.0\.0/],
  ['http in public', { PACKLINE_BASE_URL: 'http://packline.example.com' }, 'advice', /in the clear/],
  [
    'a sandbox in public',
    { PACKLINE_BASE_URL: 'https://packline.example.com', PACKLINE_SANDBOX: 'true' },
    'wrong',
    /open to others/,
  ],
  ['a bucket without keys', { PACKLINE_BLOBS_URL: 'https://bucket.example.com' }, 'wrong', /without its keys/],
  ['a burst below the rate', { PACKLINE_RATE_BURST: '10' }, 'advice', /PACKLINE_RATE_BURST 10/],
  ['rows that outlive their run', { PACKLINE_ROW_RETENTION_DAYS: '60' }, 'advice', /PACKLINE_ROW_RETENTION_DAYS/],
])('settings that do not fit each other are told, each with what to do: %s', (_what, env, status, message) => {
  expect(misfits(env)).toEqual([{ name: 'settings', status, message: expect.stringMatching(message), fix: expect.any(String) }]); // prettier-ignore
});

test.each([
  [10, 'ok'],
  [2, 'advice'],
  [0.1, 'wrong'],
])('a disk with %d GiB left is %s', async (freeGib, status) => {
  const look = async () => ({ bsize: 4_096, bavail: (freeGib * 1_073_741_824) / 4_096 });
  expect(await checkDisk(loadConfig({}), look)).toMatchObject({ name: 'disk', status });
  const inBucket = { PACKLINE_BLOBS_URL: 'https://bucket.example.com' };
  expect(await checkDisk(loadConfig(inBucket), look), 'a bucket has the uploads').toMatchObject({
    status: freeGib < 0.5 ? 'wrong' : 'ok',
  });
});

test.each([
  ['within the call', 1_500, 'ok', /agrees/],
  ['a little off', 2_900, 'ok', /agrees/],
  ['ahead', 12_000, 'advice', /10\.0 s ahead/],
  ['far behind', -200_000, 'wrong', /201\.0 s behind/],
])('a clock is judged by what the call’s own time cannot explain: %s', (_what, theirMs, status, message) => {
  expect(checkClock('redis', { theirMs, askedMs: 1_000, gotMs: 2_000 })).toMatchObject({
    status,
    message: expect.stringMatching(message),
  });
});
