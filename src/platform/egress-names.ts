/**
 * Host names that mean something only inside a network. Their addresses would mostly be refused as well: refusing the name
 * tells the user when the URL is written, and asks no resolver about it.
 */
const innerSuffixes: readonly (readonly [suffix: string, why: string])[] = [
  ['localhost', 'this host (RFC 6761)'],
  ['localdomain', 'this host (the name in many /etc/hosts)'],
  ['local', 'multicast DNS (RFC 6762), and cluster.local of Kubernetes'],
  ['internal', 'reserved for private use (ICANN, 2024), cloud metadata and host.docker.internal among it'],
  ['svc', 'a Kubernetes service'],
  ['home.arpa', 'home networks (RFC 8375)'],
  ['intranet', 'private networks (RFC 6762, appendix G)'],
  ['private', 'private networks (RFC 6762, appendix G)'],
  ['corp', 'private networks (RFC 6762, appendix G)'],
  ['home', 'private networks (RFC 6762, appendix G)'],
  ['lan', 'private networks (RFC 6762, appendix G)'],
];

const labelPattern = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const nameCharsMax = 253;

/** Lower case and without the dot of the root, so that `localhost.` and `LOCALHOST` are `localhost`. */
export const normalizeName = (host: string): string => host.toLowerCase().replace(/\.$/, '');

/** Why this host name, normalised and no IP address, must not be asked for; undefined when it may. */
export function refuseName(name: string): string | undefined {
  const labels = name.split('.');
  if (name.length > nameCharsMax || !labels.every((label) => labelPattern.test(label)))
    return 'not a host name (RFC 1035)';
  if (labels.length === 1) return 'a name without a dot is looked up in the local network';
  return innerSuffixes.find(([suffix]) => isWithin(name, suffix))?.[1];
}

/** Whether the name is the domain or lies below it. */
export const isWithin = (name: string, domain: string): boolean => name === domain || name.endsWith(`.${domain}`);
