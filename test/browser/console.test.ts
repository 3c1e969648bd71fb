/** The console as people see it: Debian's Chromium on a whole Packline, with JavaScript and without. */
import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createUser, type Role } from '../../src/store/users.ts';
import { startSession } from '../../src/store/sessions.ts';
import { freePort } from '../../src/platform/free-port.ts';
import { openBrowser } from '../support/browser.ts';
import { redisStarter, temporaryFolder } from '../support/own-redis.ts';
import { startPackline, type TestPackline } from '../support/packline.ts';
import { sampleOrder } from '../support/sample-order.ts';

const browser = await openBrowser();
// Of its own: it is taken away while pages are open.
const startRedis = redisStarter();
const place = { home: await temporaryFolder(), port: await freePort('127.0.0.1') };

/** Markup that would act, in whatever a partner or an OMS may fill in. */
const canary = '<img src=x onerror="document.title=666"><script>document.title=666</script>"\'>';

describe.skipIf(browser === undefined)('the console in Chromium', { timeout: 180_000 }, () => {
  let packline: TestPackline;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let close = async (): Promise<void> => undefined;
  let orderId = '';
  let orders = '';
  const faults: string[] = [];

  beforeAll(async () => {
    redis = await startRedis(place);
    packline = await startPackline({ redisUrl: redis.url });
    close = () => packline.close();
    const order = sampleOrder({ externalId: `canary ${canary}` });
    const lines = order.lines.map((line) => ({ ...line, name: canary }));
    const posted = await fetch(`${packline.baseUrl}/v1/orders`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${packline.merchantKey}`,
        'content-type': 'application/json',
        'idempotency-key': 'canary',
      },
      body: JSON.stringify({ ...order, lines, notes: canary }),
    });
    expect(posted.status).toBe(202);
    ({ id: orderId } = (await posted.json()) as { id: string });
    orders = `${packline.baseUrl}/ops/m/${packline.merchantId}/orders`;
  }, 60_000);
  afterAll(() => close());

  /** A page of somebody who is logged in. What the page complains about is kept. */
  const open = async (name: string, role: Role, options: BrowserContextOptions = {}): Promise<Page> => {
    const user = await createUser(packline.base, { name, role, password: null });
    if (browser === undefined || user === null) throw new Error('no browser, or no user');
    const context = await browser.newContext(options);
    const value = await startSession(packline.base, user);
    await context.addCookies([{ name: 'packline', value, url: packline.baseUrl }]);
    const page = await context.newPage();
    page.on('console', (message) => void (message.type() === 'error' && faults.push(message.text())));
    page.on('pageerror', (error) => void faults.push(error.message));
    return page;
  };

  test('axe finds nothing on any page, in light and dark, wide and narrow, and the policy stops nothing', async () => {
    const ofMerchant = { headers: { authorization: `Bearer ${packline.merchantKey}` } };
    const { data: endpoints } = (await (await fetch(`${packline.baseUrl}/v1/endpoints`, ofMerchant)).json()) as {
      data: { id: string }[];
    };
    const endpointId = endpoints[0]?.id ?? '';
    const post = { ...ofMerchant, method: 'POST' };
    const tested = (await (await fetch(`${packline.baseUrl}/v1/endpoints/${endpointId}/test`, post)).json()) as {
      id: string;
    };
    const endpointPages = [`endpoints/${endpointId}`, `deliveries/${tested.id}`].map((one) =>
      orders.replace(/orders$/, `webhooks/${one}`),
    );
    for (const colorScheme of ['light', 'dark'] as const) {
      const width = colorScheme === 'light' ? 1280 : 390;
      const page = await open(`axe-${colorScheme}`, 'admin', { colorScheme, viewport: { width, height: 844 } });
      const own = orders.replace(/orders$/, '');
      for (const url of [
        `${own}runs`,
        `${own}runs/upload/products`,
        `${own}connections`,
        `${own}connections/${packline.connectionId}`,
        `${own}connections/${packline.connectionId}/settings`,
        `${own}connections/new/vtex`,
        `${packline.baseUrl}/ops`,
        orders,
        `${orders}/${orderId}`,
        `${packline.baseUrl}/ops/account`,
        ...['webhooks', 'webhooks/deliveries', 'webhooks/replays', 'shipments', 'carriers', 'reconciliation'].map(
          (one) => orders.replace(/orders$/, one),
        ),
        ...['sandbox', 'audit', 'settings', `settings/merchants/${packline.merchantId}`].map(
          (one) => `${packline.baseUrl}/ops/${one}`,
        ),
        ...endpointPages,
      ]) {
        await page.goto(url);
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => [url, id, nodes[0]?.html])).toEqual([]);
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect([url, overflow]).toEqual([url, 0]);
      }
      await page.context().close();
    }
    expect(faults).toEqual([]);
  });

  test('what others wrote is shown and does not act', async () => {
    const page = await open('canary', 'admin');
    for (const url of [
      orders,
      `${orders}/${orderId}`,
      `${orders}?q=${encodeURIComponent(canary)}`,
      `${orders}?store=${encodeURIComponent(canary)}`,
    ]) {
      await page.goto(url);
      expect(await page.title()).not.toBe('666');
      expect(await page.locator('img, script:not([src])').count()).toBe(0);
    }
    await page.goto(`${orders}/${orderId}`);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain(canary);
    await page.context().close();
  });

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
    await page.locator('#live').evaluate((live) => live.setAttribute('data-seen', 'yes'));
    await page.waitForResponse((response) => response.url().endsWith('/ops') && response.request().headers()['hx-request'] === 'true'); // prettier-ignore
    await vi.waitFor(async () => expect(await page.locator('#live[data-seen]').count()).toBe(0), { timeout: 10_000 });
    expect(await page.locator('#search').inputValue()).toBe('half an id');
    expect(packline.base.clock.now()).toBeGreaterThan(before);
    await page.context().close();
  });

  test('while Redis is away the page says so, and it comes back by itself', async () => {
    const page = await open('patient', 'viewer');
    await page.goto(`${packline.baseUrl}/ops`);
    await redis.stop(2_000);
    await vi.waitFor(async () => expect(await page.getByRole('alert').textContent()).toMatch(/Packline takes nothing new/), { timeout: 30_000 }); // prettier-ignore
    await startRedis(place);
    await vi.waitFor(async () => expect(await page.getByRole('heading', { name: 'Attention' }).count()).toBe(1), { timeout: 30_000 }); // prettier-ignore
    await page.context().close();
  });
});
