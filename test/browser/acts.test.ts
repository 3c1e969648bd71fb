/** One act of each kind, as people do it, with JavaScript and without: forms, files, filters, plans, secrets, wizards, and what moves by itself. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { hashPassword } from '../../src/platform/password.ts';
import { createUser } from '../../src/store/users.ts';
import { openBrowser } from '../support/browser.ts';
import { browserVisits } from '../support/browser-visit.ts';
import { startPackline, type TestPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';
import { openShop, product, range } from '../support/stocked-shop.ts';
import { sampleOrder } from '../support/sample-order.ts';

const browser = await openBrowser();
const { url: redisUrl } = await testRedis();
const faults: string[] = [];
const visit = browserVisits(browser, faults);
const csvOf = (rows: readonly string[]): Buffer =>
  Buffer.from(['externalProductId,externalStoreLocationId,available,quantity', ...rows].join('\n'));
const withAndWithout = [true, false] as const;

describe.skipIf(browser === undefined)('acts in Chromium', { timeout: 120_000 }, () => {
  let packline: TestPackline;
  let own = '';
  let orderId = '';
  let close = async (): Promise<void> => undefined;

  beforeAll(async () => {
    packline = await startPackline({ redisUrl });
    close = () => packline.close();
    own = `${packline.baseUrl}/ops/m/${packline.merchantId}`;
    const posted = await packline.call('POST', '/v1/orders', sampleOrder({ externalId: 'acts-1', storeLocationId: 'nobody' }), { 'idempotency-key': 'acts-1' }); // prettier-ignore
    orderId = String(posted.body['id']);
  }, 60_000);
  afterAll(() => close());

  const open = (name: string, options = {}): Promise<Page> =>
    visit({ base: packline.base, url: packline.baseUrl }, name, 'operator', options);
  const saidOn = (page: Page): Promise<string | null> => page.getByRole('status').first().textContent();
  const upload = async (page: Page, within: string, buffer: Buffer, name = 'stock.csv'): Promise<void> => {
    const file = page.locator(`${within} #file-inventory`);
    await file.setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
    const form = page.locator('form', { has: page.locator('#file-inventory') });
    await form.getByRole('button', { name: 'Upload' }).click();
    await page.waitForURL((url) => /\/runs\/run_\w+$/.test(url.pathname));
  };

  test('a run moves on by itself before whoever looks on; its rejects are taken away, and sent corrected', async () => {
    // Stock is of products that the partner has.
    expect(await openShop(packline).push('products', range(200, product))).toMatchObject({ status: 'completed' });
    const page = await open('run-watcher');
    await page.goto(`${own}/runs`);
    await page.getByRole('link', { name: 'Upload stock and prices…' }).click();
    // The partner refuses until somebody looks on.
    const match = { partner: 'nash', path: '/v1/inventory' };
    await packline.control('POST', '/faults', { match, fault: { kind: 'rateLimit', retryAfterSeconds: 1 } });
    const isStream = (headers: Record<string, string>) => headers['content-type'] === 'text/event-stream';
    const isFed = page.waitForResponse((reply) => reply.url().endsWith('/events') && isStream(reply.headers()), { timeout: 60_000 }); // prettier-ignore
    await upload(page, 'main', csvOf(Array.from({ length: 200 }, (_, at) => `p-${at},store-1,true,${at % 4 === 0 ? 'many' : at}`))); // prettier-ignore
    await isFed;
    expect(await page.getByText('200 rows are here').count()).toBe(1);
    // It is the page that was opened, to its end: nothing loads it anew.
    await page.evaluate('window.isTheSame = true');
    await packline.control('DELETE', '/faults');
    const feed = page.locator('#feed');
    await vi.waitFor(async () => expect(await feed.textContent()).toMatch(/Completed with rejects.*200 of 200 rows/s), { timeout: 60_000 }); // prettier-ignore
    const figures = (await feed.locator('.figures').textContent())?.replace(/\s+/g, ' ') ?? '';
    expect(figures).toMatch(/Received 200.*Rejected 50.*Rows a second [\d.,]+.*Requests used [1-9]/);
    // The page as a whole is asked for at the end, and not only when its time comes: acts are gone, and rejects are there.
    await vi.waitFor(async () => expect(await page.locator('#rejects tbody tr').count()).toBe(50), { timeout: 25_000 });
    await vi.waitFor(async () => expect(await page.getByText('Cancel…').count()).toBe(0), { timeout: 25_000 });
    expect(await page.evaluate('window.isTheSame')).toBe(true);

    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'CSV', exact: true }).click();
    const taken = await download;
    expect(taken.suggestedFilename()).toMatch(/^run_\w+-rejects\.csv$/);
    const corrected = (await readFile(await taken.path(), 'utf8')).replaceAll(',many', ',7');
    await upload(page, '#rejects', Buffer.from(corrected), taken.suggestedFilename());
    await vi.waitFor(async () => expect(await feed.textContent()).toMatch(/Completed.*50 of 50 rows/s), { timeout: 60_000 }); // prettier-ignore
    expect(await feed.textContent()).not.toContain('with rejects');
    await page.context().close();
  });

  test('without JavaScript a file is uploaded as well, and the page tells how far it is when it is asked', async () => {
    const page = await open('run-reader', { javaScriptEnabled: false });
    await page.goto(`${own}/runs/upload/inventory`);
    await upload(page, 'main', csvOf(['plain-1,store-1,true,3']));
    await vi.waitFor(
      async () => {
        await page.reload();
        expect(await page.locator('#feed').textContent()).toContain('1 of 1 rows');
      },
      { timeout: 60_000, interval: 500 },
    );
    await page.context().close();
  });

  test.each(withAndWithout)(
    'events are sent again by filter, with a plan first; JavaScript: %s',
    async (javaScriptEnabled) => {
      const page = await open(`sender-${javaScriptEnabled}`, { javaScriptEnabled });
      await page.goto(`${own}/webhooks/deliveries`);
      await page.getByLabel('Endpoint').selectOption(packline.endpointId);
      // Where a choice submits by itself the button is not needed, and harms nobody.
      await page.getByRole('button', { name: 'Filter' }).click();
      await page.waitForURL(/endpointId=ep_/);
      await page.getByRole('link', { name: 'Send these again…' }).click();
      await page.waitForURL(/\/webhooks\/endpoints\/ep_/);
      await page.getByLabel('Of one order (ord_…)').fill(orderId);
      await page.getByLabel('Delivered: it gets them twice').check();
      await page.getByRole('button', { name: 'See what would be sent' }).click();
      const plan = page.getByRole('status').first();
      await plan.getByText(/[1-9]\d* events? would be sent/).waitFor();
      await plan.getByRole('button', { name: 'Send them now' }).click();
      await page.waitForURL(/\/webhooks\/replays\/rpl_/);
      expect(await page.locator('main').textContent()).toContain(orderId);
      expect(await saidOn(page)).toContain('Begun');
      await vi.waitFor(
        async () => {
          await page.reload();
          expect(await page.locator('main').textContent()).toContain('Completed');
        },
        { timeout: 60_000, interval: 500 },
      );
      await page.context().close();
    },
  );

  test('a form that is being filled in stays as it is while its page is refreshed', async () => {
    const page = await open('typist');
    await page.goto(`${own}/webhooks/endpoints/${packline.endpointId}`);
    await page.getByText('Send again…').click();
    await page.getByLabel('Of one order (ord_…)').fill('ord_half');
    await page.getByLabel('Dropped while').uncheck();
    await page.locator('#live').evaluate((live) => live.setAttribute('data-seen', 'yes'));
    await vi.waitFor(async () => expect(await page.locator('#live[data-seen]').count()).toBe(0), { timeout: 25_000 });
    expect(await page.getByLabel('Of one order (ord_…)').inputValue()).toBe('ord_half');
    expect(await page.getByLabel('Dropped while').isChecked()).toBe(false);
    await page.context().close();
  });

  test.each(withAndWithout)(
    'VTEX is connected by choosing, pasting, testing and registering, and a wrong key is told of clearly; JavaScript: %s',
    async (javaScriptEnabled) => {
      const account = javaScriptEnabled ? 'wizard' : 'plainwizard';
      const appKey = `vtexappkey-${account}-AAAAAA`;
      await packline.control('PUT', '/vtex/accounts', { account, appKey, appToken: 'the-right-token' });
      const page = await open(`connector-${javaScriptEnabled}`, { javaScriptEnabled });
      await page.goto(`${own}/connections`);
      await page.getByRole('link', { name: 'Connect…' }).click();
      await page.getByRole('link', { name: 'VTEX OMS' }).click();
      await page.getByLabel('Name', { exact: true }).fill(`VTEX of ${account}`);
      await page.getByLabel('Account').fill(account);
      await page.getByLabel('App key').fill(appKey);
      await page.getByLabel('App token').fill('the-wrong-token');
      await page.getByText('more settings').click();
      await page.getByLabel(/^Base URL/).fill(`${packline.sandboxUrl}/vtex/${account}`);
      await page.getByRole('button', { name: 'Connect' }).click();
      await page.waitForURL(/\/test$/);
      await page.getByRole('button', { name: 'Test now' }).click();
      await page.locator('#main .notice.bad').waitFor();
      expect(page.url()).toMatch(/\/test$/);
      expect(await saidOn(page)).toMatch(/refused.*key.*You can fix this: look at the settings/is);
      await page.getByRole('link', { name: 'Change the settings' }).click();
      expect(await page.getByLabel(/^App token/).inputValue()).toBe('');
      await page.getByLabel(/^App token/).fill('the-right-token');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.waitForURL(/\/connections\/con_\w+$/);
      await page.goto(`${page.url()}/test`);
      await page.getByRole('button', { name: 'Test now' }).click();
      await page.waitForURL(/\/webhooks$/);
      expect(await saidOn(page)).toContain('The key works');
      await page.getByRole('button', { name: 'Register' }).click();
      await page.waitForURL(/\/connections\/con_\w+$/);
      expect(await saidOn(page)).toContain('The partner has the webhook');
      expect(await page.getByText('registered').count()).toBeGreaterThan(0);
      await page.context().close();
    },
  );

  test('without JavaScript one logs in, finds, filters, picks, changes, is shown a secret once, and logs out', async () => {
    const password = await hashPassword('four words of a sentence');
    await createUser(packline.base, { name: 'plain', role: 'admin', password });
    const page = await open('nobody-yet', { javaScriptEnabled: false });
    await page.context().clearCookies();
    await page.goto(`${own}/orders`);
    await page.getByLabel('Name').fill('plain');
    await page.getByLabel('Password').fill('four words of a sentence');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForURL(`${own}/orders`);

    await page.getByLabel('Status').selectOption('RECEIVED');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.waitForURL(/status=RECEIVED/);
    await page.getByLabel('Find by any id').fill('acts-1');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${own}/orders/${orderId}`);
    await page.getByText('Cancel…').click();
    await page.getByLabel('Reason').fill('nobody has it');
    await page.getByRole('button', { name: 'Cancel the order' }).click();
    await page.waitForURL(`${own}/orders/${orderId}`);
    expect(await saidOn(page)).toContain('Cancellation was asked for');

    await page.goto(`${own}/connections/${packline.connectionId}`);
    for (const [act, said] of [
      ['Pause', 'Paused: nothing is sent'],
      ['Resume', 'Resumed'],
    ] as const) {
      await page.getByRole('button', { name: act }).click();
      await page.waitForURL(/\/connections\/con_\w+$/);
      expect(await saidOn(page)).toContain(said);
    }
    await page.goto(`${own}/webhooks`);
    await page.getByText('New endpoint…').click();
    await page.getByLabel('URL').fill(`${packline.subscriber.url}/second`);
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.waitForURL(/\/create$/);
    expect(await page.locator('.secret').textContent()).toMatch(/^whsec_/);

    await page.goto(`${packline.baseUrl}/ops/settings`);
    await page.getByText('New merchant…').click();
    await page.getByLabel('Name', { exact: true }).fill('Another shop');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.waitForURL(/\/settings\/merchants\/mer_/);
    await page.goto(`${own}/runs`);
    await page.getByLabel('Merchant').selectOption({ label: 'Another shop' });
    await page.getByRole('button', { name: 'Go' }).click();
    await page.waitForURL((url) => url.pathname.endsWith('/runs') && !url.href.startsWith(own));
    expect(await page.getByText('No runs yet').count()).toBe(1);
    await page.locator('.account summary').click();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.waitForURL(/\/ops\/login/);
    await page.context().close();
  });

  test('no page complained, and none went elsewhere', () => {
    // Of a moment without Redis, which a busy machine has, the browser itself tells.
    expect(faults.filter((one) => !one.includes('status of 503'))).toEqual([]);
  });
});
