import type { ReplayPlanView, ReplayView } from '../ingress/views/replay-view.ts';
import { callJson } from './demo-api.ts';
import type { MerchantApi } from './find-api.ts';
import { follow } from './follow.ts';

/** An event as the list shows it, as far as it is printed. */
export interface ListedEvent {
  id: string;
  type: string;
  orderId: string | null;
  createdAt: string;
}

/** What is sent again; of what is not given, the API has its defaults. */
export interface ReplayRequest {
  since?: string;
  until?: string;
  types?: readonly string[];
  outcomes?: readonly string[];
  orderId?: string;
  includeDelivered?: boolean;
  ratePerSecond?: number;
}

export const listEvents = async (
  { baseUrl, ...api }: MerchantApi,
  query: Readonly<Record<string, string>>,
): Promise<ListedEvent[]> =>
  (await callJson<{ data: ListedEvent[] }>(`${baseUrl}/v1/events?${new URLSearchParams(query).toString()}`, api)).data;

/** Those that may be sent to. */
export async function listEnabledEndpoints({ baseUrl, ...api }: MerchantApi): Promise<string[]> {
  const { data } = await callJson<{ data: { id: string; status: string }[] }>(`${baseUrl}/v1/endpoints`, api);
  return data.filter(({ status }) => status === 'enabled').map(({ id }) => id);
}

const post = <T>({ baseUrl, ...api }: MerchantApi, path: string, body: object): Promise<T> =>
  callJson<T>(`${baseUrl}/v1/${path}`, { ...api, method: 'POST', body });

export const planReplay = (api: MerchantApi, endpointId: string, request: ReplayRequest): Promise<ReplayPlanView> =>
  post(api, `endpoints/${encodeURIComponent(endpointId)}/replays`, { ...request, plan: true });

export const beginReplay = (api: MerchantApi, endpointId: string, request: ReplayRequest): Promise<ReplayView> =>
  post(api, `endpoints/${encodeURIComponent(endpointId)}/replays`, request);

export const cancelReplay = (api: MerchantApi, id: string): Promise<ReplayView> =>
  post(api, `replays/${encodeURIComponent(id)}/cancel`, {});

export const listReplays = async ({ baseUrl, ...api }: MerchantApi): Promise<ReplayView[]> =>
  (await callJson<{ data: ReplayView[] }>(`${baseUrl}/v1/replays`, api)).data;

/** Until all of it has come to its end. `onLook` is shown each state. */
export const followReplay = (
  { baseUrl, ...api }: MerchantApi,
  id: string,
  onLook: (replay: ReplayView) => void,
): Promise<ReplayView> =>
  follow(() => callJson<ReplayView>(`${baseUrl}/v1/replays/${encodeURIComponent(id)}`, api), {
    isOver: ({ status }) => status !== 'running' && status !== 'delivering',
    onLook,
  });
