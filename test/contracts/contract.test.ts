import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { VtexClient } from '../../src/connectors/oms/vtex/client.ts';
import { VtexSettingsSchema } from '../../src/connectors/oms/vtex/settings.ts';
import type { Departure } from './departures.ts';
import { findDocuments } from './documents.ts';
import { isGood, judge, type Finding } from './judge.ts';
import { observe, type Observations } from './observe.ts';
import { operations, titles, type Operation } from './operations.ts';
import { plantedDocument } from './planted-document.ts';
import { toJson, toText } from './report.ts';
import type { Exercise, Stage } from './stage.ts';

const folder = mkdtempSync(join(tmpdir(), 'packline-contract-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'any name.json'), JSON.stringify(plantedDocument));

const key = { appKey: 'vtexappkey-contract-ABCDEF', appToken: 'token' };
const clientOf = ({ urls, io }: Stage) =>
  new VtexClient(VtexSettingsSchema.parse({ account: 'contract', baseUrl: urls.oms, ...key }), io);
const path = '/api/oms/pvt/orders/{orderId}';

const exercise: Exercise = {
  connector: 'vtex',
  document: titles.orders,
  apis: ['oms'],
  async atSandbox(stage) {
    await stage.control('PUT', '/vtex/accounts', { account: 'contract', ...key });
    const client = clientOf(stage);
    await client.writeHook(`${stage.sandboxUrl}/subscribers/planted`);
    const { orderId } = await stage.control('POST', '/vtex/orders', { account: 'contract' });
    await client.getOrder(String(orderId));
    await client.cancelOrder(String(orderId), 'Out of stock');
  },
  readings: [
    { operation: `GET ${path}`, read: (stage) => clientOf(stage).getOrder('1-01') },
    { operation: `POST ${path}/cancel`, read: (stage) => clientOf(stage).cancelOrder('1-01', 'Out of stock') },
  ],
  hooks: {
    subscriber: 'planted',
    schema: 'Notification',
    partOf: (body) => ('hookConfig' in body ? undefined : body),
    isLast: ({ State: state }) => state === 'canceled',
  },
};

const ours = operations.filter(({ name }) => ['order.get', 'order.cancel'].includes(name));
let seen: Observations;
beforeAll(async () => {
  const document = findDocuments([folder]).get(titles.orders);
  if (document === undefined) throw new Error('the planted document was not found');
  seen = await observe(exercise, document);
}, 60_000);
const verdictWith = (departures: readonly Departure[], all: readonly Operation[] = ours) =>
  judge({ operations: all, departures, observations: [seen] });
const told = (findings: readonly Finding[]) =>
  findings.map(({ operation, direction, at, message }) => [operation, direction, at, message].join(' | '));

/** One for each lie. */
const departures: Departure[] = [
  { operation: `vtex POST ${path}/cancel`, direction: 'request', at: 'body.reason', reason: 'planted' },
  { operation: `vtex GET ${path}`, direction: 'response', at: '200 body', message: /planted/, reason: 'planted' },
  { operation: `vtex GET ${path}`, direction: 'answer', at: '200 aText', reason: 'planted' },
  { operation: 'vtex webhooks', direction: 'webhook', at: '', message: /Planted/, reason: 'planted' },
  { operation: /hook\/config/, direction: 'request', at: '', message: /operations\.ts|no such/, reason: 'planted' },
  { operation: /hook\/config/, direction: 'request', at: '', reason: 'Prism says so too' },
];

test('what a document says otherwise is found in every direction, and nothing else is', () => {
  expect(told(verdictWith([]).violations)).toEqual([
    expect.stringMatching(
      /^vtex POST \/api\/orders\/hook\/config \| request \|  \| hook\.write is not in operations\.ts$/,
    ),
    expect.stringMatching(/^vtex POST \/api\/orders\/hook\/config \| request \|  \| Selected route not found$/),
    `vtex GET ${path} | response | 200 body | Response body must have required property 'planted'`,
    `vtex POST ${path}/cancel | request | body.reason | Request body property reason must be integer`,
    expect.stringMatching(
      /^vtex GET .* \| answer \| 200 aText \| was not understood: transient vtex\.unreadable_reply/,
    ),
    "vtex webhooks | webhook |  | must have required property 'Planted'",
  ]);
});

test('listed departures are accepted, each with what it covers', () => {
  const verdict = verdictWith(departures);
  expect(verdict.violations).toEqual([]);
  expect(verdict.accepted.map(({ departure }) => departure)).toEqual(departures);
  expect(isGood(verdict)).toBe(true);
});

test('a departure that does not occur is stale, unless its document is not there', () => {
  const gone: Departure = { operation: /^vtex GET/, direction: 'response', at: '200 body.gone', reason: 'once' };
  const elsewhere: Departure = { operation: /^nash /, direction: 'response', at: '200 body.gone', reason: 'elsewhere' };
  const verdict = verdictWith([...departures, gone, elsewhere]);
  expect(verdict.stale).toEqual([gone]);
  expect(isGood(verdict)).toBe(false);
  expect(toText(verdict)).toContain('STALE');
});

test('an operation that nothing exercised is missed, and one without a document is named', () => {
  const verdict = verdictWith(departures, operations);
  expect(verdict.missed).toContain('vtex GET /api/orders/feed');
  expect(isGood(verdict)).toBe(false);
  const unchecked = new Map(
    verdict.operations.map(({ name, connector, unchecked: why }) => [`${connector} ${name}`, why]),
  );
  expect(unchecked.get('vtex-pick-and-pack order.getLegacy')).toBe('the vendor publishes no document');
  expect(unchecked.get('nash order.get')).toBe('"Nash API" is not among the documents');
  expect(unchecked.get('vtex order.get')).toBeNull();
});

test('an operation of ours that the document lacks is a violation', () => {
  const verdict = verdictWith(departures.slice(0, 4), operations);
  expect(told(verdict.violations)).toContain(
    'vtex POST /api/orders/hook/config | request |  | the document has no such operation',
  );
});

test('the report names every operation with its calls, and its JSON says whether the contract holds', () => {
  const verdict = verdictWith([]);
  expect(toText(verdict)).toMatch(
    new RegExp(`vtex GET ${path.replace(/[{}]/g, '\\$&')} +1 +0 +1 \\(0\\) +8 +1 \\(0\\)`),
  );
  expect(JSON.parse(toJson(verdict))).toMatchObject({
    holds: false,
    documents: [{ title: 'Orders API', version: 'planted', operations: 2, neverCalled: 0 }],
    hooks: [{ connector: 'vtex', schema: 'Notification' }],
  });
});

const run = promisify(execFile);
const main = join(import.meta.dirname, 'main.ts');

test('without documents it ends with 2 and says what is wanted', async () => {
  const ends = [[], ['--specs', join(folder, 'missing')]].map((args) =>
    run(process.execPath, [main, ...args]).catch((error: unknown) => error),
  );
  const wanted =
    '"Orders API", "Pick and Pack API", "Pick and Pack Last Mile Protocol API", "Logistics API", "Nash API"';
  for (const [at, words] of ['Name a folder', 'None of the documents is in'].entries()) {
    const ended = await ends[at];
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(words) });
    expect(ended).toMatchObject({ stderr: expect.stringContaining(wanted) });
  }
});

test('against a document that is at odds with everything it ends with 1', async () => {
  const ended = await run(process.execPath, [main, '--specs', folder, '--json']).catch((error: unknown) => error);
  expect(ended).toMatchObject({ code: 1 });
  const { holds, missed } = JSON.parse(String(Object(ended).stdout));
  expect([holds, missed]).toEqual([false, expect.arrayContaining(['vtex GET /api/orders/feed'])]);
}, 60_000);
