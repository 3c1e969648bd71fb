import { Failure } from '../../../domain/failure.ts';
import type { ConnectorIo } from '../../io.ts';
import type { CallingOmsConnector, FeedMessage, OmsCancelOutcome, OmsConnection, StartOutcome } from '../port.ts';
import { VtexClient } from './client.ts';
import { isMissing } from './errors.ts';
import { toOmsOrder } from './mapper.ts';
import { toBaseUrl, usesFeed, usesHook, VtexSettingsSchema, type VtexSettings } from './settings.ts';
import { phases } from './statuses.ts';
import { messageIdOf, toEvent, webhook } from './webhook.ts';

/** Looks into an empty feed: it is a backup beside the hook, and all there is without one. */
const feedPollSeconds = { both: 30, feed: 5, hook: 30 } as const;

/** The OMS of a VTEX account. The order's id is VTEX's own, the same in all of its systems. */
export const vtex: CallingOmsConnector<VtexSettings> = {
  id: 'vtex',
  kind: 'oms',
  title: 'VTEX OMS',
  settings: VtexSettingsSchema,
  phases,
  vendorAccount: ({ account }) => `vtex:${account}`,
  // Limits are set per account, whatever key calls.
  account: (settings) => toBaseUrl(settings),
  budgets: ({ orderReadsPerMinute, requestsPerSecond }) => ({
    default: { calls: requestsPerSecond, perMs: 1_000 },
    orders: { calls: orderReadsPerMinute, perMs: 60_000 },
  }),
  urls: (settings) => [toBaseUrl(settings)],
  policy: (settings) => ({
    startHandling: settings.startHandling,
    notes: settings.notes,
    hook: usesHook(settings),
    feedPollMs: usesFeed(settings) ? (settings.feedPollSeconds ?? feedPollSeconds[settings.ingest]) * 1_000 : null,
  }),
  connect,
  webhook,
};

function connect(settings: VtexSettings, io: ConnectorIo): OmsConnection {
  const client = new VtexClient(settings, io);

  const readOrder: OmsConnection['readOrder'] = async (externalId) => {
    const order = await orNull(client.getOrder(externalId));
    return order === null ? null : toOmsOrder(order, externalId, settings);
  };

  async function startHandling(externalId: string): Promise<StartOutcome> {
    try {
      await client.startHandling(externalId);
      return { started: true };
    } catch (error) {
      if (!isCode(error, notReady)) throw error;
      // "Order status should be ready-for-handling": done already, or beyond it, or not there yet.
      const { status } = await client.getOrder(externalId);
      const phase = phaseOf(status);
      return phase === 'handling' || phase === 'invoiced' ? { started: true } : { started: false, state: status };
    }
  }

  async function cancel(externalId: string, reason: string): Promise<OmsCancelOutcome> {
    try {
      await client.cancelOrder(externalId, reason);
      return { canceled: true };
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'rejected') throw error;
      const order = await orNull(client.getOrder(externalId));
      if (order !== null && phaseOf(order.status) === 'canceled') return { canceled: true };
      const detail = order === null ? error.message : `VTEX has it as ${order.status}`;
      return { canceled: false, code: error.code, detail };
    }
  }

  async function test(): Promise<{ account: string }> {
    try {
      await client.listOrders();
      if (usesHook(settings)) await orNull(client.readHook());
      if (usesFeed(settings)) await orNull(client.readFeedConfig());
    } catch (error) {
      throw withKeyHint(error, settings);
    }
    return { account: settings.account };
  }

  return {
    test,
    readOrder,
    startHandling,
    cancel,
    addNote: (externalId, message) => client.addInteraction(externalId, message),
    async readHook() {
      const config = await orNull(client.readHook());
      const url = config?.hook?.url;
      if (config === null || url === null || url === undefined) return null;
      return { url, matches: asksFor(config.filter, settings) };
    },
    registerHook: (url) => client.writeHook(url),
    async readFeed() {
      const config = await orNull(client.readFeedConfig());
      if (config === null) return null;
      return { matches: asksFor(config.filter, settings), waiting: config.quantity ?? null };
    },
    registerFeed: () => client.writeFeedConfig(),
    async pollFeed() {
      try {
        return (await client.readFeed()).map(toMessage);
      } catch (error) {
        if (!isMissing(error)) throw error;
        throw new Failure('misconfigured', 'vtex.feed_missing', 'VTEX keeps no feed for this key', { cause: error });
      }
    },
    commitFeed: (handles) => client.commitFeed(handles),
  };
}

/** 409 of start-handling. */
const notReady = 'vtex.oms003';
const isCode = (error: unknown, code: string): boolean => error instanceof Failure && error.code === code;

const phaseOf = (state: string) => (isState(state) ? phases[state] : undefined);
const isState = (state: string): state is keyof typeof phases => Object.hasOwn(phases, state);

/** The handle stays outside: whoever has it can make VTEX forget the event. */
function toMessage({ handle, ...event }: { handle: string; [name: string]: unknown }): FeedMessage {
  const read = toEvent(event);
  const messageId = read === undefined ? `unreadable:${JSON.stringify(event)}` : messageIdOf(read);
  return { messageId, handle, body: JSON.stringify(event) };
}

/** What VTEX keeps is what the settings say. Its filters are not validated, so spelling counts. */
function asksFor(
  filter: { type?: string | null | undefined; status?: string[] | null | undefined } | null | undefined,
  { states }: VtexSettings,
): boolean {
  const kept = new Set(filter?.status ?? []);
  return filter?.type === 'FromWorkflow' && kept.size === new Set(states).size && states.every((s) => kept.has(s));
}

/** Keys are named after their account (`vtexappkey-account-ABCDEF`); one of another account is refused like a wrong one. */
function withKeyHint(error: unknown, { account, appKey }: VtexSettings): unknown {
  const named = /^vtexappkey-(.+)-[A-Z0-9]+$/i.exec(appKey)?.[1]?.toLowerCase();
  const isAboutKey = isCode(error, 'vtex.key_refused') || isCode(error, 'vtex.permission_missing');
  if (!isAboutKey || named === undefined || named === account) return error;
  const message = `The application key was made in the account ${named}, and the connection says ${account}`;
  return new Failure('misconfigured', 'vtex.account_mismatch', message, { cause: error });
}

/** Null for "not there" (`vtex.missing`), which a refused key or a web page never is. */
async function orNull<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
