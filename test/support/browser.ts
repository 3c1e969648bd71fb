import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';
import { afterAll } from 'vitest';

const executablePath = '/usr/bin/chromium';

/** Debian's Chromium, headless; undefined where there is none, which is said aloud, or fails where it must not be. */
export async function openBrowser(): Promise<Browser | undefined> {
  if (!existsSync(executablePath)) {
    const words = `${executablePath} is not there: the tests of the console in a browser are SKIPPED. apt-get install chromium`;
    if (process.env['PACKLINE_REQUIRE_BROWSER'] === '1') throw new Error(words);
    process.stderr.write(`\n*** ${words}\n\n`);
    return undefined;
  }
  // Root may not use Chromium's own sandbox; what is opened here is ours.
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  afterAll(() => browser.close());
  return browser;
}
