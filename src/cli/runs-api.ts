import type { RunView } from '../ingress/views/run-view.ts';
import { callJson } from './demo-api.ts';
import type { MerchantApi } from './find-api.ts';
import { follow } from './follow.ts';

export const listRuns = async ({ baseUrl, ...api }: MerchantApi): Promise<RunView[]> =>
  (await callJson<{ data: RunView[] }>(`${baseUrl}/v1/runs`, api)).data;

export const actOnRun = ({ baseUrl, ...api }: MerchantApi, id: string, act: string): Promise<RunView> =>
  callJson<RunView>(`${baseUrl}/v1/runs/${encodeURIComponent(id)}/${act}`, { ...api, method: 'POST' });

const readRun = ({ baseUrl, ...api }: MerchantApi, id: string): Promise<RunView> =>
  callJson<RunView>(`${baseUrl}/v1/runs/${encodeURIComponent(id)}`, api);

/** Until nothing more happens to the run. `onLook` is shown each state. */
export const followRun = (api: MerchantApi, id: string, onLook: (run: RunView) => void): Promise<RunView> =>
  follow(() => readRun(api, id), { isOver: ({ status }) => status !== 'spooling' && status !== 'running', onLook });
