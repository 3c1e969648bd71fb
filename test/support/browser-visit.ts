import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { createUser, type GlobalStore, type Role } from '../../src/store/users.ts';
import { startSession } from '../../src/store/sessions.ts';

/** Opens pages for people who are logged in. `faults` gathers what the pages complain about: errors, and what the policy stopped. */
export function browserVisits(browser: Browser | undefined, faults: string[]) {
  return async (
    site: { base: GlobalStore; url: string },
    name: string,
    role: Role,
    options: BrowserContextOptions = {},
  ): Promise<Page> => {
    // prettier-ignore
    const user = await createUser(site.base, { name, role, password: null });
    if (browser === undefined || user === null) throw new Error('no browser, or there is this user');
    const context = await browser.newContext(options);
    await context.addCookies([{ name: 'packline', value: await startSession(site.base, user), url: site.url }]);
    const page = await context.newPage();
    page.on(
      'console',
      (message) => void (message.type() === 'error' && faults.push(`${page.url()} ${message.text()}`)),
    );
    page.on('pageerror', (error) => void faults.push(`${page.url()} ${error.message}`));
    page.on('request', (request) => void (/^(?:data:|blob:)/.test(request.url()) || request.url().startsWith(site.url) || faults.push(`went to ${request.url()}`))); // prettier-ignore
    return page;
  };
}
