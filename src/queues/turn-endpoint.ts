import type { FailureCount, FailureVerdict, WarnPercent } from '../domain/endpoint-health.ts';
import { foreseeSteps, warningSince } from '../domain/endpoint-health.ts';
import type { EndpointHappening } from '../domain/health-events.ts';
import { toInstant } from '../platform/clock.ts';
import type { NewEntry } from '../store/commit.ts';
import type { StoreDeps } from '../store/deps.ts';
import { enabledAnew, listSubscribers, turnStored, type Endpoint, type StoredEndpoint } from '../store/endpoints.ts';
import { succeededWrites } from '../store/endpoint-health.ts';
import { endpointIssue } from '../store/endpoint-issue.ts';
import { announceWrites } from '../store/events.ts';
import { issueWrites } from '../store/issues.ts';
import { deliveryWork } from './delivery-attempt.ts';
import { probeWork } from './endpoint-probe.ts';

type Named = Pick<Endpoint, 'id' | 'merchantId' | 'era'>;
/** Of one that fails. */
interface Failing extends FailureCount {
  code: string;
}

/**
 * Each turn that an endpoint takes is one commit: its document, what its merchant's other endpoints are told, its issue, and
 * the work that follows. It holds only if the endpoint still is as the turn takes it to be, so whoever else saw the same
 * reason, or sees it again after a crash, turns nothing, and nothing is told twice. Null: it was not turned.
 */
async function turn(
  store: StoreDeps,
  endpoint: Pick<Endpoint, 'id' | 'merchantId'>,
  change: (doc: StoredEndpoint) => StoredEndpoint | null,
  consequences: (doc: StoredEndpoint) => {
    happening: EndpointHappening;
    issue?: { title: string; detail: Record<string, unknown>; entryId?: string | null };
    writes?: string[][];
    entries?: NewEntry[];
  },
): Promise<Endpoint | null> {
  const { id, merchantId } = endpoint;
  const others = (await listSubscribers(store, merchantId)).filter((other) => other.id !== id);
  return turnStored(store, endpoint, change, (doc) => {
    const { happening, issue, writes = [], entries = [] } = consequences(doc);
    const told = announceWrites(store, merchantId, happening, others, deliveryWork);
    const opened =
      issue === undefined
        ? []
        : issueWrites(store, { ...endpointIssue(doc), kind: 'rejected', source: 'you', orderId: null, entryId: null, ...issue }); // prettier-ignore
    return {
      writes: [...told.writes, ...opened, ...writes],
      entries: [...told.entries, ...entries],
    };
  });
}

/** It fails, and its count says what follows. */
export async function turnFailing(
  store: StoreDeps,
  endpoint: Named,
  verdict: FailureVerdict,
  failing: Failing,
): Promise<Endpoint | null> {
  if (verdict.turn === 'none') return null;
  return verdict.turn === 'warn'
    ? warn(store, endpoint, verdict.percent, failing)
    : disable(store, endpoint, 'failing', failing);
}

function warn(store: StoreDeps, endpoint: Named, percent: WarnPercent, failing: Failing): Promise<Endpoint | null> {
  const nowMs = store.clock.now();
  const warned = { percent, at: toInstant(nowMs) };
  const isNews = (doc: StoredEndpoint): boolean =>
    doc.era === endpoint.era && !doc.disabled && percent > (warningSince(doc.warned, failing.sinceMs)?.percent ?? 0);
  return turn(
    store,
    endpoint,
    (doc) => (isNews(doc) ? { ...doc, warned } : null),
    ({ id: endpointId, autoDisable }) => {
      const end = foreseeSteps(failing, warned, { autoDisable, nowMs }).find(({ step }) => step === 'disable');
      const disablesAt = end === undefined ? null : toInstant(end.atMs);
      const facts = { percent, ...factsOf(failing), disablesAt };
      return {
        happening: { type: 'endpoint.warned', data: { endpointId, ...facts } },
        issue: { title: 'an endpoint takes no events', detail: facts },
      };
    },
  );
}

const factsOf = ({ failures, sinceMs, code }: Failing) => ({ failures, failingSince: toInstant(sinceMs), code });

function disable(
  store: StoreDeps,
  endpoint: Named,
  reason: 'failing' | 'gone',
  failing: Failing | null,
): Promise<Endpoint | null> {
  const at = toInstant(store.clock.now());
  return turn(
    store,
    endpoint,
    (doc) =>
      doc.era === endpoint.era && !doc.disabled
        ? { ...doc, disabled: true, disabledReason: reason, disabledNote: null, disabledAt: at }
        : null,
    (doc) => {
      const [probe] = reason === 'failing' ? probeWork(doc) : [];
      const title =
        reason === 'gone'
          ? 'an endpoint answered 410 and is disabled'
          : 'an endpoint took no events for days and is disabled';
      const detail = { reason, ...(failing && factsOf(failing)) };
      return {
        happening: { type: 'endpoint.disabled', data: { endpointId: doc.id, reason } },
        // Whoever retries the issue has it asked at once.
        issue: { title, detail, entryId: probe?.id ?? null },
        entries: probe === undefined ? [] : [probe],
      };
    },
  );
}

/** It answered 410: "never again" (Standard Webhooks 1.0.0, "Webhook responses"). */
export const disableGone = (store: StoreDeps, endpoint: Named): Promise<Endpoint | null> =>
  disable(store, endpoint, 'gone', null);

/** Its merchant wants it so. Of one that is disabled already, when stays as it is; asking whether it is there ends. */
export async function disableByMerchant(
  store: StoreDeps,
  endpoint: Named,
  note: string | undefined,
): Promise<Endpoint | null> {
  const why = note === undefined ? {} : { disabledNote: note };
  const disabledAt = toInstant(store.clock.now());
  const disabled = await turn(
    store,
    endpoint,
    (doc) =>
      doc.disabled
        ? null
        : { ...doc, disabled: true, disabledReason: 'merchant', disabledAt, disabledNote: null, ...why },
    ({ id: endpointId }) => ({ happening: { type: 'endpoint.disabled', data: { endpointId, reason: 'merchant' } } }),
  );
  if (disabled !== null) return disabled;
  const mine = ({ disabledReason: before }: StoredEndpoint) => (before === 'failing' ? 'merchant' : before);
  return turnStored(
    store,
    endpoint,
    (doc) => (doc.disabled ? { ...doc, disabledReason: mine(doc), ...why } : null),
    () => ({}),
  );
}

/**
 * It is sent events again, as if it were new. By its merchant whatever it was disabled for; by a probe only if nobody has
 * decided anything else since it was disabled at `disabledAt`.
 */
export function enable(
  store: StoreDeps,
  endpoint: Named,
  by: { merchant: true } | { probeOf: string },
): Promise<Endpoint | null> {
  const mayBe = (doc: StoredEndpoint): boolean =>
    'merchant' in by
      ? doc.disabled
      : doc.disabledReason === 'failing' && doc.disabledAt === by.probeOf && doc.era === endpoint.era;
  return turn(
    store,
    endpoint,
    (doc) => (mayBe(doc) ? enabledAnew(doc) : null),
    ({ id: endpointId }) => ({
      happening: { type: 'endpoint.enabled', data: { endpointId, by: 'merchant' in by ? 'merchant' : 'probe' } },
      writes: succeededWrites(store, endpoint),
    }),
  );
}

/** It was warned, and takes events again. */
export const recover = (store: StoreDeps, endpoint: Named): Promise<Endpoint | null> =>
  turn(
    store,
    endpoint,
    (doc) => (doc.era === endpoint.era && !doc.disabled && doc.warned !== null ? { ...doc, warned: null } : null),
    ({ id: endpointId }) => ({ happening: { type: 'endpoint.recovered', data: { endpointId } } }),
  );
