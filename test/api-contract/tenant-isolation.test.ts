/**
 * Made from the API's document: wherever an id may stand, another merchant's is answered exactly as one that does not
 * exist, and nothing of that merchant changes. A new route is tested by existing; one whose ids nobody can make fails.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { countEntries } from '../../src/store/entries.ts';
import type { Reply } from '../support/checked-request.ts';
import { adminKey } from '../support/ingress.ts';
import { generateValues, nameOfReference, resolve } from './generate-values.ts';
import type { MerchantWithEverything } from './merchant-with-everything.ts';
import { bringTo, needsAState } from './needs-a-state.ts';
import { idPrefixOf, type Operation, type Parameter } from './read-operations.ts';
import { runContract } from './running-contract.ts';
import { tokenFor } from './token-for.ts';

const { ingress, document, operations, makeMerchant } = await runContract();
/** Who asks for what is not theirs. Whom they ask about is new each time, unless they only read. */
const own = await makeMerchant();
const readFrom = await makeMerchant();
const nameOf = ({ method, template }: Operation): string => `${method} ${template}`;
type Ids = Readonly<Record<string, string>>;

/** Path parameters that name nothing of a merchant's, or are a secret of their own (inbound-isolation.test.ts). */
const otherwiseTested = new Set([
  'GET /docs/problems/{code}',
  'GET /schemas/{type}',
  'POST /in/{token}',
  'POST /in/{token}/api/notification/',
  'POST /in/{token}/oauth/token',
  'GET /v1/tracking/{carrier}/{trackingNumber}',
  'POST /v1/tracking/{carrier}/{trackingNumber}/refresh',
  // Of all merchants: the key of one is refused before it names anything (ingress/queues.test.ts).
  'POST /v1/queues/{queue}/jobs/{jobId}/retry',
]);
/** A place in the sorted list, or a merchant's own word, not a thing: the lists themselves are looked through below. */
const isPlace = ({ name }: Parameter): boolean => !filters.has(name);
const filters = new Set([
  'cursor', 'pageIndex', 'numResultsPerPage', 'search', 'semanticSearch', 'skus', 'ids', 'externalProductId',
  'externalStoreLocationId',
]); // prettier-ignore

/** In a partner's protocol ids have no prefix, and go by the parameter's name. */
const placesOf = ({ parameters, dialect }: Operation): { parameter: Parameter; prefix: string }[] =>
  parameters.filter(isPlace).flatMap((parameter) => {
    const byName = dialect !== undefined && parameter.in !== 'header' ? parameter.name : undefined;
    const prefix = idPrefixOf(parameter.schema) ?? byName;
    return prefix === undefined ? [] : [{ parameter, prefix }];
  });
const unknownOf = (prefix: string): string => `${prefix}_01jd3xk5q8h2v4m6n7p9r0stwz`;

interface Asked {
  /** Where else than in the path the ids are to stand. */
  places?: readonly Parameter[];
  body?: unknown;
  idempotencyKey?: string;
}

/** One request with each of these ids wherever it belongs. */
async function ask(operation: Operation, key: string, ids: Ids, asked: Asked = {}): Promise<Reply> {
  const { places = [], body, idempotencyKey = 'the-same-for-all' } = asked;
  const idFor = ({ name, schema }: Parameter): string => ids[idPrefixOf(schema) ?? name] ?? '';
  const at = (where: Parameter['in']) => places.filter((place) => place.in === where);
  // What has to be there and names no kind of thing is a search for any.
  const searches = operation.parameters.filter((one) => one.in === 'query' && one.required === true);
  const path = operation.parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce((template, parameter) => template.replace(`{${parameter.name}}`, idFor(parameter)), operation.template);
  const query = [
    ...at('query').map((parameter) => `${parameter.name}=${idFor(parameter)}`),
    ...searches.map(({ name }) => `${name}=${ids['ord'] ?? ''}`),
  ];
  const chosen = operation.parameters.flatMap(({ name, in: where, required, schema }) => {
    const words = z.array(z.string()).safeParse(schema['enum']).data ?? [];
    return where === 'header' && required === true && words.length > 0 ? [[name, words[0] ?? ''] as const] : [];
  });
  const headers = Object.fromEntries([...chosen, ...at('header').map((one) => [one.name, idFor(one)] as const)]);
  const json = body === undefined ? {} : { json: body };
  return ingress.request(operation.method, query.length === 0 ? path : `${path}?${query.join('&')}`, {
    key: await tokenFor(ingress.url, operation, key),
    headers: { 'Idempotency-Key': idempotencyKey, ...headers },
    ...json,
  });
}

/** Rows go to a connection that takes them, services come from one that asks for them; what is confirmed is held. */
async function makeMerchantFor(operation: Operation): Promise<MerchantWithEverything> {
  const made = operation.method === 'GET' ? readFrom : await makeMerchant();
  const { ids } = made;
  if (operation.template.endsWith('/confirm-retire')) return { ...made, ids: { ...ids, run: ids['heldRun'] ?? '' } };
  return { ...made, ids: idsFor(operation, ids) };
}

/** Everything but what is new with each answer, and the id where it is said back. */
function comparable({ status, headers, body }: Reply, id: string): unknown {
  const {
    instance: _,
    traceId: __,
    requestId: ___,
    date: ____,
    RequestID: _____,
    ...rest
  } = JSON.parse(
    JSON.stringify(z.record(z.string(), z.unknown()).safeParse(body).data ?? {}).replaceAll(id, '<id>'),
  ) as Record<string, unknown>;
  return { status, names: [...headers.keys()], type: headers.get('content-type'), body: rest };
}

function idsFor({ wantsCatalog, template }: Operation, ids: Ids): Ids {
  if (template === '/v1/services') return { ...ids, con: ids['lastMileConnection'] ?? '' };
  return wantsCatalog || template === '/v1/runs' ? { ...ids, con: ids['catalogConnection'] ?? '' } : ids;
}

/** All that a merchant can read of its own, and how much work there is. */
async function everythingOf({ key, ids }: MerchantWithEverything): Promise<unknown> {
  const reads = operations.filter(
    ({ method, scope, dialect, isOfInstallation }) =>
      method === 'GET' && scope === 'read' && dialect === undefined && !isOfInstallation,
  );
  const replies = await Promise.all(
    reads.map(async (read) => [nameOf(read), (await ask(read, key, idsFor(read, ids))).body] as const),
  );
  return { ...Object.fromEntries(replies), entries: await countEntries(ingress.store) };
}

/** A body that this operation takes, found by trying on somebody who is not needed any more. */
async function findBody(operation: Operation): Promise<unknown> {
  if (operation.takesRows) return operation.template === '/v1/products' ? { products: [] } : { items: [] };
  if (operation.body?.type !== 'json') return undefined;
  const candidates = fc.sample(generateValues(document, operation.body.schema), { numRuns: 200, seed: 1 });
  if (candidates.every((body) => JSON.stringify(body) === '{}')) return {};
  const { key, ids } = await makeMerchantFor(operation);
  for (const body of candidates) {
    const mayAsk = operation.scope === 'admin' ? adminKey : key;
    const { status } = await ask(operation, mayAsk, ids, { body, idempotencyKey: randomUUID() });
    if (status < 300) return body;
  }
  throw new Error(`no body was found that ${nameOf(operation)} takes`);
}

test('GET /v1/tracking/{carrier}/{trackingNumber} answers for another merchant’s parcel as for none', async () => {
  const theirs = await makeMerchant();
  const { carrier = '', trackingNumber = '' } = theirs.ids;
  const read = (number: string, key: string) => ingress.request('GET', `/v1/tracking/${carrier}/${number}`, { key });
  const [foreign, none] = [await read(trackingNumber, own.key), await read('NONE', own.key)];
  expect(comparable(foreign, trackingNumber)).toEqual(comparable(none, 'NONE'));
  expect(foreign.status).toBe(404);
  expect((await read(trackingNumber, theirs.key)).status).toBe(200);
  const refresh = (number: string, key: string) =>
    ingress.request('POST', `/v1/tracking/${carrier}/${number}/refresh`, { key });
  const [stranger, nobody] = [await refresh(trackingNumber, own.key), await refresh('NONE', own.key)];
  expect(comparable(stranger, trackingNumber)).toEqual(comparable(nobody, 'NONE'));
  expect((await refresh(trackingNumber, theirs.key)).status).toBe(202);
});

test('there is no path parameter of which nobody knows whose it is', () => {
  const unnamed = operations.filter(({ parameters, dialect }) => dialect === undefined && parameters.some((one) => one.in === 'path' && idPrefixOf(one.schema) === undefined)); // prettier-ignore
  expect(unnamed.map(nameOf).sort()).toEqual([...otherwiseTested].sort());
});

const withPlaces = operations.filter((operation) => operation.scope !== undefined && placesOf(operation).length > 0);

type Place = ReturnType<typeof placesOf>[number];

/** What somebody with this key is answered where another merchant's id stands, and where one that nobody has. */
async function askForBoth(
  operation: Operation,
  { key, theirs, body }: { key: string; theirs: MerchantWithEverything; body: unknown },
  { parameter, prefix }: Place,
) {
  const places = parameter.in === 'path' ? [] : [parameter];
  const askFor = (id: string): Promise<Reply> => ask(operation, key, { ...own.ids, [prefix]: id }, { places, body });
  return { foreign: await askFor(theirs.ids[prefix] ?? ''), none: await askFor(unknownOf(prefix)) };
}

test.each(withPlaces.map((operation) => [nameOf(operation), operation] as const))(
  '%s answers for another merchant’s ids as for none, and changes nothing',
  async (_name, operation) => {
    const theirs = await makeMerchantFor(operation);
    const lacking = placesOf(operation).filter(({ prefix }) => theirs.ids[prefix] === undefined);
    expect(lacking, 'merchant-with-everything.ts makes none of this kind').toEqual([]);
    const need = needsAState[nameOf(operation)];
    if (need !== undefined) await bringTo(ingress.store, theirs.ids['ord'] ?? '', need);
    const body = need?.body ?? (await findBody(operation));
    // That reading changes nothing is seen of all reads at once, below.
    const look = () => (operation.method === 'GET' ? undefined : everythingOf(theirs));
    const before = await look();
    ingress.clock.advance(1_000);

    const isLikeNone = async (key: string, place: Place): Promise<void> => {
      const { foreign, none } = await askForBoth(operation, { key, theirs, body }, place);
      const { parameter, prefix } = place;
      expect(comparable(foreign, theirs.ids[prefix] ?? '')).toEqual(comparable(none, unknownOf(prefix)));
      if (parameter.in === 'query' && operation.dialect === undefined)
        expect(foreign.body).toEqual({ data: [], nextCursor: null });
      else expect(foreign.status).toBeGreaterThanOrEqual(400);
    };
    for (const place of placesOf(operation)) await isLikeNone(own.key, place);
    // An operator may look at every merchant, but not find one's things below another.
    const path = placesOf(operation).filter(({ parameter }) => parameter.in === 'path');
    if (operation.scope === 'admin') for (const place of path.slice(1)) await isLikeNone(adminKey, place);
    expect(await look()).toEqual(before);

    // All of that would prove nothing if the request were refused to everybody.
    const places = placesOf(operation).map(({ parameter }) => parameter);
    const answer = await ask(operation, operation.scope === 'admin' ? adminKey : theirs.key, theirs.ids, {
      places,
      body,
    });
    expect(answer.status).toBeLessThan(300);
    expect(answer.headers.get('idempotent-replayed')).toBeNull();
    if (places.some((place) => place.in === 'query')) expect(answer.body).not.toMatchObject({ data: [] });
    // Nor is the other's answer given away for its idempotency key.
    for (const place of placesOf(operation)) await isLikeNone(own.key, place);
  },
);

test('whoever reads with another merchant’s ids changes nothing', async () => {
  const theirs = await makeMerchant();
  const before = await everythingOf(theirs);
  ingress.clock.advance(1_000);
  for (const operation of withPlaces.filter(({ method }) => method === 'GET')) {
    const of = { ...theirs, ids: idsFor(operation, theirs.ids) };
    for (const place of placesOf(operation)) {
      const { foreign } = await askForBoth(operation, { key: own.key, theirs: of, body: undefined }, place);
      if (place.parameter.in === 'path') expect(foreign.status, nameOf(operation)).toBeGreaterThanOrEqual(400);
    }
  }
  expect(await everythingOf(theirs)).toEqual(before);
});

/** Lists in which no id stands: of what there is to connect, and of what a merchant has set. */
const nobodys: ReadonlySet<string> = new Set(['/v1/connectors', '/v1/stuck-rules']);
const lists = operations.filter(
  ({ method, scope, parameters, dialect }) =>
    method === 'GET' && scope !== undefined && dialect === undefined && parameters.every((one) => one.in !== 'path'),
);

test.each(lists.map((list) => [nameOf(list), list] as const))(
  '%s never holds another merchant’s ids',
  async (_name, list) => {
    const theirs = readFrom;
    const words = Object.values(theirs.ids);
    const cursors = list.parameters.filter(({ name, schema }) => name === 'cursor' && idPrefixOf(schema) !== undefined);
    for (const places of [[], cursors]) {
      const { text } = await ask(list, own.key, theirs.ids, { places });
      expect(words.filter((word) => text.includes(word))).toEqual([]);
    }
    const { status, text } = await ask(list, theirs.key, theirs.ids);
    if (status === 403) expect(list.scope === 'admin' || list.isOfInstallation).toBe(true);
    else if (!nobodys.has(list.template)) expect(words.filter((word) => text.includes(word))).not.toEqual([]);
  },
);

/** Where a body may name a thing, how to name it, and on what. */
const nash = { connector: 'nash', name: 'Nash', settings: { apiKey: 'nash_key' } };
const naming: Readonly<Record<string, { kind: 'con' | 'ord' | 'ep'; refused: number; make: (id: string) => unknown }>> =
  {
    'POST /v1/connections': {
      kind: 'con',
      refused: 400,
      make: (con) => ({ ...nash, routing: [{ connections: [con] }] }),
    },
    'PATCH /v1/connections/{connectionId}': {
      kind: 'con',
      refused: 400,
      make: (con) => ({ routing: [{ connections: [con] }] }),
    },
    'POST /v1/events/{eventId}/replay': {
      kind: 'ep',
      refused: 404,
      make: (endpointId) => ({ endpointId, plan: true }),
    },
    'POST /v1/endpoints/{endpointId}/replays': {
      kind: 'ord',
      refused: 404,
      make: (orderId) => ({ orderId, plan: true }),
    },
    'POST /v1/erasures': { kind: 'ord', refused: 404, make: (orderId) => ({ orderId, force: true }) },
  };

const withNames = operations.filter(({ body }) => body?.type === 'json' && namesSomething(body.schema));

function namesSomething(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  const { $ref } = { $ref: undefined, ...schema };
  if (typeof $ref === 'string') return namesSomething(resolve(document, nameOfReference($ref)));
  return idPrefixOf({ ...schema }) !== undefined || Object.values(schema).some(namesSomething);
}

test.each(withNames.map((operation) => [nameOf(operation), operation] as const))(
  '%s takes no other merchant’s id in its body',
  async (name, operation) => {
    const how = naming[name];
    if (how === undefined) throw new Error('nobody says how to name a thing here');
    const { kind, refused, make } = how;
    const theirs = await makeMerchant();
    const made = await ingress.request('POST', '/v1/connections', { key: own.key, json: nash });
    const ids = { ...own.ids, con: z.looseObject({ id: z.string() }).parse(made.body).id };
    const answers = [theirs.ids[kind], unknownOf(kind), own.ids[kind]].map((id = '') =>
      ask(operation, own.key, ids, { body: make(id), idempotencyKey: id }),
    );
    const [foreign, none, known] = await Promise.all(answers);
    expect(foreign?.status).toBe(refused);
    expect(foreign && comparable(foreign, theirs.ids[kind] ?? '')).toEqual(none && comparable(none, unknownOf(kind)));
    expect(known?.status).toBeLessThan(300);
  },
);
