import { expect, test } from 'vitest';
import { vtex } from '../../../src/connectors/oms/vtex/index.ts';
import { showSettings } from '../../../src/ingress/connection-settings.ts';
import { appKey, host, settingsOf } from './vtex-harness.ts';

test('account and key are all that it takes', () => {
  const settings = settingsOf();
  expect(vtex.urls(settings)).toEqual([host]);
  expect(vtex.account(settings)).toBe(host);
  expect(vtex.vendorAccount?.(settings)).toBe('vtex:luxstore');
  expect(vtex.budgets(settings)).toEqual({
    default: { calls: 40, perMs: 1_000, atOnce: 100, marginPercent: 4 },
    orders: {
      calls: 500,
      perMs: 1_000,
      also: { calls: 6_000, perMs: 60_000 },
      atOnce: 100,
      marginPercent: 4,
    },
  });
});

test('token and hook key are secrets: neither is ever shown', () => {
  const shown = showSettings(vtex, settingsOf({ hookKey: 'canary-hook-key-0123' }));
  expect(shown.secretsConfigured.toSorted()).toEqual(['appToken', 'hookKey']);
  expect(JSON.stringify(shown.settings)).not.toContain('canary');
  expect(shown.settings).toMatchObject({ account: 'luxstore', appKey });
});

test('the account’s name is written in small letters, whatever was typed', () => {
  expect(settingsOf({ account: ' LuxStore ' }).account).toBe('luxstore');
});

test.each([
  ['a domain for an account', { account: 'luxstore.myvtex.com' }],
  ['a URL for an account', { account: 'https://luxstore' }],
  ['no account', { account: '' }],
  ['a key with a line break', { appKey: `${appKey}\r\nx: y` }],
  ['a key with a blank', { appKey: `${appKey} ` }],
  ['an empty token', { appToken: '' }],
  ['a hook key that can be guessed', { hookKey: 'short' }],
  ['another scheme', { baseUrl: 'ftp://luxstore' }],
  ['a misspelt state', { states: ['ready-for-handlin'] }],
  ['what every object inherits for a state', { states: ['constructor'] }],
  ['a state that no document explains', { states: ['replaced'] }],
  ['no state', { states: [] }],
  ['another side', { domains: ['Chain'] }],
  ['a store without a name', { storeLocations: { w: '..' } }],
  ['what nobody asked for', { storeId: '1' }],
  ['an invoice of ours for an order that somebody else changes', { invoicing: 'auto', modification: 'manual' }],
])('%s is refused', (_what, changes) => expect(() => settingsOf(changes)).toThrow());

test.each([
  [{}, true, 30_000],
  [{ ingest: 'hook' }, true, null],
  [{ ingest: 'feed' }, false, 5_000],
  [{ ingest: 'feed', feedPollSeconds: 60 }, false, 60_000],
  [{ ingest: 'hook', feedPollSeconds: 60 }, true, null],
])('%j asks for a hook: %s, and for the feed every %s ms', (changes, hook, feedPollMs) => {
  expect(vtex.policy(settingsOf(changes))).toEqual({
    startHandling: 'auto',
    tellPicks: 'packline',
    invoice: 'merchant',
    notes: true,
    hook,
    feedPollMs,
  });
});
