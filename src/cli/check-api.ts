import type { Config } from '../platform/config.ts';
import { checkClock } from './check-clock.ts';
import type { Check } from './check.ts';
import type { TestedView } from './connection-commands.ts';
import { callJson } from './demo-api.ts';
import { describeError } from './describe-error.ts';
import { findApi } from './find-api.ts';

interface ConnectionView {
  id: string;
  name: string;
  connector: string;
  paused: boolean;
}

/** Whether the API can be used from here, its clock, and whether partners let each connection of each merchant in. */
export async function checkApi(config: Config): Promise<Check[]> {
  const at = await findApi(config).catch(() => undefined);
  const baseUrl = at?.baseUrl ?? config.baseUrl;
  const name = 'api';
  const askedMs = Date.now();
  const ready = await fetch(`${baseUrl}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
  const gotMs = Date.now();
  if (ready === undefined)
    return [{ name, status: 'ok', message: `not started at ${baseUrl}: connections are not tested` }];
  const said = ready.headers.get('date');
  // It says whole seconds, rounded down.
  const clock = said === null ? [] : [checkClock('api', { theirMs: Date.parse(said) + 500, askedMs: askedMs - 500, gotMs: gotMs + 500 })]; // prettier-ignore
  if (!ready.ok) {
    return [{ name, status: 'wrong', message: `${baseUrl}/readyz answers ${ready.status}: ${(await ready.text()).slice(0, 300)}` }, ...clock]; // prettier-ignore
  }
  const reached: Check = { name, status: 'ok', message: `${baseUrl} answers, and is ready` };
  if (at === undefined) {
    const message = 'not tested: PACKLINE_ADMIN_KEY is not set here';
    return [reached, ...clock, { name: 'connections', status: 'advice', message }];
  }
  try {
    const connections = await checkConnections(baseUrl, at.adminKey);
    return [reached, ...clock, await checkWorkers(baseUrl, at.adminKey), ...connections];
  } catch (thrown) {
    const message = describeError(thrown);
    const fix = 'set PACKLINE_ADMIN_KEY to the key that the API runs with, or to another of the scope `admin`';
    const isRefused = message.includes('auth.');
    return [reached, ...clock, { name: 'operator’s key', status: 'wrong', message, ...(isRefused && { fix }) }];
  }
}

/** By what the API counts: a worker's sign of life within 20 s. */
async function checkWorkers(baseUrl: string, key: string): Promise<Check> {
  const response = await fetch(`${baseUrl}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  const [, alive] = /^packline_workers_alive (\d+)$/m.exec(await response.text()) ?? [];
  const name = 'workers';
  if (alive === undefined) return { name, status: 'advice', message: 'cannot be counted' };
  if (alive !== '0') return { name, status: 'ok', message: `${alive} alive` };
  const message = 'none is alive: what is accepted waits';
  return {
    name,
    status: 'wrong',
    message,
    fix: 'start one (`packline worker`); what its last log lines say is why it ended',
  };
}

async function checkConnections(baseUrl: string, key: string): Promise<Check[]> {
  const { data: merchants } = await callJson<{ data: { id: string }[] }>(`${baseUrl}/v1/merchants`, { key });
  const checks: Check[] = [];
  for (const { id } of merchants) {
    const headers = { 'packline-merchant': id };
    const { data } = await callJson<{ data: ConnectionView[] }>(`${baseUrl}/v1/connections`, { key, headers });
    for (const connection of data)
      checks.push(await checkConnection(`${baseUrl}/v1/connections`, { key, headers }, connection));
  }
  return checks;
}

async function checkConnection(
  url: string,
  api: { key: string; headers: Record<string, string> },
  { id, name: called, connector, paused }: ConnectionView,
): Promise<Check> {
  const name = `connection ${id} (${connector}, ${called})`;
  if (paused) return { name, status: 'advice', message: 'is paused' };
  try {
    const { ok, account = '', source = '', code = '', detail = '' } = await callJson<TestedView>(`${url}/${id}/test`, { ...api, method: 'POST' }); // prettier-ignore
    if (ok) return { name, status: 'ok', message: account === '' ? 'lets us in' : `lets us in: ${account}` };
    const fix =
      source === 'you'
        ? `correct its settings: PATCH /v1/connections/${id}`
        : 'it is theirs; nothing is wrong with the key';
    return { name, status: source === 'you' ? 'wrong' : 'advice', message: `${code}: ${detail}`, fix };
  } catch (thrown) {
    const message = describeError(thrown);
    // One that only calls us.
    return message.includes('connection.unsupported') ? { name, status: 'ok', message: 'calls nobody' } : { name, status: 'wrong', message }; // prettier-ignore
  }
}
