/** What holds for every page, as people see it, generated from the list of pages: a new page is tested by being there. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mountedAt } from '../../src/ops/page-host.ts';
import { pages } from '../../src/ops/pages.ts';
import { axeFinds } from '../support/axe.ts';
import { openBrowser } from '../support/browser.ts';
import { browserVisits } from '../support/browser-visit.ts';
import { canary } from '../support/console-api.ts';
import { startPackline, type TestPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';
import { fillShop, type ShopIds } from './fill-shop.ts';

const browser = await openBrowser();
const { url: redisUrl } = await testRedis();
const faults: string[] = [];
const visit = browserVisits(browser, faults);

describe.skipIf(browser === undefined)('every page in Chromium', { timeout: 240_000 }, () => {
  let packline: TestPackline;
  let ids: ShopIds = {};
  let close = async (): Promise<void> => undefined;

  beforeAll(async () => {
    packline = await startPackline({ redisUrl });
    close = () => packline.close();
    ids = await fillShop(packline);
  }, 120_000);
  afterAll(() => close());

  const open = (name: string, options = {}): Promise<Page> =>
    visit({ base: packline.base, url: packline.baseUrl }, name, 'admin', options);
  /** For whoever wants to look: `PACKLINE_SCREENSHOTS` is a folder. */
  const picture = async (page: Page, path: string, how: string): Promise<void> => {
    const folder = process.env['PACKLINE_SCREENSHOTS'];
    const name = path.replace(/^\/ops\/?|m\/mer_\w+\//g, '').replace(/_\w{20,}/g, '').replace(/[^\w]+/g, '-').slice(0, 60); // prettier-ignore
    if (folder !== undefined)
      await page.screenshot({ path: `${folder}/${name || 'attention'}-${how}.png`, fullPage: true });
  };
  /** All of them, with ids of what is there. */
  const paths = (): string[] => [
    ...pages.map((page) =>
      mountedAt(page).replace(/:(\w+)/g, (_, name: string) => {
        const id = ids[name];
        if (id === undefined) throw new Error(`say in fill-shop.ts which ${name} is looked at`);
        return id;
      }),
    ),
    `/ops/m/${ids['merchantId']}/orders?q=${encodeURIComponent(canary)}`,
    `/ops/m/${ids['merchantId']}/webhooks/endpoints/${ids['endpointId']}?again=any`,
    `/ops/m/${ids['merchantId']}/webhooks/deliveries?endpointId=${ids['endpointId']}`,
    '/ops/account',
  ];

  test('axe finds nothing in light and dark, nothing overflows at 390, the policy stops nothing, and nothing acts that others wrote', async () => {
    const page = await open('walker', { viewport: { width: 1280, height: 900 } });
    const showing = new Set<string>();
    for (const path of paths()) {
      const response = await page.goto(`${packline.baseUrl}${path}`);
      expect([path, response?.status()]).toEqual([path, 200]);
      // What is folded away is looked at, too.
      await page.evaluate(`for (const one of document.querySelectorAll('main details')) one.open = true`);
      expect([path, await axeFinds(page)]).toEqual([path, []]);
      await picture(page, path, 'light-1280');
      await page.emulateMedia({ colorScheme: 'dark' });
      expect([path, await axeFinds(page, ['color-contrast'])]).toEqual([path, []]);
      await picture(page, path, 'dark-1280');
      await page.setViewportSize({ width: 390, height: 844 });
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect([path, overflow]).toEqual([path, 0]);
      await picture(page, path, 'dark-390');
      await page.emulateMedia({ colorScheme: 'light' });
      await picture(page, path, 'light-390');
      await page.setViewportSize({ width: 1280, height: 900 });
      expect([path, (await page.title()).startsWith('666')]).toEqual([path, false]);
      expect([path, await page.locator('main img, main script:not([src])').count()]).toEqual([path, 0]);
      if ((await page.locator('main').textContent())?.includes(canary) === true) showing.add(path);
    }
    // The canaries are there: pages that show what others wrote show it.
    const places = [
      'orderId',
      'runId',
      'connectionId',
      'deliveryId',
      'endpointId',
      'trackingNumber',
      'ownerId',
    ] as const;
    for (const place of places)
      expect([place, [...showing].some((path) => path.includes(ids[place] ?? '?'))]).toEqual([place, true]);
    expect(showing.size).toBeGreaterThan(14);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('the queues are shown under their own policy, and a job’s words are never markup', async () => {
    const page = await open('engineer');
    await page.goto(`${packline.baseUrl}/ops/queues`);
    await page.getByText('fulfilment-submit').first().waitFor({ timeout: 60_000 });
    expect((await page.content()).includes('onerror=')).toBe(false);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('without JavaScript every page is there, with its heading, its menu and where it is', async () => {
    const page = await open('plain', { javaScriptEnabled: false });
    for (const path of paths()) {
      const response = await page.goto(`${packline.baseUrl}${path}`);
      expect([path, response?.status(), await page.locator('h1').count()]).toEqual([path, 200, 1]);
      if (path === '/ops/account') continue;
      expect([path, await page.locator('.menu [aria-current=page]').count()]).toEqual([path, path.includes('/parcels/') ? 0 : 1]); // prettier-ignore
    }
    await page.context().close();
  });

  test('every error says who can fix it', async () => {
    const page = await open('lost');
    const unknown = 'ord_01jd3xk5q8h2v4m6n7p9r0stwz';
    for (const path of [
      `/ops/m/${ids['merchantId']}/orders/${unknown}`,
      `/ops/m/${ids['merchantId']}/nowhere`,
      '/ops/m/mer_01jd3xk5q8h2v4m6n7p9r0stwz/orders',
      `/ops/m/${ids['merchantId']}/connections/new/nothing`,
    ]) {
      await page.goto(`${packline.baseUrl}${path}`);
      expect([path, await page.getByRole('alert').textContent()]).toEqual([path, expect.stringMatching(/can fix this|has to fix this/)]); // prettier-ignore
    }
    const viewer = await visit({ base: packline.base, url: packline.baseUrl }, 'only-looks', 'viewer');
    await viewer.goto(`${packline.baseUrl}/ops/settings`);
    expect(await viewer.getByRole('alert').textContent()).toContain('You can fix this');
    // What browsers themselves say of a 404 or 403 is no fault of the page.
    expect(faults.filter((one) => !/status of 40[34]/.test(one))).toEqual([]);
    for (const one of [page, viewer]) await one.context().close();
  });
});
