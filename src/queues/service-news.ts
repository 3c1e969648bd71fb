import type { TrackingReason } from '../domain/carrier-event.ts';
import { digestOf } from '../platform/hmac.ts';
import { takeNews, type Service, type ServiceAgent, type ServiceNews, type ServicePaper } from '../domain/service.ts';
import type { ServiceMove } from '../domain/service-status.ts';
import { toServiceStatus } from '../domain/to-service-status.ts';
import type { TrackingStatus } from '../domain/tracking-status.ts';
import { toInstant } from '../platform/clock.ts';
import type { StoreDeps } from '../store/deps.ts';
import { changeService, openAgent, sealedWrites, type ServiceChange, type StoredService } from '../store/services.ts';
import { serviceCheckWork } from './service-check.ts';
import { serviceUpdateWork } from './service-update.ts';

export type PaperBody =
  | { kind: 'note'; type: 'ERROR' | 'COMMENT'; note: string; author: string }
  | { kind: 'evidence'; type: 'IMAGE' | 'TEXT'; content: string; author: string }
  /** `url` is the text itself, for BASE64, TEXT and ZPL. */
  | { kind: 'label'; id: string; type: 'PDF' | 'BASE64' | 'TEXT' | 'ZPL'; url: string; name: string };

/** What a carrier tells of a service, in canonical words, however it came. What is absent is as it was. */
export interface CarrierNews extends Omit<ServiceNews, 'status'> {
  /** Null: nothing is said of where it is. */
  status: TrackingStatus | null;
  reason?: TrackingReason | undefined;
  agent?: ServiceAgent;
  papers?: readonly PaperBody[];
}

/** A label that is text is at most 180 kB (guide, "Add labels"). */
export const labelBytesMax = 180_000;
/** A courier tells a few; what is told in a loop must not grow without end. */
export const papersMax = 50;

/** What became of news. `papersRefused`: labels that are too large, and what is more than a service may have. */
export interface NewsTaken {
  move: ServiceMove;
  service: Service;
  papersRefused: number;
}

/**
 * The one way in for what is heard of a service: its state changes by the order of statuses, and the platform is told, in one
 * commit. Safe to repeat: what was told before changes nothing.
 * @throws Failure `rejected` `service.not_found`
 */
export async function serviceNews(store: StoreDeps, serviceId: string, news: CarrierNews): Promise<NewsTaken> {
  const taken: { move: ServiceMove; papersRefused: number } = { move: 'repeats', papersRefused: 0 };
  const service = await changeService(store, serviceId, async (stored) => {
    const { change, ...rest } = await takeCarrierNews(store, stored, news);
    Object.assign(taken, rest);
    return change;
  });
  return { ...taken, service };
}

/** The same, as part of a commit of somebody's own. */
export async function takeCarrierNews(
  store: StoreDeps,
  stored: StoredService,
  { status, reason, agent, papers = [], ...facts }: CarrierNews,
): Promise<{ change: ServiceChange; move: ServiceMove; papersRefused: number }> {
  const { service: before } = stored;
  const at = toInstant(store.clock.now());
  const hasAgent = agent !== undefined || (status === 'PRE_TRANSIT' && (await openAgent(store, stored)) !== null);
  const told = status === null ? null : toServiceStatus(status, { hasAgent, reason });
  const { service: moved, move } = takeNews(before, { ...facts, status: told }, at);
  const fresh = papers.map((body) => ({ ...fromPaper(body), isLarge: isTooLarge(body) })).filter(({ paper }) => !before.papers.some(({ id }) => id === paper.id)); // prettier-ignore
  const room = papersMax - before.papers.length;
  const kept = fresh.filter(({ isLarge }) => !isLarge).slice(0, Math.max(0, room));
  const service = { ...moved, papers: [...moved.papers, ...kept.map(({ paper }) => paper)] };
  const sealed = sealedWrites(store, stored, {
    ...(agent === undefined ? {} : { agent }),
    ...(facts.why === undefined ? {} : { comment: facts.why.comment }),
    ...Object.fromEntries(kept.map(({ paper, body }) => [`paper:${paper.id}`, body])),
  });
  const isSame = agent === undefined && JSON.stringify(service) === JSON.stringify(before);
  const change: ServiceChange = isSame
    ? null
    : {
        service,
        writes: sealed,
        entries: [
          serviceUpdateWork(before),
          ...(before.confirmedAt === null && service.confirmedAt !== null ? [serviceCheckWork(service)] : []),
        ],
      };
  return { change, move, papersRefused: fresh.length - kept.length };
}

/** Labels have an id; a note or an evidence is told again in the same words. */
function fromPaper({ kind, ...body }: PaperBody): { paper: ServicePaper; body: Record<string, unknown> } {
  const id = 'id' in body ? body.id : JSON.stringify(body);
  return { paper: { id: digestOf(Buffer.from(`${kind}\n${id}`)).slice(0, 32), kind, told: false }, body };
}

const isTooLarge = (body: PaperBody): boolean =>
  body.kind === 'label' && body.type !== 'PDF' && Buffer.byteLength(body.url) > labelBytesMax;
