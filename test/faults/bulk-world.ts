import { setTimeout as delay } from 'node:timers/promises';
import { composeBase } from '../../src/compose.ts';
import { isOver, type Run } from '../../src/domain/run.ts';
import type { RunKind } from '../../src/domain/bulk-run.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { createLog } from '../../src/platform/log.ts';
import { readVerdicts, toVerdict } from '../../src/store/run-verdicts.ts';
import { listSegments, requireRun } from '../../src/store/runs.ts';
import { connectMerchant, type ConnectedMerchant } from '../support/connected-merchant.ts';
import { startProcesses, type PacklineProcesses } from '../support/packline-processes.ts';
import { createSubscriber, type Subscriber } from '../support/subscriber.ts';
import { findWrongRuns, oddProducts, storeIds, type StoryRow, type ToldRun } from './bulk-story.ts';

/** A merchant that uploads, as a client should: without an answer it sends the same again, with the same key. */
export interface Uploader {
  orgId: string;
  /** Answers the run's id. */
  upload(kind: RunKind, rows: readonly StoryRow[]): Promise<string>;
  /** How many rows were accepted for upload. */
  readonly received: number;
  /** Waits for the end of all runs (or a while), and says what is wrong with them, the partner's books, and what was announced. */
  judge(): Promise<string[]>;
  /** Waits until this run has come so far. */
  reaches(runId: string, isThere: (run: Run) => boolean): Promise<void>;
}

export interface BulkWorld {
  packline: PacklineProcesses;
  uploaders: readonly Uploader[];
  close(): Promise<void>;
}

const endMaxMs = 120_000;
const triesMax = 100;
const pollMs = 50;

/** Two merchants, each with an organisation at the partner of its own, and no workers yet. */
export async function startBulkWorld(seed: number): Promise<BulkWorld> {
  const packline = await startProcesses({
    sandbox: {
      seed,
      speed: 1,
      nash: { refusedRows: [oddProducts.refused], refusalNames: 'first', silentRows: [oddProducts.silent] },
    },
    settings: { PACKLINE_EGRESS_ALLOW: '127.0.0.0/8', PACKLINE_LOG_LEVEL: 'fatal' },
  });
  const { baseUrl, adminKey, sandboxUrl } = packline;
  const subscriber = await createSubscriber();
  const log = createLog({ level: 'silent', name: 'judge' });
  const base = await composeBase(loadConfig(packline.settings), { name: 'judge', profile: 'worker', log });
  const second = await connectMerchant({ baseUrl, adminKey, sandboxUrl, subscriber }, { orgId: 'org_second' });
  const stores = async (orgId: string, apiKey: string): Promise<void> => {
    const limits = { default: 1_000, catalog: 10 };
    await packline.control('POST', '/nash/organisations', { orgId, apiKey, stores: storeIds, limits });
  };
  await stores('org_demo', 'nash_demo_key');
  await stores('org_second', 'nash_key_org_second');

  function makeUploader(merchant: ConnectedMerchant, orgId: string, told: Subscriber): Uploader {
    const runs: { id: string; kind: RunKind; rows: readonly StoryRow[] }[] = [];
    const store = async (runId: string) => {
      for (const one of base.stores) if ((await one.redis.exists(one.keys.run(runId))) === 1) return one;
      throw new Error(`${runId} is nowhere`);
    };
    const read = async (runId: string): Promise<Run> => requireRun(await store(runId), runId);
    const tell = async ({ id, kind, rows }: (typeof runs)[number]): Promise<ToldRun> => {
      const at = await store(id);
      const { status, counts } = await read(id);
      const sequence = Number(await at.redis.hget(at.keys.run(id), 'sequence'));
      const verdicts: (string | undefined)[] = [];
      for (const segment of await listSegments(at, id)) {
        verdicts.push(...[...(await readVerdicts(at, base.blobs, id, segment)).bytes].map(toVerdict));
      }
      return { id, kind, rows, status, counts, sequence, verdicts };
    };
    const books = (kind: RunKind): Map<string, number> => {
      const catalog = packline.sandbox.nash.tenant(orgId)?.catalog;
      if (catalog === undefined) throw new Error(`${orgId} is not there`);
      if (kind === 'products') {
        return new Map(
          catalog.products().map(({ externalIdentifier, weight }) => [String(externalIdentifier), weight]),
        );
      }
      const view = catalog.inventory();
      const all = Array.from({ length: view.count }, (_, at) => view.at(at)).flatMap((row) => row ?? []);
      return new Map(
        all.map((row) => [`${row.externalStoreLocationId}/${row.externalProductId}`, Number(row.quantity)]),
      );
    };
    return {
      orgId,
      get received() {
        return runs.reduce((sum, { rows }) => sum + rows.length, 0);
      },
      async upload(kind, rows) {
        const key = `${orgId}-${runs.length}-${rows[0]?.value}`;
        const body = { [kind === 'products' ? 'products' : 'items']: rows.map(({ row }) => row) };
        for (let tries = 0; tries < triesMax; tries += 1) {
          const answer = await merchant
            .call('POST', `/v1/${kind}`, body, { 'idempotency-key': key })
            .catch(() => undefined);
          if (answer?.status === 202) {
            const id = String(answer.body['id']);
            runs.push({ id, kind, rows });
            return id;
          }
          await delay(pollMs * 4);
        }
        throw new Error('an upload was never accepted');
      },
      async reaches(runId, isThere) {
        const endsMs = Date.now() + endMaxMs;
        while (!isThere(await read(runId)) && Date.now() < endsMs) await delay(pollMs);
      },
      async judge() {
        const endsMs = Date.now() + endMaxMs;
        const announced = () => new Set(told.received.map(({ data }) => data['runId']));
        for (const { id } of runs) {
          while (!(isOver(await read(id)) && announced().has(id)) && Date.now() < endsMs) await delay(pollMs);
        }
        const all = await Promise.all(runs.map(tell));
        return [
          ...all.filter(({ id }) => !announced().has(id)).map(({ id }) => `${id}: its end was not announced`),
          ...(['products', 'inventory'] as const).flatMap((kind) =>
            findWrongRuns(
              all.filter((run) => run.kind === kind),
              books(kind),
            ),
          ),
        ].map((what) => `${orgId}: ${what}`);
      },
    };
  }

  return {
    packline,
    uploaders: [
      makeUploader(packline, 'org_demo', packline.subscriber),
      makeUploader(second, 'org_second', subscriber),
    ],
    close: async () => {
      await base.close(1_000);
      await packline.close();
      await subscriber.close();
    },
  };
}
