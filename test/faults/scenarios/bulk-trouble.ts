import { setTimeout as delay } from 'node:timers/promises';
import type { BoundProcess } from '../../../src/platform/bound-process.ts';
import { createRandom } from '../../../src/sandbox/random.ts';
import { createStory } from '../bulk-story.ts';
import { startBulkWorld, type BulkWorld } from '../bulk-world.ts';
import type { Scenario } from '../scenario.ts';

/** More rows than a run may have that overtakes others. */
const largeRows = 20_500;
const productCount = 1_200;
const workerCount = 2;

/** Each request may meet them; a run of the line waits for eight seconds when its worker is killed. */
const troubles = [
  { probability: 0.06, fault: { kind: 'rateLimit', retryAfterSeconds: 1 } },
  { probability: 0.04, fault: { kind: 'rateLimit', retryAfterSeconds: null } },
  { probability: 0.08, fault: { kind: 'status', status: 500, afterEffect: true } },
  { probability: 0.08, fault: { kind: 'dropAfter' } },
  { probability: 0.05, fault: { kind: 'dropBefore' } },
  { probability: 0.05, fault: { kind: 'garbage', afterEffect: true } },
  { probability: 0.3, fault: { kind: 'delay', ms: 150 } },
] as const;

async function startTrouble({ packline }: BulkWorld): Promise<void> {
  for (const path of ['/v1/products', '/v1/inventory'])
    for (const trouble of troubles) {
      await packline.control('POST', '/faults', { match: { path, method: 'POST' }, ...trouble });
    }
}

export const bulkTrouble: Scenario = {
  name: 'bulk runs in trouble',
  promises: ['R1', 'R6'],
  what: 'Products and stock of two merchants are uploaded, small runs among large ones and about the same things, while the partner fails in every way and workers (later the API, too) are killed: every row comes to one verdict, and the partner has the latest values.',
  async run(scale) {
    const startedMs = Date.now();
    const world = await startBulkWorld(scale.seed);
    const { packline, uploaders } = world;
    const random = createRandom(scale.seed);
    const story = createStory(random, productCount);
    try {
      const workers = await Promise.all(Array.from({ length: workerCount }, () => packline.startWorker()));
      let api: BoundProcess = packline.api;
      await Promise.all(
        uploaders.map(async (uploader) => {
          const id = await uploader.upload('products', story.catalogue());
          await uploader.reaches(id, ({ status }) => status !== 'running');
        }),
      );
      await startTrouble(world);
      const kill = async (index: number): Promise<void> => {
        const worker = workers[index];
        worker?.child.kill('SIGKILL');
        await worker?.ended;
        workers[index] = await packline.startWorker();
      };
      let kills = 0;
      const rounds = scale.isShort ? 1 : Math.max(2, Math.ceil(scale.kills / 8));
      for (let round = 0; round < rounds; round += 1) {
        const begun = await Promise.all(
          uploaders.map(async (uploader, at) => ({
            uploader,
            large: await uploader.upload('inventory', story.some('inventory', at === 0 ? largeRows : 4_000)),
          })),
        );
        const uploading = begun.map(async ({ uploader, large }) => {
          await uploader.upload('products', story.some('products', 300));
          await uploader.reaches(large, ({ counts, status }) => counts.accepted > 0 || status !== 'running');
          for (let n = 0; n < 3; n += 1) await uploader.upload('inventory', story.some('inventory', 200));
          await uploader.upload('products', story.some('products', 50));
          if (!scale.isShort) await uploader.upload('inventory', story.some('inventory', largeRows));
        });
        for (let n = 0; n < (scale.isShort ? 1 : 3); n += 1) {
          await delay(300 + random() * 700);
          await Promise.all(workers.map((_, index) => kill(index)));
          kills += workerCount;
        }
        if (!scale.isShort) {
          api.child.kill('SIGKILL');
          await api.ended;
          api = await packline.startApi();
          kills += 1;
        }
        await Promise.all(uploading);
      }
      const broken = (await Promise.all(uploaders.map((uploader) => uploader.judge()))).flat();
      const { requestsTotal } = packline.sandbox.books.report();
      return {
        scenario: bulkTrouble.name,
        what: bulkTrouble.what,
        promises: bulkTrouble.promises,
        seed: scale.seed,
        seconds: Math.round((Date.now() - startedMs) / 1000),
        verdict: null,
        figures: {
          kills,
          rows: uploaders.reduce((sum, { received }) => sum + received, 0),
          requestsAtThePartners: requestsTotal,
          wrong: broken.length,
        },
        broken: broken.slice(0, 20),
        slow: [],
      };
    } finally {
      await world.close();
    }
  },
};
