import type { StoreDeps } from './deps.ts';
import type { Endpoint } from './endpoints.ts';
import { issueId, resolveWrites } from './issues.ts';

type Named = Pick<Endpoint, 'id' | 'merchantId'>;

/** The one issue that an endpoint has while it takes nothing. What it holds is the asking whether it is there again. */
export const endpointIssue = ({ merchantId, id }: Named) =>
  ({ merchantId, target: id, job: 'endpoint-probe', code: 'endpoint.unhealthy' }) as const;

/** Its merchant has to look at it: not where they disabled it themselves. */
export const isTroubled = ({ disabledReason: why, warned }: Pick<Endpoint, 'disabledReason' | 'warned'>): boolean =>
  why === 'gone' || why === 'failing' || (why === null && warned !== null);

/** The part of a commit with which it is asked no more: nothing is left that a retry of the issue could bring forward. */
export const askedNoMoreWrites = ({ keys }: StoreDeps, endpoint: Named): string[][] => [
  ['DEL', keys.issueEntries(issueId(endpointIssue(endpoint)))],
];

/** The part of a commit with which its trouble is over. */
export const troubleEndedWrites = (deps: StoreDeps, endpoint: Named): string[][] => [
  ...resolveWrites(issueId(endpointIssue(endpoint))),
  ...askedNoMoreWrites(deps, endpoint),
];
