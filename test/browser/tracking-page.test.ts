/** A tracking page as its customer sees it: without JavaScript, in light and dark, wide and narrow. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '../../src/store/merchants.ts';
import { axeFinds } from '../support/axe.ts';
import { openBrowser } from '../support/browser.ts';
import { startConsole } from '../support/console.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const browser = await openBrowser();
const { url: redisUrl } = await testRedis();
const site = await startConsole(redisUrl);
const canary = '<img src=x onerror="document.title=666"><script>document.title=666</script>"\'>';
const logo = `data:image/svg+xml;base64,${Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" width="40" height="40"><circle cx="5" cy="5" r="5" fill="#fff"/></svg>').toString('base64')}`;

describe.skipIf(browser === undefined)('a tracking page in Chromium', { timeout: 60_000 }, () => {
  const urls: string[] = [];

  beforeAll(async () => {
    const merchant = await site.makeMerchant('A shop');
    const { secret } = await createApiKey(site.base, merchant.id, { name: 'A key', scopes: ['operate', 'carrier'] });
    const call = async (method: string, path: string, json?: unknown) => {
      const authorization = `Bearer ${secret}`;
      const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': randomUUID() };
      const reply = await fetch(`${site.url}${path}`, { method, headers, body: json === undefined ? null : JSON.stringify(json) }); // prettier-ignore
      expect([path, reply.status < 300]).toEqual([path, true]);
      return (await reply.json()) as { id: string; url: string };
    };
    for (const [externalId, city] of [
      ['1253881550433-01', 'Geelong'],
      [`x${canary}`, canary],
    ] as const) {
      // prettier-ignore
      const { id } = await call('POST', '/v1/orders', sampleOrder({ externalId, storeLocationId: 'store-nobody' }));
      const trackingNumber = `PAGE${urls.length}`;
      await call('PATCH', `/v1/orders/${id}/tracking`, { carrier: 'DHL', trackingNumber, trackingUrl: 'https://carrier.example/t' }); // prettier-ignore
      const event = { carrier: 'dhl', trackingNumber, location: { city }, description: canary };
      const events = [
        { ...event, status: 'IN_TRANSIT', occurredAt: '2026-01-14T22:15:00+11:00' },
        { ...event, status: 'OUT_FOR_DELIVERY', delayed: true, occurredAt: '2026-01-15T07:05:00+11:00' },
      ];
      await call('POST', '/v1/tracking-events', { events });
      urls.push((await call('GET', `/v1/orders/${id}/tracking-page`)).url);
    }
    const help = 'https://shop.example.com/help';
    await call('PATCH', '/v1/branding', { name: 'The Corner Shop', color: '#7a1f5c', logoUrl: logo, supportUrl: help, timeZone: 'Australia/Melbourne' }); // prettier-ignore
  }, 60_000);

  test.each(['light', 'dark'] as const)(
    'axe finds nothing, nothing overflows, and the policy stops nothing that is ours, %s',
    async (colorScheme) => {
      // prettier-ignore
      for (const width of [1280, 390]) {
      const context = await browser?.newContext({ colorScheme, viewport: { width, height: 844 } });
      const page = await context?.newPage();
      if (context === undefined || page === undefined) throw new Error('no browser');
      const faults: string[] = [];
      page.on('console', (message) => void (message.type() === 'error' && faults.push(message.text())));
      for (const [n, url] of [...urls, `${site.url}/track/nothing`].entries()) {
        await page.goto(url);
        expect(await axeFinds(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
        const folder = process.env['PACKLINE_SCREENSHOTS'];
        if (folder !== undefined) await page.screenshot({ path: `${folder}/track-${n}-${colorScheme}-${width}.png`, fullPage: true }); // prettier-ignore
      }
      // Of the page that is not there the browser itself says that it is not.
      expect(faults.filter((text) => !text.includes('404'))).toEqual([]);
      await context.close();
    }
    },
  );

  test('it is whole without JavaScript, and what others wrote does not act with it', async () => {
    for (const javaScriptEnabled of [false, true]) {
      const context = await browser?.newContext({ javaScriptEnabled, locale: 'es-MX' });
      const page = await context?.newPage();
      for (const url of urls) {
        await page?.goto(url);
        expect(await page?.title()).toBe('Tu pedido · The Corner Shop');
        expect(await page?.getByRole('heading', { level: 1 }).textContent()).toBe('En reparto');
        expect(await page?.getByRole('link', { name: 'Seguir en DHL' }).getAttribute('rel')).toContain('noopener');
        expect(await page?.locator('script').count()).toBe(0);
        expect(await page?.locator('img').count()).toBe(1);
        expect(await page?.locator('li[aria-current=step]').count()).toBe(1);
      }
      await context?.close();
    }
  });
});
