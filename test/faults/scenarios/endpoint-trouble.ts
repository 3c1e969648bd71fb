import { setTimeout as delay } from 'node:timers/promises';
import type { ReceivedEvent } from '../../support/subscriber.ts';
import { crashAt } from '../crash-at.ts';
import { crashPoints } from '../crash-points.ts';
import { countMissed, findBroken, readMissedCount, timesTold } from '../endpoint-verdict.ts';
import { startEndpointWorld, type EndpointWorld } from '../endpoint-world.ts';
import type { Scale, Scenario } from '../scenario.ts';

const ordersPerStep = 6;
const waitMaxMs = 150_000;
const replayPerSecond = 40;
/** An answer is committed within so long, or about. */
const lateMaxMs = 20;

/** All workers are killed when so many events that are meant have come: before the last of them is answered, or just after. */
async function killAtArrival(
  world: EndpointWorld,
  isMeant: (event: ReceivedEvent) => boolean,
  count = 1,
): Promise<void> {
  const { subscriber } = world.troubled;
  const lateMs = world.random() < 0.5 ? 0 : world.random() * lateMaxMs;
  let left = count;
  subscriber.onArrival = (event) => {
    if (isMeant(event)) left -= 1;
    if (left !== 0) return;
    if (lateMs === 0) world.strikeWorkers();
    else setTimeout(() => world.strikeWorkers(), lateMs);
  };
  await waitFor('events to kill at', () => left <= 0);
  subscriber.onArrival = null;
  await world.killWorkers();
}

async function waitFor(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const endsMs = Date.now() + waitMaxMs;
  while (!(await isSo())) {
    if (Date.now() > endsMs) throw new Error(`waited in vain: ${what}`);
    await delay(20);
  }
}

const isDisabled = async ({ packline, troubled }: EndpointWorld): Promise<boolean> =>
  (await packline.call('GET', `/v1/endpoints/${troubled.id}`)).body['status'] === 'disabled';
const isTest = ({ type }: ReceivedEvent): boolean => type === 'endpoint.test';

/** Its last failures, and the turn that follows from them, while processes die. */
async function disable(world: EndpointWorld): Promise<void> {
  const { subscriber } = world.troubled;
  subscriber.answerAlways(500);
  await world.ageFailures();
  const killed = killAtArrival(world, () => true, 2);
  await world.place(ordersPerStep);
  await killed;
  await waitFor('disabled', () => isDisabled(world));
}

/** Somebody retries the issue: it is asked now. */
async function askNow({ packline, troubled }: EndpointWorld): Promise<void> {
  const { body } = await packline.call('GET', `/v1/issues?status=open&target=${troubled.id}`);
  const issues = body['data'] as { id: string; code: string }[];
  const issue = issues.find(({ code }) => code === 'endpoint.unhealthy');
  if (issue === undefined) throw new Error('no issue names the disabled endpoint');
  await packline.call('POST', `/v1/issues/${issue.id}/retry`);
}

/**
 * Asked in vain, then with success, by processes that die over the question (in the short version only over the one that
 * enables it: each death is a lease to be waited for); more orders come meanwhile.
 */
async function probe(world: EndpointWorld, { isShort }: Scale): Promise<void> {
  await world.place(ordersPerStep);
  for (const status of [500, 200]) {
    world.troubled.subscriber.answerAlways(status);
    const killed = isShort && status === 500 ? undefined : killAtArrival(world, isTest);
    await askNow(world);
    await killed;
    if (status === 500) await waitFor('asked in vain', () => wasAsked(world));
  }
  await waitFor('enabled', async () => !(await isDisabled(world)));
}

/** In vain: whoever answers is enabled. */
async function wasAsked({ packline, troubled }: EndpointWorld): Promise<boolean> {
  return (await packline.call('GET', `/v1/endpoints/${troubled.id}/health`)).body['probe'] !== null;
}

/** What it has missed, brought by processes that die, beside what happens meanwhile. Answers what is wrong with the replay. */
async function recover(world: EndpointWorld, scale: { isShort: boolean }): Promise<string[]> {
  const { packline, troubled, random } = world;
  const missed = await countMissed(world);
  const told = await readMissedCount(world);
  const { body: before } = await packline.call('GET', `/v1/endpoints/${troubled.id}`);
  const since = String(before['missedFrom']);
  const begun = world.insist(`/v1/endpoints/${troubled.id}/recover`, { since, ratePerSecond: replayPerSecond });
  if (!scale.isShort) await world.killApi();
  const replayId = String((await begun).body['id']);
  troubled.subscriber.answerWith(200, 200, 200, 500);
  const killed = killAtArrival(world, () => true, 3 + Math.floor(random() * 20));
  await world.place(ordersPerStep);
  await killed;
  if (!scale.isShort) {
    for (const point of crashPoints) {
      await world.killWorkers(crashAt(point, 1 + Math.floor(random() * 8)));
      await delay(500 + random() * 1_500);
    }
    await world.killWorkers();
  }
  const read = async () => (await packline.call('GET', `/v1/replays/${replayId}`)).body;
  await waitFor('the replay is over', async () => (await read())['status'] === 'completed');
  await world.settle();
  const { made, delivered, expected } = await read();
  return [
    ...(told === missed ? [] : [`missed: ${told} were said, and it was ${missed}`]),
    ...(expected === missed && made === missed && delivered === missed
      ? []
      : [`replay of ${missed}: ${String(expected)} expected, ${String(made)} made, ${String(delivered)} delivered`]),
    ...((await readMissedCount(world)) === 0 ? [] : ['missed: still said when all was brought']),
  ];
}

/** One that is canceled while its process is dead: what it made ends, and nothing of it comes any more. */
async function cancel(world: EndpointWorld): Promise<string[]> {
  const { packline, troubled } = world;
  const again = { includeDelivered: true, ratePerSecond: 10 };
  const { body } = await packline.call('POST', `/v1/endpoints/${troubled.id}/replays`, again);
  const killed = killAtArrival(world, () => true, 5);
  await killed;
  const canceled = await packline.call('POST', `/v1/replays/${String(body['id'])}/cancel`);
  const atCancel = troubled.subscriber.received.length;
  const read = async () => (await packline.call('GET', `/v1/replays/${String(body['id'])}`)).body;
  await waitFor('nothing is under way', async () => (await read())['underWay'] === 0);
  const { made, delivered, dropped } = await read();
  const isCounted = Number(made) === Number(delivered) + Number(dropped);
  // What was on its way to be sent when it was canceled.
  const late = troubled.subscriber.received.length - atCancel;
  return [
    ...(canceled.status === 200 ? [] : [`cancel was answered ${canceled.status}`]),
    ...(isCounted
      ? []
      : [`canceled: ${String(made)} made, ${String(delivered)} delivered, ${String(dropped)} dropped`]),
    ...(late <= 10 ? [] : [`canceled: ${late} came afterwards`]),
  ];
}

export const endpointTrouble: Scenario = {
  name: 'endpoint in trouble',
  promises: ['R1', 'R3'],
  what: 'An endpoint fails, is disabled, asked, enabled and sent what it missed, while all workers (later the API, too) are killed in each of these steps, and orders go on: every event arrives, in the order of its order, attempts and missed events are counted truly, and each turn is told once.',
  async run(scale) {
    const startedMs = Date.now();
    const world = await startEndpointWorld(scale.seed);
    try {
      const broken: string[] = [];
      const rounds = scale.isShort ? 1 : Math.max(1, Math.ceil(scale.kills / 20));
      let missed = 0;
      for (let round = 0; round < rounds; round += 1) {
        await disable(world);
        await probe(world, scale);
        await world.settle();
        missed += await countMissed(world);
        broken.push(...(await recover(world, scale)));
        if (!scale.isShort) broken.push(...(await cancel(world)));
      }
      await world.settle();
      const turns = { 'endpoint.disabled': rounds, 'endpoint.enabled': rounds };
      for (const [type, times] of Object.entries(turns)) {
        const told = timesTold(world, type);
        if (told !== times) broken.push(`${type} happened ${times} times and was told ${told} times`);
      }
      const found = await findBroken(world);
      return {
        scenario: endpointTrouble.name,
        what: endpointTrouble.what,
        promises: endpointTrouble.promises,
        seed: scale.seed,
        seconds: Math.round((Date.now() - startedMs) / 1000),
        verdict: null,
        figures: { kills: world.kills, timesDisabled: rounds, missed, ...found.figures },
        broken: [...broken, ...found.broken].slice(0, 20),
        slow: [],
      };
    } finally {
      await world.close();
    }
  },
};
