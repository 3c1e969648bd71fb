/**
 * Where a last-mile service is, in the words of the platform that asks for it (VTEX, Last Mile Protocol). `rank` orders the
 * way of a service; the side states have none: from them it goes on where it was.
 */
export const serviceTable = {
  CREATED: { rank: 0 }, // the platform's own: its data is being looked at
  PENDING: { rank: 1 }, // sent to the carrier
  ASSIGNED: { rank: 2 }, // a courier has taken it
  PICKED: { rank: 3 }, // the courier has the goods
  ON_ROUTE: { rank: 4 },
  DELIVERED: { rank: 5, ends: true }, // at the door, or at a pickup point
  RETURNED: { rank: 5, ends: true }, // not there, or refused
  CANCELED: { rank: 5, ends: true },
  INCIDENT: { rank: null }, // something is wrong
  ON_HOLD: { rank: null }, // paused
} as const satisfies Record<string, { rank: number | null; ends?: true }>;

export type ServiceStatus = keyof typeof serviceTable;
const isServiceStatus = (word: string): word is ServiceStatus => Object.hasOwn(serviceTable, word);
export const serviceStatuses: readonly ServiceStatus[] = Object.keys(serviceTable).filter(isServiceStatus);

export const endsService = (status: ServiceStatus): boolean => 'ends' in serviceTable[status];

/** What a status that is told means for a service. */
export type ServiceMove =
  /** It goes on; one step back included, where it is documented. */
  | 'moves'
  /** Told again. */
  | 'repeats'
  /** Told late: the service is further. */
  | 'late'
  /** Over, and ended otherwise. */
  | 'over';

/**
 * Whether `to` may follow. `reached` is the furthest that the service was on its way, which counts while it is in a side
 * state. Steps may be left out (couriers report what they like), and one back is documented: a courier who gives a service
 * up leaves it PENDING again. Anything else backwards came late.
 */
export function judgeMove(
  { status, reached }: { status: ServiceStatus; reached: ServiceStatus },
  to: ServiceStatus,
): ServiceMove {
  if (to === status) return 'repeats';
  if (endsService(status)) return 'over';
  const rank = serviceTable[to].rank;
  if (rank === null) return 'moves';
  const isGivenUp = reached === 'ASSIGNED' && to === 'PENDING';
  return isGivenUp || rank >= (serviceTable[reached].rank ?? 0) ? 'moves' : 'late';
}

/** What has been reached when the service is in this status now. */
export const reachedBy = (reached: ServiceStatus, status: ServiceStatus): ServiceStatus =>
  serviceTable[status].rank === null ? reached : status;
