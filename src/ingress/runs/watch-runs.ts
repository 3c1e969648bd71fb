import { isOver, type Run } from '../../domain/run.ts';
import type { IngressDeps } from '../deps.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { readRun } from '../../store/runs.ts';
import { toRunView } from '../views/run-view.ts';

const periodMs = 1_000;
/** Silence that proxies bear. */
const beatMs = 15_000;

/** Nothing more happens to it by itself. */
export const isStill = (run: Run): boolean => isOver(run) || run.status === 'failed';

interface Watch {
  viewers: Set<(message: string) => void>;
  end: () => void;
}

/**
 * Server-sent events about runs. However many look on, each run is read once a second, by the first who came; a viewer
 * who is slow is told of the newest state and not of those between.
 */
export function createRunWatch(deps: Pick<IngressDeps, 'draining'>) {
  const watches = new Map<string, Watch>();

  function watch(store: StoreDeps, runId: string): Watch {
    const present = watches.get(runId);
    if (present !== undefined) return present;
    const viewers: Watch['viewers'] = new Set();
    const made: Watch = { viewers, end: () => end() };
    let said = '';
    let silentMs = 0;
    let isReading = false;
    const tell = (message: string): void => {
      silentMs = 0;
      for (const viewer of viewers) viewer(message);
    };
    const end = (): void => {
      clearInterval(timer);
      if (watches.get(runId) === made) watches.delete(runId);
    };
    const look = async (): Promise<void> => {
      // A store that is away for a while is no end.
      const run = await readRun(store, runId).catch(() => undefined);
      if (run === undefined) return;
      const message = run === null ? '' : toMessage(run);
      if (message !== '' && message !== said) tell((said = message));
      if (run === null || isStill(run) || deps.draining()) {
        end();
        tell('');
      }
    };
    const timer = setInterval(() => {
      silentMs += periodMs;
      if (silentMs >= beatMs) tell(': still here\n\n');
      if (isReading) return;
      isReading = true;
      void look().finally(() => (isReading = false));
    }, periodMs);
    timer.unref();
    watches.set(runId, made);
    return made;
  }

  return {
    /** The events of a run, beginning with how it is; the stream ends when nothing more happens to it. */
    follow(store: StoreDeps, run: Run): ReadableStream<Uint8Array> {
      let leave = (): void => {};
      return new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(Buffer.from(toMessage(run)));
          if (isStill(run)) return controller.close();
          const { viewers, end } = watch(store, run.id);
          const viewer = (message: string): void => {
            if (message === '') {
              leave();
              controller.close();
            } else if ((controller.desiredSize ?? 0) > 0 || message.startsWith('event: end')) {
              controller.enqueue(Buffer.from(message));
            }
          };
          leave = () => {
            viewers.delete(viewer);
            if (viewers.size === 0) end();
          };
          viewers.add(viewer);
        },
        cancel: () => leave(),
      });
    },
    /** Runs that are looked at. */
    size: () => watches.size,
  };
}
export type RunWatch = ReturnType<typeof createRunWatch>;

const toMessage = (run: Run): string =>
  `event: ${isStill(run) ? 'end' : 'progress'}\ndata: ${JSON.stringify(toRunView(run))}\n\n`;
