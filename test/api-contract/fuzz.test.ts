/**
 * Every operation of the API's document, asked for in ways that the document allows and in ways that it does not. An
 * answer must be one that the document lists; what does not fit it is never done, what fits it is never refused for its
 * form; nothing is answered 5xx, late, or not at all.
 *
 * The default is short. Longer, or again: `FUZZ_RUNS=2000 FUZZ_SEED=7 npx vitest run test/api-contract`. A failure prints its
 * seed and the request.
 */
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import * as z from 'zod';
import type { Reply } from '../support/checked-request.ts';
import { adminKey } from '../support/ingress.ts';
import { generateRequests } from './generate-requests.ts';
import { makeJudge } from './judge-answer.ts';
import { lastMileBodies } from './make-last-mile.ts';
import { bringTo, needsAState } from './needs-a-state.ts';
import type { Operation } from './read-operations.ts';
import { runContract } from './running-contract.ts';
import { createSender, toCurl, type RawRequest } from './send-raw.ts';
import { tokenFor } from './token-for.ts';

/** For each operation that takes parameters; four times as many where there is a body to get wrong. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 15);
const runsOf = ({ parameters, body }: Operation): number => {
  if (body?.type === 'json' && JSON.stringify(body.schema['properties']) !== '{}') return 4 * runs;
  return parameters.length > 0 ? runs : Math.min(runs, 25);
};
const seed = Number(process.env['FUZZ_SEED'] ?? 20_260_115);
/** Looking for the smallest request that fails ends here, too. */
const timeLimitMs = 40_000 + runs * 400;
const bodyBytesMax = 256 * 1024;
const deadlineMs = 10_000;

const { ingress, document, operations, makeMerchant } = await runContract({ bodyBytesMax });
const { send, close } = createSender(ingress.url, deadlineMs);
const rejections: unknown[] = [];
const onRejection = (reason: unknown): void => void rejections.push(reason);
process.on('unhandledRejection', onRejection);
afterAll(() => {
  process.off('unhandledRejection', onRejection);
  close();
});

const judge = makeJudge(document, ingress.document);
const named = operations.map((operation) => [`${operation.method} ${operation.template}`, operation] as const);

/** Tokens do not last as long as a run. */
async function withToken(operation: Operation, request: RawRequest, key: string): Promise<RawRequest> {
  if (operation.dialect === undefined) return request;
  const token = await tokenFor(ingress.url, operation, key);
  const headers = request.headers.map(([name, value]): [string, string] => [
    name,
    value === `Bearer ${key}` ? `Bearer ${token}` : value,
  ]);
  return { ...request, headers };
}

/** Rows go to a connection that takes them; what is confirmed is held; VTEX Last Mile calls under a URL of its own. */
const idsFor = ({ wantsCatalog, template, dialect }: Operation, ids: Readonly<Record<string, string>>) => ({
  ...(dialect === 'vtex-last-mile' ? { token: ids['lastMileToken'] ?? '' } : {}),
  ...(wantsCatalog ? { con: ids['catalogConnection'] ?? '' } : {}),
  ...(template.endsWith('/confirm-retire') ? { run: ids['heldRun'] ?? '' } : {}),
});

/** No worker runs here that could read what a partner lists. */
const isUnread = ({ status, text }: Reply): boolean => status === 503 && text.includes('"catalog.not_read"');
const isRedisAway = ({ status, text }: Reply): boolean => status === 503 && text.includes('"redis.away"');

/** Reading changes nothing: whoever only reads asks about the same one. */
let readFrom: ReturnType<typeof makeMerchant> | undefined;
const merchantFor = ({ method }: Operation): ReturnType<typeof makeMerchant> =>
  method === 'GET' ? (readFrom ??= makeMerchant()) : makeMerchant();

test.each(named)(
  '%s answers whatever it is asked as the document says',
  { timeout: timeLimitMs + 15_000 },
  async (name, operation) => {
    const merchant = await merchantFor(operation);
    const need = needsAState[name];
    if (need !== undefined) await bringTo(ingress.store, merchant.ids['ord'] ?? '', need);
    const target = {
      key: operation.scope === 'admin' || operation.isOfInstallation ? adminKey : merchant.key,
      ids: { ...merchant.ids, code: 'order.state', ...idsFor(operation, merchant.ids) },
    };
    const logged = ingress.log.lines().length;
    const statuses = new Set<number>();
    const ask = async (generated: RawRequest): Promise<void> => {
      // Buckets refill, and times differ.
      ingress.clock.advance(1_000);
      const request = await withToken(operation, generated, target.key);
      let reply = await send(request);
      // Not a refusal of the request: a machine so busy that Redis was not heard within its second.
      for (let tries = 0; tries < 3 && isRedisAway(reply); tries += 1) reply = await send(request);
      statuses.add(reply.status);
      if (!isUnread(reply)) judge(operation, request, reply);
    };
    const requests = generateRequests({ document, operation, target, bodyBytesMax });
    const property = fc.asyncProperty(requests, ask);
    await fc.assert(property, {
      seed,
      numRuns: runsOf(operation),
      interruptAfterTimeLimit: timeLimitMs,
      markInterruptAsFailure: true,
      reporter: (details) => {
        if (!details.failed) return;
        const request = details.counterexample?.[0];
        const shown = request === undefined ? '' : toCurl(ingress.url, request);
        throw new Error(`FUZZ_SEED=${details.seed} (path ${details.counterexamplePath}) ${z.instanceof(Error).safeParse(details.errorInstance).data?.message ?? ''}\n${shown}`); // prettier-ignore
      },
    });
    if (need !== undefined) {
      const path = operation.template.replace('{orderId}', merchant.ids['ord'] ?? '');
      statuses.add((await ingress.request(operation.method, path, { key: target.key, json: need.body })).status);
    }
    const body = lastMileBodies[name]?.(merchant.ids['svc'] ?? '');
    if (body !== undefined) {
      const path = operation.template.replace('{token}', merchant.ids['lastMileToken'] ?? '');
      statuses.add((await ingress.request('POST', path, { json: body })).status);
    }
    // Fuzzing that never gets past the door would prove nothing. Tokens for hooks are given to carriers alone, and whose door it
    // is here is an OMS (inbound-isolation.test.ts).
    const isForCarriers = operation.template === '/in/{token}/oauth/token';
    if (!isForCarriers) expect([...statuses].filter((status) => status < 300)).not.toEqual([]);
    expect((await ingress.request('GET', '/livez')).status).toBe(200);
    expect(
      ingress.log
        .lines()
        .slice(logged)
        .filter(({ msg }) => msg === 'request.failed'),
    ).toEqual([]);
    expect(rejections).toEqual([]);
  },
);
