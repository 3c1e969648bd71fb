import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createProgressLine, describeRun, describeUpload } from '../../src/cli/show-run.ts';
import type { RunView } from '../../src/ingress/views/run-view.ts';
import { openRunWorkshop } from '../ingress/run-workshop.ts';
import { temporaryFolder } from '../support/own-redis.ts';
import { testRedis } from '../support/redis.ts';
import { commandsBeside } from './commands-beside.ts';

const redis = await testRedis();
const { ingress, partner, merchant, work } = await openRunWorkshop(redis.url);
const shop = await merchant();
const folder = await temporaryFolder();

const packline = commandsBeside(work);
beforeEach(() => {
  vi.stubEnv('PACKLINE_BASE_URL', ingress.url);
  vi.stubEnv('PACKLINE_API_KEY', shop.key);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const item = (product: string, quantity = 1) => ({
  externalProductId: product,
  externalStoreLocationId: 'store-1',
  available: true,
  quantity,
});
async function file(name: string, rows: readonly unknown[]): Promise<string> {
  const path = join(folder, name);
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  await writeFile(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

describe('packline inventory push', () => {
  test('uploads a file, follows its run to the end, and says what became of it', async () => {
    const { code, stdout } = await packline('inventory', 'push', await file('rows.ndjson', [item('a'), item('b')]));
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^run_\w+ {2}inventory {2}completed\n {2}2 received, 2 acc/),
    ]);
    const again = await packline('inventory', 'push', '--json', await file('rows.jsonl.gz', [item('a'), item('b', 2)]));
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ status: 'completed', counts: { accepted: 1, unchanged: 1 } });
  });

  test('ends with 3 where some rows were rejected, and with 1 where all were', async () => {
    const some = await packline(
      'inventory',
      'push',
      '--dry-run',
      await file('some.ndjson', [item('c'), item('d', -1)]),
    );
    expect([some.code, some.stdout]).toEqual([3, expect.stringContaining('rejects.csv')]);
    expect((await packline('inventory', 'push', await file('none.ndjson', [item('d', -1)]))).code).toBe(1);
  });

  test.each(['csv', 'ndjson'])('takes the rejects back as %s, corrected and with their notes', async (format) => {
    const rows = [item(`${format}, "e"`, -5), item(`${format}-f`), { ...item(`${format}-g`), currency: 'XXQ' }];
    const first = await packline('inventory', 'push', '--json', await file(`wrong-${format}.ndjson`, rows));
    expect(first.code).toBe(3);
    const { id } = JSON.parse(first.stdout) as RunView;
    const { text } = await shop.get(`/v1/runs/${id}/rejects.${format}`);
    const path = join(folder, `fixed.${format}`);
    await writeFile(path, text.replace('-5', '5').replaceAll('XXQ', 'AUD'));
    const again = await packline('inventory', 'push', '--json', path);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ status: 'completed', counts: { received: 2, accepted: 2 } });
    expect(JSON.parse(partner.books.get(`store-1/${format}, "e"`) ?? '{}')).toMatchObject({ quantity: 5 });
  });

  test('of a full snapshot shows what is held, and how to confirm it', async () => {
    partner.books.clear();
    await packline('inventory', 'push', await file('all.ndjson', [item('k'), item('l'), item('m')]));
    const half = await file('half.ndjson', [item('k')]);
    const held = await packline('inventory', 'push', '--full', '--store', 'store-1', half);
    expect([held.code, held.stdout]).toEqual([3, expect.stringContaining('2 of 3 listed are absent: nothing retired')]);
    const [, id = ''] = /confirm-retire (run_\w+)/.exec(held.stdout) ?? [];
    expect((await packline('runs', 'confirm-retire', id)).code).toBe(0);
    const done = await packline('runs', 'watch', id);
    expect([done.code, done.stdout]).toEqual([0, expect.stringContaining('2 of 3 listed are absent, 2 retired')]);
    const sure = await packline('inventory', 'push', '--full', '--confirm-retire', await file('nothing.ndjson', []));
    expect([sure.code, sure.stdout]).toEqual([0, expect.stringContaining('1 retired')]);
    expect((await packline('inventory', 'push', '--store', 'store-1', half)).code).toBe(2);
  });

  test('ends with 2 for what it cannot know, and with 1 for what the API refuses', async () => {
    const unknown = await packline('inventory', 'push', await file('rows.txt', []));
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('--format')]);
    const refused = await packline('inventory', 'push', '--format', 'json', await file('wrong.txt', [1]));
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('400: rows.json')]);
    const missing = await packline('inventory', 'push', join(folder, 'missing.csv'));
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('ENOENT')]);
  });
});

test('packline runs lists, watches and cancels, and refuses what the run does not allow', async () => {
  const pushed = await packline('inventory', 'push', '--json', await file('rejected.ndjson', [item('x', -1)]));
  const { id } = JSON.parse(pushed.stdout) as RunView;
  const listed = await packline('runs', 'list', '--json');
  expect((JSON.parse(listed.stdout) as RunView[]).map((run) => run.id)).toContain(id);
  const watched = await packline('runs', 'watch', id);
  expect([watched.code, watched.stdout]).toEqual([1, expect.stringContaining('1 rejected')]);
  const refused = await packline('runs', 'cancel', id);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('409: run.state')]);
  expect((await packline('runs', 'watch', 'run_none')).code).toBe(1);
  expect((await packline('runs')).code).toBe(2);
});

describe('progress', () => {
  const shownOn = (isTTY: boolean): { write: (atMs: number, text: string) => void; text: () => string } => {
    let text = '';
    let now = 0;
    const stream = { isTTY, columns: 40, write: (said: string) => ((text += said), true) };
    const line = createProgressLine(stream as unknown as NodeJS.WriteStream, () => now);
    return { write: (atMs, said) => ((now = atMs), line.show(said)), text: () => text };
  };

  test('is one line that changes on a terminal, and a line every five seconds elsewhere', () => {
    const [terminal, log] = [shownOn(true), shownOn(false)];
    for (const shown of [terminal, log]) {
      for (let at = 0; at <= 10_000; at += 1_000) shown.write(at, `at ${at} ${'x'.repeat(80)}`);
    }
    expect(terminal.text()).not.toContain('\n');
    expect(terminal.text().split('\r').at(-1)).toHaveLength('\u001b[2K'.length + 39);
    expect(log.text().match(/at \d+/g)).toEqual(['at 0', 'at 5000', 'at 10000']);
  });

  test('says how far it is and how long it takes', () => {
    expect(describeUpload(524_288, 1_048_576)).toBe(`uploading ${'#'.repeat(12)}${'.'.repeat(12)} 50.0 % of 1.0 MiB`);
    const counts = { received: 1_000, accepted: 200, unchanged: 40, rejected: 10, superseded: 0 };
    const run = { status: 'running', counts, ratePerSecond: 1_500, etaSeconds: 1, retire: null } as RunView;
    expect(describeRun(run)).toBe(`running ${'#'.repeat(6)}${'.'.repeat(18)} 25.0 % of 1,000 rows, 1,500 rows/s, 1 s left, 10 rejected`); // prettier-ignore
  });
});
