/** bull-board as people see it: what its own button does is the API's route. */
import { describe, expect, test, vi } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { browserVisits } from '../support/browser-visit.ts';
import { startConsole } from '../support/console.ts';
import { makeFailedJob } from '../support/failed-job.ts';
import { testRedis } from '../support/redis.ts';

const browser = await openBrowser();
const { url: redisUrl, client } = await testRedis();
const site = await startConsole(redisUrl);
const faults: string[] = [];
const visit = browserVisits(browser, faults);
const list = `${site.url}/ops/queues/queue/sweep?status=failed`;

describe.skipIf(browser === undefined)('the queues in Chromium', { timeout: 60_000 }, () => {
  test('an operator hands a failed job over again by the button of the board, and a viewer has no such button', async () => {
    const jobId = await makeFailedJob(client, 'sweep');
    const buttonsOf = async (role: 'viewer' | 'operator') => {
      const page = await visit(site, role, role);
      await page.goto(list);
      const job = page.getByText(jobId).first();
      await job.waitFor();
      return { page, buttons: job.locator('xpath=ancestor::*[.//button][1]').getByRole('button') };
    };
    const { page: viewed } = await buttonsOf('viewer');
    expect(await viewed.getByText('Retry').count()).toBe(0);
    const { page, buttons } = await buttonsOf('operator');
    await buttons.first().click();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await vi.waitFor(async () => expect((await site.audit())[0]).toMatchObject({ status: 202, on: [`sweep/${jobId}`] }), 10_000); // prettier-ignore
    await page.getByText(jobId).waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
  });
});
