import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../domain/failure.ts';
import type { RunView } from '../ingress/views/run-view.ts';
import { callJson } from './demo-api.ts';
import type { MerchantApi } from './find-api.ts';

const periodMs = 1_000;
/** So often in a row an API that is away is asked again: it may be starting anew. */
const missesMax = 60;

export const listRuns = async ({ baseUrl, ...api }: MerchantApi): Promise<RunView[]> =>
  (await callJson<{ data: RunView[] }>(`${baseUrl}/v1/runs`, api)).data;

export const actOnRun = ({ baseUrl, ...api }: MerchantApi, id: string, act: string): Promise<RunView> =>
  callJson<RunView>(`${baseUrl}/v1/runs/${encodeURIComponent(id)}/${act}`, { ...api, method: 'POST' });

const readRun = ({ baseUrl, ...api }: MerchantApi, id: string): Promise<RunView> =>
  callJson<RunView>(`${baseUrl}/v1/runs/${encodeURIComponent(id)}`, api);

/** Looks once a second until nothing more happens to the run. `onLook` is shown each state. */
export async function followRun(api: MerchantApi, id: string, onLook: (run: RunView) => void): Promise<RunView> {
  for (let misses = 0; ;) {
    try {
      const run = await readRun(api, id);
      misses = 0;
      onLook(run);
      if (run.status !== 'spooling' && run.status !== 'running') return run;
    } catch (thrown) {
      misses += 1;
      if (isRefused(thrown) || misses > missesMax) throw thrown;
    }
    await delay(periodMs);
  }
}

/** Asking again would not help. */
const isRefused = (thrown: unknown): boolean => {
  const status = thrown instanceof Failure ? thrown.detail['status'] : undefined;
  return typeof status === 'number' && status < 500 && status !== 429;
};
