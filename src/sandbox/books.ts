import { createRateMeter, type RateMeter, type RateReading } from './rate-meter.ts';

/** One request to a partner, in the order of arrival. */
export interface RequestEntry {
  partner: string;
  /** Null until the caller is known, and for good when it never is. */
  org: string | null;
  method: string;
  /** Without the partner's base path and without the query. */
  path: string;
  /** When the request's headers had arrived, milliseconds since the epoch. */
  arrivedAt: number;
  /** So long they may have been here before this process saw them. */
  heldMs?: number;
  /** Null while it runs, and for good when the connection was cut or left hanging. */
  status: number | null;
}

/** A request over a documented rate limit. */
export interface Violation {
  partner: string;
  org: string;
  bucket: string;
  limit: number;
  method: string;
  path: string;
  arrivedAt: number;
}

export interface BooksReport {
  /** Organisation, business key, effect, how often it really happened: `{"org_demo":{"order-1":{"order.created":1}}}`. */
  effects: Record<string, Record<string, Record<string, number>>>;
  requests: RequestEntry[];
  requestsTotal: number;
  violations: Violation[];
  /** Keyed `org/bucket`. */
  rates: Record<string, RateReading>;
  /** Faults that were applied, by kind. */
  faults: Record<string, number>;
  /** Everything else worth counting, such as webhook attempts. */
  counts: Record<string, number>;
}

/** What really happened at the partners: the truth that tests and demos compare Packline's claims with. */
export interface Books {
  addRequest(entry: RequestEntry): void;
  addEffect(org: string, key: string, effect: string): void;
  addFault(kind: string): void;
  addCount(name: string): void;
  /**
   * Counts an arrival against a budget of so many in any window (a second unless told otherwise); false, and a violation
   * in the books, when it is over the limit.
   */
  arrive(entry: RequestEntry, org: string, bucket: string, limit: number, windowMs?: number): boolean;
  effectsOf(org: string, key: string): Record<string, number>;
  /** What one budget saw; undefined before its first arrival. */
  rateOf(org: string, bucket: string): RateReading | undefined;
  report(org?: string): BooksReport;
  reset(): void;
}

/** A demo may run for weeks; older requests leave the list, never the totals. */
const requestsKeptMax = 20_000;

const bump = (counts: Map<string, number>, name: string): void => {
  counts.set(name, (counts.get(name) ?? 0) + 1);
};

/** `heldNow`: how long the request that is being taken in may have been here unseen. */
export function createBooks(heldNow: () => number = () => 0): Books {
  const effects = new Map<string, Map<string, Map<string, number>>>();
  const requests: RequestEntry[] = [];
  let requestsTotal = 0;
  const violations: Violation[] = [];
  const meters = new Map<string, RateMeter>();
  const faults = new Map<string, number>();
  const counts = new Map<string, number>();

  const meterOf = (key: string, windowMs?: number): RateMeter => {
    const meter = meters.get(key) ?? createRateMeter(windowMs);
    meters.set(key, meter);
    return meter;
  };

  return {
    addRequest(entry) {
      requestsTotal += 1;
      entry.heldMs = heldNow();
      requests.push(entry);
      if (requests.length > requestsKeptMax) requests.shift();
    },
    addEffect(org, key, effect) {
      const ofOrg = effects.get(org) ?? new Map<string, Map<string, number>>();
      effects.set(org, ofOrg);
      const ofKey = ofOrg.get(key) ?? new Map<string, number>();
      ofOrg.set(key, ofKey);
      bump(ofKey, effect);
    },
    addFault: (kind) => bump(faults, kind),
    addCount: (name) => bump(counts, name),
    arrive(entry, org, bucket, limit, windowMs) {
      const { partner, method, path, arrivedAt, heldMs = 0 } = entry;
      const admitted = meterOf(`${org}/${bucket}`, windowMs).arrive(arrivedAt, limit, arrivedAt - heldMs);
      if (!admitted) violations.push({ partner, org, bucket, limit, method, path, arrivedAt });
      return admitted;
    },
    rateOf: (org, bucket) => meters.get(`${org}/${bucket}`)?.read(),
    effectsOf: (org, key) => Object.fromEntries(effects.get(org)?.get(key) ?? []),
    report(org) {
      const wanted = (of: string | null): boolean => org === undefined || of === org;
      return {
        effects: Object.fromEntries(
          [...effects].flatMap(([of, keys]) =>
            wanted(of)
              ? [[of, Object.fromEntries([...keys].map(([key, names]) => [key, Object.fromEntries(names)]))]]
              : [],
          ),
        ),
        requests: requests.filter((entry) => wanted(entry.org)),
        requestsTotal,
        violations: violations.filter((violation) => wanted(violation.org)),
        rates: Object.fromEntries(
          [...meters].flatMap(([key, meter]) =>
            wanted(key.slice(0, key.lastIndexOf('/'))) ? [[key, meter.read()]] : [],
          ),
        ),
        faults: Object.fromEntries(faults),
        counts: Object.fromEntries(counts),
      };
    },
    reset() {
      for (const book of [effects, meters, faults, counts]) book.clear();
      requests.length = 0;
      violations.length = 0;
      requestsTotal = 0;
    },
  };
}
