import { beforeEach, expect, test } from 'vitest';
import { bodyIn } from '../../src/domain/payload-form.ts';
import { generateWebhookSecret } from '../../src/platform/signature.ts';
import { commit } from '../../src/store/commit.ts';
import { createEndpoint } from '../../src/store/endpoints.ts';
import { listEvents } from '../../src/store/delivery-log.ts';
import { changeIssue } from '../../src/store/issue-acts.ts';
import { issueId, issueWrites, resolveWrites, type IssueReport } from '../../src/store/issues.ts';
import { sampleMerchantId as merchantId } from '../store/accept-sample.ts';
import { testRedis } from '../support/redis.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

const { client } = await testRedis();
let bench: Workbench;
const listen = () => createEndpoint(bench.store, merchantId, { url: 'https://chat.example/', eventTypes: [], description: null, payload: 'slack' }, generateWebhookSecret()); // prettier-ignore
beforeEach(async () => {
  bench = await openWorkbench(client);
});

const report = (code = 'nash.refused'): IssueReport => ({
  merchantId,
  target: 'con_1',
  job: 'fulfilment-submit',
  code,
  kind: 'rejected',
  source: 'nash',
  title: 'refused <!channel>',
  detail: {},
  orderId: null,
  entryId: '',
});
const fail = (code?: string) => commit(bench.store, { writes: issueWrites(bench.store, report(code)) });
const resolve = (code?: string) => commit(bench.store, { writes: resolveWrites(issueId(report(code))) });
/** Does what tells of issues, and nothing that delivers. */
async function tell(): Promise<void> {
  for (const entry of await bench.take()) if (entry.job === 'issue-tell') await bench.run(entry);
}
const told = async () => (await listEvents(bench.store, merchantId, { limit: 100 })).items.toReversed();
const typesTold = async () => (await told()).map(({ type }) => type);

test('an issue that opens and one that is over are told of, to people in one line without a mention in it', async () => {
  await listen();
  await fail();
  await tell();
  bench.clock.advance(1_000);
  await resolve();
  await tell();
  expect(await typesTold()).toEqual(['issue.opened', 'issue.resolved']);
  const [opened] = await told();
  const { text } = JSON.parse(opened === undefined ? '{}' : bodyIn('slack', opened, 'https://packline.example')) as {
    text: string;
  };
  expect(text).toContain('Issue opened: refused &lt;!channel&gt; (nash.refused)');
  expect(text).toContain(` https://packline.example/ops/m/${merchantId}/issues/${issueId(report())}`);
});

test('failures of an issue that is open are counted, and not told of again', async () => {
  await listen();
  for (let n = 0; n < 5; n += 1) await fail();
  await tell();
  expect(await typesTold()).toEqual(['issue.opened']);
});

test('one that came and went before anybody was told is not told of', async () => {
  await listen();
  await fail();
  await resolve();
  await tell();
  expect(await typesTold()).toEqual([]);
});

test('one that comes and goes is told of once an hour, and then if it is still there', async () => {
  await listen();
  for (let n = 0; n < 4; n += 1) {
    await fail();
    await tell();
    bench.clock.advance(1_000);
    if (n < 3) await resolve();
    await tell();
  }
  expect(await typesTold()).toEqual(['issue.opened', 'issue.resolved']);
  bench.clock.advance(3_600_000);
  await tell();
  expect(await typesTold()).toEqual(['issue.opened', 'issue.resolved', 'issue.opened']);
});

test('beyond ten in a minute they are told of together at its end', async () => {
  await listen();
  for (let n = 0; n < 25; n += 1) await fail(`nash.code_${n}`);
  await tell();
  expect(await typesTold()).toEqual(Array(10).fill('issue.opened'));
  bench.clock.advance(60_000);
  await tell();
  const events = await told();
  expect(events.at(-1)?.type).toBe('issue.digest');
  expect(JSON.parse(events.at(-1)?.body ?? '{}')).toMatchObject({ data: { opened: 15, resolved: 0 } });
});

test('one that is ignored is not told of until it is seen more often than was said', async () => {
  await listen();
  await fail();
  await changeIssue(bench.store, { id: issueId(report()), count: 1 }, { ignored: { times: 1 } }, 'key_1');
  await tell();
  expect(await typesTold()).toEqual([]);
  await fail();
  await fail();
  await tell();
  expect(await typesTold()).toEqual(['issue.opened']);
});

test('where nobody listens there is no work', async () => {
  await fail();
  expect(await bench.take()).toEqual([]);
});
