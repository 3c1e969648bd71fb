import type { HonoAdapter } from '@bull-board/hono';
import { Hono } from 'hono';
import { jobNames } from '../queues/jobs.ts';
import { shardPrefix, type BullQueues } from '../queues/bull-queues.ts';

/** Below the console: what people open. */
export const boardPath = '/ops/queues';

export interface BoardParts {
  /** One for each shard. */
  queues: readonly BullQueues[];
  /** Shows what hands over again what failed. */
  acts: boolean;
}

export type AskBoard = Hono['fetch'];

/** What waits in BullMQ is references only; what is shown of it is these, whatever else should ever be there. */
export function toShownData(data: unknown): { entries: { id: string; attempt: number; lostRuns: number }[] } {
  const entries = typeof data === 'object' && data !== null && 'entries' in data ? data.entries : undefined;
  return { entries: (Array.isArray(entries) ? entries : []).flatMap(toShownEntry) };
}

function toShownEntry(entry: unknown): { id: string; attempt: number; lostRuns: number }[] {
  if (typeof entry !== 'object' || entry === null || !('id' in entry)) return [];
  const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
  const id = typeof entry.id === 'string' && entryIdPattern.test(entry.id) ? entry.id : '[redacted]';
  const { attempt, lostRuns } = { attempt: undefined, lostRuns: undefined, ...entry };
  return [{ id, attempt: number(attempt), lostRuns: number(lostRuns) }];
}

const entryIdPattern = new RegExp(`^(?:${jobNames.join('|')})\\.[\\w.-]{1,200}$`);
const subjectPattern = /\b(?:ord|run)_[0-9a-z]{26}\b/;

/** Where to read on: the first order or run that a job is about. */
function toSubjectLink(data: unknown): { href: string; displayText: string } {
  const [id] = toShownData(data).entries.flatMap((entry) => subjectPattern.exec(entry.id)?.[0] ?? []);
  return id === undefined
    ? { href: boardPath, displayText: 'Queues' }
    : { href: `${boardPath}/of/${id}`, displayText: id.slice(0, 3) === 'run' ? 'Run' : 'Order' };
}

/** Of a failed job its own words, which a library wrote, stay in its worker's log. */
const hideWords = (key: string, value: unknown): unknown =>
  key === 'stacktrace' ? [] : key === 'failedReason' && value ? 'It failed: see the log of its worker.' : value;

/** bull-board over all queues, loaded when somebody opens it first. */
export async function createQueueBoard({ queues, acts }: BoardParts): Promise<AskBoard> {
  const [{ createBullBoard }, { BullMQAdapter }, { HonoAdapter: Adapter }, { serveStatic }] = await Promise.all([
    import('@bull-board/api'),
    import('@bull-board/api/bullMQAdapter'),
    import('@bull-board/hono'),
    import('@hono/node-server/serve-static'),
  ]);
  const adapters = queues.flatMap((shard, number) =>
    [...shard.values()].map((queue) => {
      const adapter = new BullMQAdapter(queue, {
        // Retrying one job is all that the router lets through, to the API.
        readOnlyMode: !acts,
        allowRetries: acts,
        prefix: shardPrefix(queues, number),
        delimiter: queues.length > 1 ? '.' : '',
        externalJobUrl: ({ data }: { data?: unknown }) => toSubjectLink(data),
      });
      adapter.setFormatter('data', toShownData);
      adapter.setFormatter('returnValue', () => undefined);
      adapter.setFormatter('progress', () => 0);
      return adapter;
    }),
  );
  const server: HonoAdapter = new Adapter(serveStatic);
  server.setBasePath(boardPath);
  createBullBoard({
    queues: adapters,
    serverAdapter: server,
    options: {
      handlerHooks: {
        after: (_, result) => ({ ...result, body: JSON.parse(JSON.stringify(result.body ?? null, hideWords)) }),
      },
      uiConfig: {
        boardTitle: 'Packline queues',
        hideRedisDetails: true,
        showWorkers: false,
        pollingInterval: { forceInterval: 15 },
        miscLinks: [{ text: 'Back to the console', url: '/ops' }],
      },
    },
  });
  const { fetch: askBoard } = new Hono().route(boardPath, server.registerPlugin());
  return askBoard;
}
