import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createActs, type World } from '../canaries/acts.ts';
import { judge } from '../canaries/allowed.ts';
import { makeSecrets } from '../canaries/canaries.ts';
import { modes, startEchoServer } from '../canaries/echo-server.ts';
import { echoAll } from '../canaries/echoes.ts';
import { connectAll, hookAll, orderAll } from '../canaries/journey.ts';
import { filesBelow, forgetEverybody, readAfterwards } from '../canaries/forget.ts';
import { named, people, posted } from '../canaries/people.ts';
import { askForService } from '../canaries/last-mile.ts';
import { readAll } from '../canaries/read-all.ts';
import { createRecorder, operationsOf, type Answered, type Caller } from '../canaries/recorder.ts';
import { bytesIn } from '../canaries/redis-bytes.ts';
import { speakPickAndPack } from '../canaries/pick-and-pack-client.ts';
import { visitPages, type Visited } from '../canaries/visit-pages.ts';
import { makeSearch, type Search, type Sighting } from '../canaries/search.ts';
import { secretsOf, type Secrets } from '../canaries/secrets.ts';
import { sendStrays, strayCanaries, strayPath, wrongFields } from '../canaries/stray-requests.ts';
import { present } from '../store/present.ts';
import { openEverything, type Opened } from '../support/opened-redis.ts';
import { startPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';

const redis = await testRedis();
const echo = await startEchoServer();
const logLines: string[] = [];
const packline = await startPackline({
  redisUrl: redis.url,
  logTo: { write: (line) => void logLines.push(line) },
  reach: [echo.url],
  sandbox: { picker: { outcome: 'exact' } },
});
afterAll(async () => {
  await packline.close();
  await echo.close();
});

const secrets: Secrets = { ...secretsOf(packline) };
const keys: Record<Caller, () => string | undefined> = {
  owner: () => secrets.ownerKey,
  operator: () => secrets.adminKey,
  stranger: () => secrets['strangerKey'],
  nobody: () => undefined,
  partner: () => undefined,
};
const tokens: World['tokens'] = {};
const recorder = createRecorder(packline.baseUrl, (who, operation) =>
  // Where a partner's protocol is spoken, the tokens that it gives.
  operation.includes(' /compat/vtex-pick-and-pack/') ? (tokens[who] ?? keys[who]()) : keys[who](),
);
const { send, answers } = recorder;
const failures = (job: string): number =>
  logLines.filter((line) => line.includes('"msg":"job.failed"') && line.includes(`"job":"${job}"`)).length;
const world: World = { packline, recorder, secrets, tokens, echo, failures };
const acts = createActs(world);

let operations: string[] = [];
/** What a viewer saw of the console. */
let visited: Visited[] = [];
/** All of Redis as its keys open it, before everybody was erased and after; files beside it; how many answers there were until then. */
let before: readonly Opened[] = [];
let after: readonly Opened[] = [];
let files: { place: string; bytes: Buffer }[] = [];
let told = 0;
let search: Search;

/** All that was in Redis at some moment of the journey, each value once. */
const stored = new Map<string, { place: string; part: Buffer }>();
async function rememberRedis(): Promise<void> {
  for await (const { key, parts } of bytesIn(redis.client)) {
    for (const part of parts)
      stored.set(createHash('sha1').update(part).digest('hex'), { place: `Redis: ${key}`, part });
  }
}

const callerOf = (operation: string): 'owner' | 'operator' =>
  operation.includes('/v1/merchants') ? 'operator' : 'owner';
beforeAll(async () => {
  operations = operationsOf((await send('nobody', 'GET /openapi.json')).body);
  await connectAll(world, acts);
  await orderAll(world, acts);
  await rememberRedis();
  const echoes = await echoAll(world, acts);
  await hookAll(world, acts);
  await rememberRedis();
  const ids = {
    ...(await readAll(world, acts, echoes)),
    ...(await speakPickAndPack(world, acts)),
    ...(await askForService(world, acts)),
  };
  for (const operation of operations.filter((name) => !/ \/(?:v1|compat)\//.test(name))) {
    await send('nobody', operation, { params: { code: 'request.invalid', token: 'nobody' } });
  }
  for (const operation of operations.filter((name) => /^GET \/(?:v1|compat)\//.test(name))) {
    await send('stranger', operation, { params: ids });
  }
  // What deletes things comes last.
  const deletes = (operation: string): number => Number(operation.startsWith('DELETE'));
  for (const operation of operations.toSorted((a, b) => deletes(a) - deletes(b))) {
    await sendStrays(recorder, callerOf(operation), operation, ids);
  }
  await send('owner', 'POST /v1/orders', {
    json: wrongFields(Object.keys(posted.values)),
    headers: { 'idempotency-key': 'wrong' },
  });
  await send('owner', `GET ${strayPath}`);
  await rememberRedis();
  visited = await visitPages(world, acts, 'viewer', ids);
  const store = present(packline.base.stores[0]);
  before = await openEverything(redis.client, store);
  await forgetEverybody(acts);
  after = await openEverything(redis.client, store);
  files = await filesBelow(packline.base.config.home);
  told = answers.length;
  await readAfterwards(world, acts);
  search = makeSearch([...people, ...strayCanaries, ...makeSecrets(secrets)]);
}, 120_000);

const inAnswer = (answered: Answered): Sighting[] => {
  const { who, operation, status, text, headers } = answered;
  return search.in(`${who}: ${operation} ${status}`, `${text}\n${JSON.stringify(Object.fromEntries(headers))}`);
};
const leaksIn = (sightings: readonly Sighting[]): string[] => judge(sightings).leaks;

const peopleIn = (place: string, content: string | Uint8Array): string[] =>
  search.in(place, content).flatMap(({ canary, kind }) => (kind === 'person' ? [`${canary} in ${place}`] : []));

describe('the journey', () => {
  test('called every operation of the API’s document, and was answered by each', () => {
    const done = new Set(answers.filter(({ status }) => status < 300).map(({ operation }) => operation));
    expect(operations.filter((operation) => !done.has(operation))).toEqual([]);
    expect(operations.length).toBeGreaterThan(45);
  });

  test('took every person and every stray word in: through requests, hooks, partners and subscribers', () => {
    const given = [...recorder.requests, ...acts.toldSandbox, ...echo.said].join('\n');
    const taken = new Set(search.in('given', given).map(({ canary }) => canary));
    expect([...people, ...strayCanaries].map(({ name }) => name).filter((name) => !taken.has(name))).toEqual([]);
    expect(packline.sandbox.faults.list().filter(({ applied }) => applied === 0)).toEqual([]);
  });

  test('went out to partners that quote in every way what they are told, keys and people', () => {
    const heard = new Set(search.in('partners', echo.heard.join('\n')).map(({ canary }) => canary));
    const wanted = [
      'name',
      'phone',
      'street',
      'notes',
      'echoNashKey',
      'echoVtexToken',
      'echoPickAndPackKey',
      'baseUrlKey',
    ];
    expect(wanted.filter((name) => !heard.has(name))).toEqual([]);
    for (const mode of modes) expect(echo.heard.filter((said) => said.includes(mode)).length, mode).toBeGreaterThan(1);
  });
});

describe('no person and no secret is in', () => {
  test('a line of the log, at debug', () => {
    expect(logLines.length).toBeGreaterThan(1_000);
    expect(leaksIn(search.in('log', logLines.join('')))).toEqual([]);
  });

  test('the metrics', async () => {
    const { text } = await send('operator', 'GET /metrics');
    expect(leaksIn(search.in('metrics', text))).toEqual([]);
  });

  test('Redis, where it is not sealed', () => {
    expect(stored.size).toBeGreaterThan(500);
    expect(leaksIn([...stored.values()].flatMap(({ place, part }) => search.in(place, part)))).toEqual([]);
  });

  test('an event that leaves', () => {
    const events = packline.subscriber.received;
    expect(events.length).toBeGreaterThan(20);
    expect(leaksIn(search.in('events', JSON.stringify(events)))).toEqual([]);
  });

  test('a page of the console that a viewer may open, but for what the guide names', () => {
    expect(new Set(visited.filter(({ status }) => status === 200).map(({ place }) => place)).size).toBeGreaterThan(15);
    const shown = visited.flatMap(({ place, text }) => search.in(place, text).filter(({ kind }) => kind !== 'stray'));
    const allowed = [
      // What carriers say of a parcel's way, what subscribers answer, and the URLs of endpoints.
      /^tracked\w+ in .*\/(?:shipments|parcels)\//,
      /^(?:error|answer)\w+ in .*\/deliveries\/:deliveryId$/,
      /^endpoint(?:Url|Header)Key in .*\/webhooks/,
    ];
    const sightings = [...new Set(shown.map(({ place, canary }) => `${canary} in ${place}`))];
    expect(sightings.filter((one) => !allowed.some((pattern) => pattern.test(one)))).toEqual([]);
    expect(allowed.filter((pattern) => !sightings.some((one) => pattern.test(one)))).toEqual([]);
  });

  test('what another merchant, a partner or nobody in particular is answered, pages included', () => {
    const others = answers.filter(({ who }) => who === 'stranger' || who === 'nobody' || who === 'partner');
    expect(others.filter(({ who, status }) => who === 'stranger' && status === 200).length).toBeGreaterThan(5);
    expect(leaksIn(others.flatMap(inAnswer))).toEqual([]);
  });

  test('what the owner and the operator are answered, but for what is shown on purpose', () => {
    const { leaks, unused } = judge(answers.flatMap(inAnswer));
    expect(leaks).toEqual([]);
    expect(unused).toEqual([]);
  });
});

describe('after everybody was erased', () => {
  const openedPeople = (all: readonly Opened[]): string[] => [
    ...new Set(all.flatMap(({ key, texts }) => texts.flatMap((text) => peopleIn(key, text)))),
  ];

  test('until then all that is sealed could be opened, and most people were there', () => {
    expect(before.flatMap(({ key, closed }) => closed.map(() => key))).toEqual([]);
    const seen = new Set(openedPeople(before).map((sighting) => sighting.split(' in ')[0]));
    // Of a shopper at VTEX most is never kept; nor is why a courier was sent away.
    const never = ['firstName', 'lastName', 'document', 'corporateName', 'tradeName', 'corporateDocument', 'stateInscription', 'corporatePhone', 'userProfileId', 'followUpEmail', 'reason']; // prettier-ignore
    expect(people.map(({ name }) => name).filter((name) => !seen.has(name))).toEqual(never);
  });

  test('nobody is in Redis any more, in clear or under a key that is still there, but where the guide says so', () => {
    const places = after.filter(({ texts }) => texts.some((text) => peopleIn('Redis', text).length > 0));
    const ofNoOrder = new Set(after.filter(({ key, texts }) => key.includes(':delivery:') && texts.join().includes(String.raw`\"orderId\":null`)).map(({ key }) => key.replace(':delivery:', ':attempts:'))); // prettier-ignore
    const hooks = places.filter(({ key }) => key.includes(':inbox:'));
    // What a subscriber says of itself about an event that names nobody stays for as long as the event does.
    const others = places.filter((one) => !ofNoOrder.has(one.key) && !hooks.includes(one));
    expect(others.map(({ key }) => key)).toEqual([]);
    // A webhook that nobody could read is held by its issue; by a name alone nobody is found.
    const { hookName } = named.values;
    const namesAlone = [hookName, `{"type":"delivery","event":"x","data":"${hookName}"}`].toSorted();
    expect([...new Set(hooks.flatMap(({ texts }) => texts.slice(2)))].toSorted()).toEqual(namesAlone);
  });

  test('nobody is in a file beside Redis: the log of erasures, uploads', () => {
    expect(files.map(({ place }) => place)).toContain('/erasures.log');
    expect(files.flatMap(({ place, bytes }) => peopleIn(place, bytes))).toEqual([]);
  });

  test('nobody is in what is answered, to the owner or the operator', () => {
    const since = answers.slice(told);
    expect(since.filter(({ status }) => status === 200).length).toBeGreaterThan(100);
    expect(since.flatMap(({ operation, text, headers }) => peopleIn(operation, `${text}${JSON.stringify([...headers])}`))).toEqual([]); // prettier-ignore
  });
});
