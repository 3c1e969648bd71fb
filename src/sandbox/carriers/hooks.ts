import { z } from 'zod';
import type { SandboxContext } from '../context.ts';
import { createHookSender, type HookSender } from '../hook-sender.ts';
import { hookBodies } from './hook-bodies.ts';
import { createHookTokens } from './hook-token.ts';
import type { Parcel } from './parcel-book.ts';
import { createRsaSigner, signatures } from './sign-hook.ts';

/** Who is told of a carrier's parcels. UPS has credentials and a token URL, the others a secret; ShipEngine has its own keys. */
export const subscriptionSchema = z.strictObject({
  carrier: z.enum(['easypost', 'aftership', 'shippo', 'shipengine', 'fedex', 'ups', 'demo']),
  url: z.url(),
  secret: z.string().default(''),
  /** EasyPost has two ways of signing. */
  version: z.enum(['v1', 'v2']).default('v1'),
  clientId: z.string().default(''),
  clientSecret: z.string().default(''),
  tokenUrl: z.url().optional(),
});
export type Subscription = z.output<typeof subscriptionSchema>;

export interface CarrierHooks {
  /** One of a carrier takes the place of the one before. */
  subscribe(subscription: Subscription): void;
  unsubscribe(carrier: string): void;
  list(): readonly Subscription[];
  /** Sends what the carrier says of the parcel now. */
  tell(parcel: Parcel): void;
  rsa: ReturnType<typeof createRsaSigner>;
  forget(): void;
  stop(): void;
}

const minuteMs = 60_000;
/** When each attempt is made after the one before: documented for AfterShip and FedEx, and one alone where nothing is said. */
const ladders: Readonly<Record<string, readonly number[]>> = {
  aftership: [0, ...Array.from({ length: 13 }, (_, at) => 30_000 * 2 ** at)],
  fedex: [0, 5 * minuteMs, 5 * minuteMs, 5 * minuteMs],
  easypost: [0, 10_000, minuteMs],
  shipengine: [0, 30_000, minuteMs],
};
const timeoutMs = 7_000;

export function createCarrierHooks(context: SandboxContext): CarrierHooks {
  const subscriptions = new Map<string, Subscription>();
  const senders = new Map<string, HookSender>();
  const rsa = createRsaSigner();
  const tokens = createHookTokens(context.now, (status) =>
    context.books.addCount(`ups.hookToken.${status ?? 'unanswered'}`),
  );

  const senderOf = (carrier: string): HookSender => {
    const known = senders.get(carrier);
    if (known !== undefined) return known;
    const ladderMs = ladders[carrier] ?? [0];
    const isTaken = (status: number): boolean => status >= 200 && status <= 299;
    const sender = createHookSender(context, { partner: carrier, org: 'demo', ladderMs, timeoutMs, isTaken });
    senders.set(carrier, sender);
    return sender;
  };

  async function headersOf(subscription: Subscription, body: string): Promise<Record<string, string> | null> {
    const { carrier, version, tokenUrl, url, secret, clientId, clientSecret } = subscription;
    const hook = { body, url, secret, nowMs: context.now() };
    if (carrier === 'shipengine') return rsa.headers(hook);
    if (carrier !== 'ups') return signatures[carrier === 'easypost' && version === 'v2' ? 'easypost-v2' : carrier]?.(hook) ?? {}; // prettier-ignore
    const token = await tokens.get({ tokenUrl: tokenUrl ?? `${url}/oauth/token`, clientId, clientSecret });
    if (token === null) return null;
    return { authorization: `Bearer ${token}`, 'x-api-key': clientId, 'user-agent': 'UPSPubSubTrackingService' };
  }

  async function send(subscription: Subscription, parcel: Parcel): Promise<void> {
    const { carrier, url } = subscription;
    const body = hookBodies[carrier]?.(parcel, context.now()) ?? null;
    if (body === null) return;
    const headers = await headersOf(subscription, JSON.stringify(body));
    if (headers !== null) senderOf(carrier).send({ url, headers }, 'tracking', body);
  }

  return {
    subscribe: (subscription) => void subscriptions.set(subscription.carrier, subscription),
    unsubscribe: (carrier) => void subscriptions.delete(carrier),
    list: () => [...subscriptions.values()],
    tell(parcel) {
      const subscription = subscriptions.get(parcel.carrier);
      if (subscription === undefined) return;
      send(subscription, parcel).catch((error: unknown) =>
        context.log.error({ err: error, carrier: parcel.carrier }, 'carrierHook.crashed'),
      );
    },
    rsa,
    forget() {
      for (const sender of senders.values()) sender.stop();
      senders.clear();
    },
    stop() {
      for (const sender of senders.values()) sender.stop();
      tokens.stop();
    },
  };
}
