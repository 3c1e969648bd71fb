import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CommanderError, type Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { makeDemoOrder } from '../../src/cli/demo-order.ts';
import { defineProgram } from '../../src/cli/main.ts';
import { generateWebhookSecret, signWebhook } from '../../src/platform/signature.ts';
import { temporaryFolder } from '../support/own-redis.ts';
import { observe, type Observation } from '../../src/compose-observation.ts';
import { startPackline, type TestPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';
import { connecting, notRun, parsedOnly, pickAndPackKey, standIns } from './exceptions.ts';
import { blocksIn, readGuideBlocks, type GuideBlock } from './guide-blocks.ts';
import { runGuide } from './run-guide.ts';

const folder = await temporaryFolder();
const { url: redisUrl } = await testRedis();
const blocks = readGuideBlocks();
const since = new Date(Date.now() - 3_600_000).toISOString();
const isExcepted = ({ document, name, commands }: GuideBlock): boolean =>
  notRun.some((one) => one.document === document && (one.holds === `#${name}` || commands.includes(one.holds)));
const byDocument = Map.groupBy(
  blocks.filter((block) => !isExcepted(block)),
  ({ document }) => document,
);

/** Whether the words are a command with its options. What it would do is not done. */
async function parses(words: string): Promise<boolean> {
  const quiet = (command: Command): void => {
    command.action(() => undefined).configureOutput({ outputError: () => undefined });
    command.commands.forEach(quiet);
  };
  const program = defineProgram(
    () => undefined,
    () => undefined,
  );
  quiet(program);
  try {
    await program.parseAsync(words.split(' '), { from: 'user' });
    return true;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return false;
    throw thrown;
  }
}

const missing = ['bash', 'curl', 'jq', 'openssl'].filter((tool) => {
  try {
    execFileSync('sh', ['-c', `command -v ${tool}`]);
    return false;
  } catch {
    return true;
  }
});
if (missing.length > 0) process.stderr.write(`THE GUIDES' COMMANDS WERE NOT RUN: install ${missing.join(', ')}\n`);

describe.skipIf(missing.length > 0)(
  'the commands of the documents do what they say, in order, against one Packline',
  () => {
    let all: TestPackline;
    let worker: Observation;
    let vtexId = '';
    let nashId = '';
    let otherKey = '';
    let replayId = '';
    let env: Record<string, string> = {};

    beforeAll(async () => {
      all = await startPackline({ redisUrl });
      // `doctor` asks whether a worker is alive.
      worker = await observe(all.base, { isWorker: true });
      const call = async (path: string, body: unknown, key: string, headers: Record<string, string> = {}) => {
        const answer = await fetch(`${all.baseUrl}${path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        });
        if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
        return z.looseObject({ id: z.string(), key: z.string().default('') }).parse(await answer.json());
      };
      const make = async (path: string, body: unknown, idempotencyKey = path) =>
        (await call(path, body, all.merchantKey, { 'idempotency-key': idempotencyKey })).id;
      // A second merchant, who connects accounts.
      const { id: other } = await call('/v1/merchants', { name: 'Connecting' }, all.adminKey);
      otherKey = (await call(`/v1/merchants/${other}/api-keys`, { name: 'k', scopes: ['operate'] }, all.adminKey)).key;
      const nash = { baseUrl: `${all.sandboxUrl}/nash`, apiKey: 'nash_demo_key' };
      nashId = (await call('/v1/connections', { connector: 'nash', name: 'Nash', settings: nash }, otherKey)).id;
      const vtex = { account: 'demomarket', baseUrl: `${all.sandboxUrl}/vtex/demomarket`, appKey: 'vtexappkey-demomarket-DEMOKE', appToken: 'vtex_demo_token' }; // prettier-ignore
      vtexId = (await call('/v1/connections', { connector: 'vtex', name: 'VTEX', settings: vtex }, otherKey)).id;
      await all.control('PUT', '/vtex-pick-and-pack/accounts', { account: 'demomarket', apiKey: pickAndPackKey });
      const facility = await make('/v1/facilities', { name: 'Shop', storeLocationId: 'store-1' });
      await make(
        '/v1/orders',
        makeDemoOrder('1509750516095-01', Date.now(), () => 0.5),
        'compat',
      );
      const carrierScope = { name: 'c', scopes: ['carrier'], carrier: 'demo' };
      const carrier = await call(`/v1/merchants/${all.merchantId}/api-keys`, carrierScope, all.adminKey);
      // With one row that is wrong, for the guide that mends it.
      const run = await make('/v1/inventory', { items: [{ externalProductId: 'p-1', externalStoreLocationId: 'store-1', available: true, quantity: 1 }, { externalProductId: 'p-2' }] }); // prettier-ignore
      const statusOf = async () => (await all.call('GET', `/v1/runs/${run}`)).body['status'];
      await vi.waitFor(async () => expect(await statusOf()).toBe('completedWithRejects'), 60_000);
      replayId = await make(`/v1/endpoints/${all.endpointId}/replays`, { since });
      env = {
        EP: all.endpointId,
        PACKLINE: all.baseUrl,
        KEY: all.merchantKey,
        ADMIN_KEY: all.adminKey,
        CARRIER_KEY: carrier.key,
        MERCHANT: all.merchantId,
        FACILITY: facility,
        RUN: run,
        PACKLINE_SANDBOX: 'true',
        PORT: '0',
        PACKLINE_SANDBOX_PORT: '0',
      };
    }, 120_000);
    afterAll(async () => {
      await worker?.stop();
      await all?.close();
    });

    /** What a reader has in his folder. */
    async function furnish(at: string): Promise<void> {
      await mkdir(join(at, '.packline'), { recursive: true });
      const { baseUrl, adminKey, merchantId, merchantKey, sandboxUrl } = all;
      const stock = { externalProductId: 'p-1', externalStoreLocationId: 'store-1', available: true, quantity: 3 };
      const product = { externalIdentifier: 'p-1', name: 'Milk', categories: ['Dairy'], weight: 1, dimensions: { depth: 1, height: 1, width: 1 }, identifiers: [{ type: 'EAN', value: '4006381333931' }] }; // prettier-ignore
      const secret = generateWebhookSecret();
      const seconds = Date.parse('2026-01-15T02:00:00Z') / 1_000;
      const event = '{"type":"order.imported"}';
      const signature = signWebhook(secret, 'evt_1', seconds, event);
      const files = {
        '.packline/credentials.json': JSON.stringify({ baseUrl, adminKey, merchantId, merchantKey, sandboxUrl }),
        'stock.csv': 'externalProductId,externalStoreLocationId,available,quantity\np-1,store-1,true,2\n',
        'stock.ndjson.gz': gzipSync(`${JSON.stringify(stock)}\n`),
        'products.ndjson.gz': gzipSync(`${JSON.stringify(product)}\n`),
        'order.json': JSON.stringify(makeDemoOrder('oms-1001', Date.now(), () => 0.5)),
        'headers.txt': `webhook-id: evt_1\nwebhook-timestamp: ${seconds}\nwebhook-signature: ${signature}\n`,
        'body.bin': event,
        'secret.txt': secret,
      };
      for (const [name, content] of Object.entries(files)) await writeFile(join(at, name), content);
    }

    test.concurrent.each([...byDocument])('%s', { timeout: 120_000 }, async (document, given) => {
      const at = join(folder, document.replaceAll('/', '-'));
      await furnish(at);
      const { sandboxUrl } = all;
      const isConnecting = connecting.includes(document);
      const own = isConnecting ? { KEY: otherKey, CONNECTION: vtexId } : { CONNECTION: all.connectionId };
      const played = standIns({
        sandboxUrl,
        subscriberUrl: all.subscriber.url,
        nashId,
        vtexId,
        replayId,
        endpointId: all.endpointId,
        since,
      });
      const commands = given.map((block) =>
        played.reduce((text, [from, to]) => text.replaceAll(from, to), block.commands),
      );
      const { code, said, noted } = await runGuide(at, commands, {
        env: { ...env, ...own },
        parsedOnly,
      });
      expect(code, said).toBe(0);
      for (const words of noted) expect(await parses(words), words).toBe(true);
    });
  },
);

test('an exception is one that stands there', () => {
  const stale = notRun.filter(({ document, holds }) => !blocks.some((block) => block.document === document && (holds === `#${block.name}` || block.commands.includes(holds)))); // prettier-ignore
  expect(stale).toEqual([]);
});

test(
  'a block is found wherever it stands, and a command that is not there is caught',
  { timeout: 120_000 },
  async () => {
    expect(blocksIn('x.md', '1. so\n\n   ```sh\n   a \\\n     b\n   ```\n\n```sh name\nc\n```\n')).toEqual([
      { document: 'x.md', name: undefined, commands: 'a \\\n  b\n' },
      { document: 'x.md', name: 'name', commands: 'c\n' },
    ]);
    const gone = await runGuide(join(folder, 'gone'), ['npm run packline -- conjure', 'echo never'], {
      env: {},
      parsedOnly,
    });
    expect([gone.code, gone.said]).toEqual([2, expect.not.stringContaining('\nnever')]);
    expect([await parses('up --no-sandbox'), await parses('up --conjure')]).toEqual([true, false]);
  },
);
