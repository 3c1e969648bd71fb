import { onTestFinished } from 'vitest';
import type { CarrierConnector } from '../../src/connectors/carriers/port.ts';
import { createConnectorIo } from '../../src/connectors/create-io.ts';
import { createEgress } from '../../src/platform/egress.ts';
import { createHttp } from '../../src/platform/http.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';
import type { Step } from '../../src/sandbox/carriers/parcel-steps.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';

export const startMs = Date.parse('2026-07-26T12:00:00Z');

/** A listening sandbox whose clock the test owns, and connections of ours to its carriers over real HTTP. */
export interface CarriersHarness {
  sandbox: Sandbox;
  url: string;
  clock: FakeClock;
  connect: <S>(connector: CarrierConnector<S>, settings: Record<string, unknown>) => ReturnType<typeof open<S>>;
  /** The control API: `/_sandbox/carriers…`. */
  control: (method: string, path: string, body?: unknown) => Promise<unknown>;
  move: (
    carrier: string,
    number: string,
    step: Step,
    options?: { atMs?: number; silent?: boolean },
  ) => Promise<unknown>;
}

export async function startCarriers(options: SandboxOptions = {}): Promise<CarriersHarness> {
  const clock = createFakeClock(startMs);
  const sandbox = createSandbox({ speed: 0, clock, ...options });
  const { url, close } = await sandbox.listen(0);
  onTestFinished(close);
  const control: CarriersHarness['control'] = async (method, path, body) => {
    const answer = await fetch(`${url}/_sandbox/carriers${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  };
  return {
    sandbox,
    url,
    clock,
    control,
    connect: (connector, settings) => open(connector, settings, url, clock),
    move: (carrier, number, step, more = {}) =>
      control('POST', `/parcels/${carrier}/${number}/steps`, { step, ...more }),
  };
}

function open<S>(connector: CarrierConnector<S>, given: Record<string, unknown>, url: string, clock: FakeClock) {
  const port = Number(new URL(url).port);
  const egress = createEgress({ allow: ['127.0.0.0/8'], allowHttp: true, ports: [port] });
  const http = createHttp({ egress, userAgent: 'Packline/test' });
  const pauses: (number | undefined)[] = [];
  const budget = {
    take: () => Promise.resolve({ taken: true, waitMs: 0, late: () => Promise.resolve() }),
    throttle: (_lane: string, pauseMs: number) => Promise.resolve(void pauses.push(pauseMs)),
  };
  const io = createConnectorIo(
    { http, budget, clock, report: () => undefined },
    { connector: connector.id, laneOf: (name) => name, signal: new AbortController().signal },
  );
  const settings = connector.settings.parse(given);
  return { carrier: connector.connect(settings, io), settings, pauses };
}
