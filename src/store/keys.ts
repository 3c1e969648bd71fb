import type { RunKind } from '../domain/bulk-run.ts';
import type { ParcelName } from '../domain/parcel.ts';
import type { DeliveryStatus } from '../domain/delivery-status.ts';

/**
 * Every Redis key there is, but for those that scripts make of the tag (`applied:`, `lane:`, `lane-state:`, entry-lua.ts; `lane-…:`, budget-lua.ts; `budgets`, lanes.ts; `replicated`, replicas.ts). A merchant's data and its shard's queues share one hash tag, so that each atomic step stays
 * in one cluster slot; what must be found before the shard is known (keys, tokens, merchants) lies under the global tag.
 */
export function createKeys(shard: number) {
  const tag = `{pl:${shard}}`;
  return {
    shard,
    tag,
    /** BullMQ's own prefix. */
    queuePrefix: `${tag}:bull`,
    /** Says that this Redis is the one we know; gone when it came back empty. */
    generation: `${tag}:generation`,

    /** Until when this Redis is known to have been ours (ms). */
    highWater: `${tag}:high-water`,

    // Work entries: one hash of records, a sorted set per lane and class, a sorted set of lanes by next free moment.
    entries: `${tag}:entries`,
    lanes: `${tag}:lanes`,
    leased: `${tag}:leased`,
    dead: `${tag}:dead`,

    order: (orderId: string) => `${tag}:order:${orderId}`,
    timeline: (orderId: string) => `${tag}:timeline:${orderId}`,
    /** Who has posted what: `externalId` digests in small hashes, which Redis keeps packed. For ever. */
    claims: (merchantId: string, bucket: string) => `${tag}:claims:${merchantId}:${bucket}`,
    orders: (merchantId: string) => `${tag}:orders:${merchantId}`,
    /** Those of them that have a status, or belong to a store (order-lists.ts). */
    ordersAt: (merchantId: string, status: string) => `${tag}:orders-at:${merchantId}:${status}`,
    ordersOf: (merchantId: string, storeLocationId: string) => `${tag}:orders-of:${merchantId}:${storeLocationId}`,
    /** `<keyed hash of an e-mail address or phone>:<order id>`, for finding the orders of a person. */
    persons: (merchantId: string) => `${tag}:persons:${merchantId}`,
    /** Order id to when its person was erased: what of the log outside has been done here. For ever. */
    erasures: `${tag}:erasures`,
    /** `<partner's id>\n<order id>`: by what partners call an order. */
    partnerIds: (merchantId: string) => `${tag}:partner-ids:${merchantId}`,
    /** Orders with no route yet, for the day a connection appears. */
    unrouted: (merchantId: string) => `${tag}:unrouted:${merchantId}`,
    /** Orders not at their end, by when a partner was last heard of them (ms). */
    open: `${tag}:open`,
    /** Orders at their end, by when that was (ms). */
    finished: `${tag}:finished`,
    /** A partner's reference to our order id. */
    reference: (connectionId: string, externalRef: string) => `${tag}:ref:${connectionId}:${externalRef}`,

    /** Hooks about an order that we do not know (yet). */
    unmatched: (connectionId: string, externalRef: string) => `${tag}:unmatched:${connectionId}:${externalRef}`,

    idempotency: (merchantId: string, digest: string) => `${tag}:idem:${merchantId}:${digest}`,
    inbox: (inboxId: string) => `${tag}:inbox:${inboxId}`,
    /** Hooks of a merchant whose bytes lie there and are about no order of ours (yet), by when those are past (s). */
    waitingHooks: (merchantId: string) => `${tag}:waiting-hooks:${merchantId}`,
    /** The hooks about an order whose bytes are still kept. */
    hooks: (orderId: string) => `${tag}:hooks:${orderId}`,
    inboxSeen: (connectionId: string, digest: string) => `${tag}:seen:${connectionId}:${digest}`,

    /** What is known of a number: for each carrier that has one like it, the parcel, its version and its sealed history. */
    parcel: (merchantId: string, number: string) => `${tag}:parcel:${merchantId}:${number}`,
    /** When a parcel was asked about because somebody wanted to know; there for as long as nobody may again. */
    askedParcel: ({ merchantId, carrier, number }: ParcelName) =>
      `${tag}:asked-parcel:${merchantId}:${carrier}/${number}`,
    /** Orders of which a connection has to be told how far the merchant's own fleet is, by when (ms). */
    fleetOwed: (connectionId: string) => `${tag}:fleet-owed:${connectionId}`,
    /** Who takes some of them, so that no two do. */
    fleetTurn: (connectionId: string) => `${tag}:fleet-turn:${connectionId}`,
    /** Where the couriers of a connection are, by delivery, and who puts that to their orders (courier-positions.ts). */
    positions: (connectionId: string) => `${tag}:positions:${connectionId}`,
    positionsState: (connectionId: string) => `${tag}:positions-state:${connectionId}`,
    /** The parcels that a connection is asked about, by when they are due (ms). */
    dueParcels: (connectionId: string) => `${tag}:due:${connectionId}`,
    /** `carrier/number` of parcels that a connection's carrier is to be asked to tell of. */
    wishes: (connectionId: string) => `${tag}:wishes:${connectionId}`,
    /** Until when a connection's carrier is not asked to tell of parcels (ms). */
    wishesRest: (connectionId: string) => `${tag}:wishes-rest:${connectionId}`,
    /** The public keys that a connection's hooks are signed with, as its carrier listed them. */
    hookKeys: (connectionId: string) => `${tag}:hook-keys:${connectionId}`,
    /** Failures in a row of a connection's carrier, and until when it is left alone. */
    circuit: (connectionId: string) => `${tag}:circuit:${connectionId}`,
    /** Calls of an account on one of its days. */
    dailyCalls: (account: string, day: string) => `${tag}:daily-calls:${account}:${day}`,

    connections: (merchantId: string) => `${tag}:connections:${merchantId}`,
    health: (connectionId: string) => `${tag}:health:${connectionId}`,
    /** How its calls went in one minute since the epoch. */
    calls: (connectionId: string, minute: number) => `${tag}:calls:${connectionId}:${minute}`,
    endpoints: (merchantId: string) => `${tag}:endpoints:${merchantId}`,
    /** Failures of an endpoint since its last success, in one era of it. */
    endpointHealth: (endpointId: string, era: number) => `${tag}:endpoint-health:${endpointId}:${era}`,
    /** How many events an endpoint has missed, and when (ms). */
    endpointMissed: (endpointId: string) => `${tag}:endpoint-missed:${endpointId}`,
    event: (eventId: string) => `${tag}:event:${eventId}`,
    events: (merchantId: string) => `${tag}:events:${merchantId}`,
    delivery: (deliveryId: string) => `${tag}:delivery:${deliveryId}`,
    /** Each delivery in the one of its endpoint's indexes that its status says; and endpoints that are gone, as long as these have some. */
    deliveries: (endpointId: string, status: DeliveryStatus) => `${tag}:deliveries:${endpointId}:${status}`,
    formerEndpoints: (merchantId: string) => `${tag}:former-endpoints:${merchantId}`,
    /** Events and deliveries of an order; deliveries of an event that is about none. */
    about: (subjectId: string) => `${tag}:about:${subjectId}`,
    /** Events sent again to an endpoint: each, a merchant's, and the one that is under way at an endpoint. */
    replay: (replayId: string) => `${tag}:replay:${replayId}`,
    replays: (merchantId: string) => `${tag}:replays:${merchantId}`,
    replaying: (merchantId: string) => `${tag}:replaying:${merchantId}`,
    attempts: (deliveryId: string) => `${tag}:attempts:${deliveryId}`,
    /** Deliveries of one order to one endpoint (`lineId`), or of one replay, oldest first; only the head is a work entry. */
    sequence: (lineId: string, orderId: string) => `${tag}:sequence:${lineId}:${orderId}`,
    /** Places where orders are picked, and what each system calls them. */
    facilities: (merchantId: string) => `${tag}:facilities:${merchantId}`,
    issues: (merchantId: string) => `${tag}:issues:${merchantId}`,
    issue: (issueId: string) => `${tag}:issue:${issueId}`,
    issueEntries: (issueId: string) => `${tag}:issue-entries:${issueId}`,
    /** The newest orders that it touched, and about how many those were. */
    issueOrders: (issueId: string) => `${tag}:issue:${issueId}:orders`,
    issueOrdersSeen: (issueId: string) => `${tag}:issue:${issueId}:seen`,
    /** How many issues a merchant was told of within a minute, and those that it is told of together. */
    issueDigest: (merchantId: string) => `${tag}:issue-digest:${merchantId}`,
    /** Orders that are not at their end, by how long they have been so (ms), for each status. */
    inStatus: (merchantId: string, status: string) => `${tag}:in-status:${merchantId}:${status}`,
    /** How long an order may stay in each status. */
    stuckRules: (merchantId: string) => `${tag}:stuck-rules:${merchantId}`,
    reconciliations: (merchantId: string) => `${tag}:reconciliations:${merchantId}`,
    reconciliation: (id: string) => `${tag}:reconciliation:${id}`,
    /** Comparisons of a connection's lists with what was accepted, and when each was last begun (ms). */
    stockReconciliations: (connectionId: string) => `${tag}:stock-reconciliations:${connectionId}`,
    stockReconciliation: (id: string) => `${tag}:stock-reconciliation:${id}`,
    stockReconciled: `${tag}:stock-reconciled`,
    run: (runId: string) => `${tag}:run:${runId}`,
    runs: (merchantId: string) => `${tag}:runs:${merchantId}`,
    runSegments: (runId: string) => `${tag}:run-segments:${runId}`,
    /** Of a segment in work: a byte for each row, and why rows were rejected. Both become a blob when it is done. */
    runVerdicts: (runId: string, segment: number) => `${tag}:run-verdicts:${runId}:${segment}`,
    runReasons: (runId: string, segment: number) => `${tag}:run-reasons:${runId}:${segment}`,
    /** Row keys (6 bytes) that newer runs have brought to their end while this one was unfinished. */
    runOvertaken: (runId: string) => `${tag}:run-overtaken:${runId}`,
    /** The runs of one connection and kind: who works on which, and those that are unfinished, by whose turn it is. */
    line: (connectionId: string, kind: RunKind) => `${tag}:line:${connectionId}:${kind}`,
    lineRuns: (connectionId: string, kind: RunKind) => `${tag}:line-runs:${connectionId}:${kind}`,
    /** Pulling of a connection's catalogue: its state, and SKUs that have changed and are to be read (pull-marks.ts). */
    pull: (connectionId: string) => `${tag}:pull:${connectionId}`,
    pullMarks: (connectionId: string) => `${tag}:pull-marks:${connectionId}`,
    /** SKUs that were read while a complete read was under way, and are to be read once more behind it. */
    pullAgain: (connectionId: string) => `${tag}:pull-again:${connectionId}`,
    /** The latest complete read. */
    fullPull: (connectionId: string) => `${tag}:full-pull:${connectionId}`,
    /** A service that a last-mile platform asked for. */
    service: (serviceId: string) => `${tag}:service:${serviceId}`,
    /** A merchant's services, by id; some whose retention is over among them (services.ts). */
    services: (merchantId: string) => `${tag}:services:${merchantId}`,
    /** Which service a parcel's number is of. */
    serviceNumber: (merchantId: string, number: string) => `${tag}:service-number:${merchantId}:${number}`,
    /** The services that were asked for of one order, by the order's id at the platform. */
    orderServices: (merchantId: string, orderId: string) => `${tag}:order-services:${merchantId}:${orderId}`,
    /** Which service it is that is asked for again, by a digest of what it is known by. */
    serviceClaim: (connectionId: string, digest: string) => `${tag}:service-claim:${connectionId}:${digest}`,
    /** A merchant's rules of what is kept back of its stock. */
    safetyStock: (merchantId: string) => `${tag}:safety-stock:${merchantId}`,
    /** How a merchant's tracking pages look. */
    branding: (merchantId: string) => `${tag}:branding:${merchantId}`,
    /** Runs whose upload is under way, by when something of it came last (ms). */
    spooling: `${tag}:spooling`,
    /** Runs that are over and whose rows are still kept, by when that was (ms). */
    endedRuns: `${tag}:ended-runs`,
    /** What a connection's partner has accepted last; its buckets lie under it (delta.ts). */
    delta: (connectionId: string, kind: RunKind) => `${tag}:delta:${connectionId}:${kind.slice(0, 1)}`,
    /** Which categories the products of a connection have; its buckets lie under it (product-categories.ts). */
    productCategories: (connectionId: string) => `${tag}:delta:${connectionId}:c`,
    /** A page of a partner's list as it was last read (listed-pages.ts). */
    listedPage: (connectionId: string, pageId: string) => `${tag}:listed:${connectionId}:${pageId}`,
    /** Buckets of deltas that were forgotten as a whole, to be removed little by little: prefix to how many. */
    deltaGarbage: `${tag}:delta-garbage`,
    /** When each merchant was last reconciled on schedule (ms). */
    reconciled: `${tag}:reconciled`,
    /** Which merchants have data on this shard, for the sweep. */
    merchants: `${tag}:merchants`,
  };
}
export type Keys = ReturnType<typeof createKeys>;

export const globalKeys = {
  tag: '{pl:g}',
  generation: '{pl:g}:generation',
  highWater: '{pl:g}:high-water',
  /** How many shards are in use. */
  shards: '{pl:g}:shards',
  merchants: '{pl:g}:merchants',
  apiKey: (digest: string) => `{pl:g}:api-key:${digest}`,
  apiKeys: (merchantId: string) => `{pl:g}:api-keys:${merchantId}`,
  token: (digest: string) => `{pl:g}:token:${digest}`,
  /** Who may use the console: id to document, and login name to id. */
  users: '{pl:g}:users',
  userNames: '{pl:g}:user-names',
  invite: (digest: string) => `{pl:g}:invite:${digest}`,
  session: (digest: string) => `{pl:g}:session:${digest}`,
  loginAttempts: (digest: string) => `{pl:g}:login-attempts:${digest}`,
  /** What people and keys have done: a stream. */
  audit: '{pl:g}:audit',
  /** Numbers of one step of time (series.ts), and which process takes what is read once for all. */
  series: (window: string, step: number) => `{pl:g}:series:${window}:${step}`,
  seriesClaim: (step: number) => `{pl:g}:series-claim:${step}`,
  /** Worker processes, by when they last said that they are there (ms). */
  workersAlive: '{pl:g}:workers-alive',
  /** Written and read back by readiness. */
  ready: '{pl:g}:ready',
};
