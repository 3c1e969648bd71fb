/** The pages on how Packline goes, in Debian's Chromium: charts with JavaScript, tables without, and bull-board under its own policy. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startSession } from '../../src/store/sessions.ts';
import { recordSeries, seriesWindows } from '../../src/store/series.ts';
import { createUser } from '../../src/store/users.ts';
import { axeFinds } from '../support/axe.ts';
import { openBrowser } from '../support/browser.ts';
import { startConsole } from '../support/console.ts';
import { testRedis } from '../support/redis.ts';

const browser = await openBrowser();
const { url: redisUrl } = await testRedis();
const site = await startConsole(redisUrl);
const faults: string[] = [];

describe.skipIf(browser === undefined)('the Overview and the queues in Chromium', { timeout: 60_000 }, () => {
  let cookie = '';
  const contexts: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    const user = await createUser(site.base, { name: 'watcher', role: 'viewer', password: null });
    if (user === null) throw new Error('there is a user watcher');
    cookie = await startSession(site.base, user);
    // A rush of orders in which one partner becomes slow and work waits.
    for (let step = 0; step < 180; step += 1) {
      const rush = Math.max(0, 1 - Math.abs(step - 120) / 40);
      const calls = 20 + Math.round(60 * rush);
      await recordSeries(site.base, {
        added: {
          accepted: 20 + Math.round(180 * rush),
          'latency.nash.0.25': Math.round(calls * (1 - rush)),
          'latency.nash.1': Math.round(calls * (1 - rush / 2)),
          'latency.nash.2.5': calls,
          'latency.nash.+Inf': calls,
          'deliveries.delivered': 30,
          'deliveries.retried': Math.round(12 * rush),
        },
        levels: { recorded: 1, 'backlog.fulfilment-submit': 5 + Math.round(400 * rush), 'backlog.sweep': 2, 'oldest.fulfilment-submit': 90_000 * rush }, // prettier-ignore
      });
      site.clock.advance(seriesWindows['1h'].stepMs);
    }
  }, 60_000);
  afterAll(() => Promise.all(contexts.map((context) => context.close())));

  const open = async (path: string, options: BrowserContextOptions = {}): Promise<Page> => {
    if (browser === undefined) throw new Error('no browser');
    const context = await browser.newContext(options);
    contexts.push(context);
    await context.addCookies([{ name: 'packline', value: cookie, url: site.url }]);
    const page = await context.newPage();
    page.on('console', (message) => void (message.type() === 'error' && faults.push(message.text())));
    page.on('pageerror', (error) => void faults.push(error.message));
    page.on('request', (request) => void (request.url().startsWith(site.url) || request.url().startsWith('data:') || faults.push(request.url()))); // prettier-ignore
    await page.goto(`${site.url}${path}`);
    return page;
  };

  test.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('charts are drawn and readable: %s, %i wide', async (colorScheme, width) => {
    const page = await open('/ops/overview', { colorScheme, viewport: { width, height: 900 } });
    await page.locator('.plot canvas').first().waitFor();
    expect(await page.locator('.plot canvas').count()).toBe(5);
    expect(await axeFinds(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    const folder = process.env['PACKLINE_SCREENSHOTS'];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/overview-${colorScheme}-${width}.png`, fullPage: true }); // prettier-ignore
  });

  test('without JavaScript the numbers are there as tables', async () => {
    const page = await open('/ops/overview', { javaScriptEnabled: false });
    expect(await page.locator('.plot:visible').count()).toBe(0);
    const backlog = page.getByRole('region', { name: /Work that waits/ });
    await page.locator('.chart details').nth(1).locator('summary').click();
    expect(await backlog.getByRole('columnheader').allTextContents()).toEqual(['Time', 'fulfilment-submit', 'sweep']);
    expect(await backlog.getByRole('row').count()).toBe(25);
  });

  test('bull-board works under its policy, and loads nothing from elsewhere', async () => {
    const page = await open('/ops/queues', { viewport: { width: 1280, height: 900 } });
    await page.getByText('fulfilment-submit').first().waitFor();
    const folder = process.env['PACKLINE_SCREENSHOTS'];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/queues.png` });
  });

  test('no page complained, and none went elsewhere', () => {
    expect(faults).toEqual([]);
  });
});
