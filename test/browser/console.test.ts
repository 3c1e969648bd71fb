/** The console as people see it: Debian's Chromium on a whole Packline, with JavaScript and without. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Role } from '../../src/store/users.ts';
import { freePort } from '../../src/platform/free-port.ts';
import { openBrowser } from '../support/browser.ts';
import { browserVisits } from '../support/browser-visit.ts';
import { redisStarter, temporaryFolder } from '../support/own-redis.ts';
import { startPackline, type TestPackline } from '../support/packline.ts';
import { sampleOrder } from '../support/sample-order.ts';

const browser = await openBrowser();
// Of its own: it is taken away while pages are open.
const startRedis = redisStarter();
const place = { home: await temporaryFolder(), port: await freePort('127.0.0.1') };

const faults: string[] = [];
const visit = browserVisits(browser, faults);

describe.skipIf(browser === undefined)('the console in Chromium', { timeout: 180_000 }, () => {
  let packline: TestPackline;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let close = async (): Promise<void> => undefined;
  let orderId = '';
  let orders = '';

  beforeAll(async () => {
    redis = await startRedis(place);
    packline = await startPackline({ redisUrl: redis.url });
    close = () => packline.close();
    const posted = await fetch(`${packline.baseUrl}/v1/orders`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${packline.merchantKey}`,
        'content-type': 'application/json',
        'idempotency-key': 'console',
      },
      body: JSON.stringify(sampleOrder({ externalId: 'console-1' })),
    });
    expect(posted.status).toBe(202);
    ({ id: orderId } = (await posted.json()) as { id: string });
    orders = `${packline.baseUrl}/ops/m/${packline.merchantId}/orders`;
  }, 60_000);
  afterAll(() => close());

  const open = (name: string, role: Role, options: BrowserContextOptions = {}): Promise<Page> =>
    visit({ base: packline.base, url: packline.baseUrl }, name, role, options);

  test('an order is found by its id from any page: slash, id, enter', async () => {
    const page = await open('finder', 'viewer');
    await page.goto(`${packline.baseUrl}/ops`);
    await page.keyboard.press('/');
    await page.keyboard.type(orderId);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${orders}/${orderId}`);
    expect(await page.getByRole('heading', { name: 'Pick and Pack' }).count()).toBe(1);
    await page.context().close();
  });

  test.each([true, false])('an operator reads an order anew, JavaScript: %s', async (javaScriptEnabled) => {
    const page = await open(`acts-${javaScriptEnabled}`, 'operator', { javaScriptEnabled });
    await page.goto(`${orders}/${orderId}`);
    await page.getByRole('button', { name: 'Retry what failed' }).click();
    await page.waitForURL(`${orders}/${orderId}`);
    expect(await page.getByRole('status').first().textContent()).toMatch(/had failed|tried again|sent to its/);
    await page.context().close();
  });

  test('a viewer is shown what others may do, and nobody’s address', async () => {
    const page = await open('viewer', 'viewer');
    await page.goto(`${orders}/${orderId}`);
    expect(await page.getByRole('button', { name: 'Retry what failed' }).isDisabled()).toBe(true);
    expect(await page.getByText('Shown to operators and admins').count()).toBe(1);
    await page.context().close();
  });

  test('an open page shows what is new by itself, and keeps what was typed', async () => {
    const page = await open('watcher', 'viewer');
    await page.goto(`${packline.baseUrl}/ops`);
    await page.locator('#search').fill('half an id');
    const before = packline.base.clock.now();
    // What it shows is not sent once more: as if it showed something else.
    await page.locator('#live').evaluate((live) => {
      live.setAttribute('data-seen', 'yes');
      live.removeAttribute('hx-headers');
    });
    await page.waitForResponse((response) => response.url().endsWith('/ops') && response.request().headers()['hx-request'] === 'true'); // prettier-ignore
    await vi.waitFor(async () => expect(await page.locator('#live[data-seen]').count()).toBe(0), { timeout: 10_000 });
    expect(await page.locator('#search').inputValue()).toBe('half an id');
    expect(packline.base.clock.now()).toBeGreaterThan(before);
    await page.context().close();
  });

  test('while Redis is away every page that is open says so, does nothing silently, and comes back by itself', async () => {
    const own = orders.replace(/orders$/, '');
    const urls = [`${packline.baseUrl}/ops`, `${orders}/${orderId}`, `${own}connections/${packline.connectionId}`];
    const opened = await Promise.all(urls.map((_, at) => open(`patient-${at}`, 'operator')));
    await Promise.all(opened.map((page, at) => page.goto(urls[at] ?? '')));
    const titles = await Promise.all(opened.map((page) => page.locator('h1').textContent()));
    const overview = await open('reader', 'viewer');
    await overview.goto(`${packline.baseUrl}/ops/overview`);
    await redis.stop(2_000);
    for (const page of opened) {
      await vi.waitFor(async () => expect(await page.getByRole('alert').textContent()).toMatch(/Packline takes nothing new.*can fix this/s), { timeout: 30_000 }); // prettier-ignore
    }
    // Charts keep what they drew, which may be old.
    await vi.waitFor(async () => expect(await overview.locator('#lost').isVisible()).toBe(true), { timeout: 30_000 });
    await startRedis(place);
    for (const [at, page] of opened.entries()) {
      await vi.waitFor(async () => expect(await page.locator('h1').textContent()).toBe(titles[at]), {
        timeout: 30_000,
      });
    }
    await vi.waitFor(async () => expect(await overview.locator('#lost').isVisible()).toBe(false), { timeout: 30_000 });
    for (const page of [...opened, overview]) await page.context().close();
  });

  test('no page complained of anything but Redis’s absence, and none went elsewhere', () => {
    expect(faults.filter((one) => !/status of 503|ERR_CONNECTION|Response Status Error/i.test(one))).toEqual([]);
  });
});
