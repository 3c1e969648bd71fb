import { lookup as lookupInSystem } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import { buildConnector } from 'undici';
import { Failure } from '../domain/failure.ts';
import { readAllowance } from './egress-allow.ts';
import { normalizeName, refuseName } from './egress-names.ts';
import { parseAddress, refuseAddress } from './egress-ranges.ts';

const urlCharsMax = 2048;
/** Upper bound of one connection attempt, name resolution and TLS included; each request sets its own, shorter one. */
export const dialTimeoutMs = 10_000;

/** All addresses of a host name. Rejects or answers nothing when there are none. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

export interface EgressOptions {
  /** What the operator opens: networks, `host:port`, host names (`readAllowance`). Also reachable over plain http. */
  allow: readonly string[];
  /** Plain http to any host, on port 80. Default false. */
  allowHttp?: boolean;
  /** The ports of hosts that are not in `allow`. Default 443, with `allowHttp` 80 as well. */
  ports?: readonly number[];
  /** For tests; the operating system's resolver by default. */
  resolve?: Resolve;
}

/**
 * Keeps Packline from being talked into calling what only Packline can reach. A user's URL is checked twice: when it is
 * written, and when it is dialled, where a name is resolved once, every answer is checked, and only a checked answer is
 * dialled, so that a name that changes its mind in between (DNS rebinding) gains nothing.
 */
export interface Egress {
  /**
   * The URL, normalised and without its fragment.
   * @throws Failure `rejected` with `egress.url_invalid`, `egress.scheme`, `egress.credentials`, `egress.port`,
   * `egress.name` or `egress.address`
   */
  check(url: string): URL;
  /**
   * How undici opens sockets (its Agent's `connect`). Fails with the Failures of `check` (with `detail.resolved` where it is
   * what the name resolves to that must not be called), or `transient` `http.dns`.
   * Knows no proxy, whatever the environment says, because a proxy would resolve and dial for itself.
   */
  connect: buildConnector.connector;
}

export function createEgress(options: EgressOptions): Egress {
  const { allow, allowHttp = false, resolve = resolveInSystem } = options;
  const ports = new Set(options.ports ?? (allowHttp ? [443, 80] : [443]));
  const allowance = readAllowance(allow);

  /** Throws unless this host may be dialled by this protocol on this port; for a name, if its addresses may be. */
  function assertTarget(protocol: string, host: string, port: number): void {
    if (protocol !== 'https:' && protocol !== 'http:') throw refused('scheme', 'Only https URLs are called');
    if (allowance.covers(host, port)) return;
    if (protocol === 'http:' && !allowHttp) throw refused('scheme', 'Only https URLs are called');
    if (!ports.has(port)) throw refused('port', `Port ${port} is not called`);
    if (isIP(host) !== 0) return assertAddress(host);
    const why = refuseName(normalizeName(host));
    if (why !== undefined) throw refused('name', `The host name is not public: ${why}`);
  }

  function assertAddress(text: string, detail: Record<string, unknown> = {}): void {
    const address = parseAddress(text);
    const why = address === undefined ? 'not an address' : refuseAddress(address);
    if (why !== undefined && !allowance.coversAddress(text)) {
      throw refused('address', `The host's address is not public: ${why}`, detail);
    }
  }

  async function resolveChecked(hostname: string): Promise<readonly LookupAddress[]> {
    const answers = await resolveOnce(hostname);
    // One bad answer condemns all: picking the good ones would let whoever answers choose by timing which is dialled.
    for (const { address } of answers) assertAddress(address, { resolved: true });
    return answers;
  }

  async function resolveOnce(hostname: string): Promise<readonly LookupAddress[]> {
    const answers = await resolve(hostname).catch((cause: unknown) => {
      throw new Failure('transient', 'http.dns', `The host name ${hostname} could not be resolved`, { cause });
    });
    if (answers.length > 0) return answers;
    throw new Failure('transient', 'http.dns', `The host name ${hostname} has no address`);
  }

  const dialChecked = makeConnector(resolveChecked);
  const dialAllowed = makeConnector(resolveOnce);

  return {
    check(url) {
      const parsed = parseUrl(url);
      assertTarget(parsed.protocol, toHost(parsed), toPort(parsed.protocol, parsed.port));
      return parsed;
    },
    connect(target, callback) {
      const port = toPort(target.protocol, target.port);
      try {
        // Node calls no lookup for a literal address, so this is the only check that one gets.
        assertTarget(target.protocol, target.hostname, port);
      } catch (error) {
        process.nextTick(callback, error, null);
        return;
      }
      const dial = allowance.covers(target.hostname, port) ? dialAllowed : dialChecked;
      return dial(target, callback);
    },
  };
}

/**
 * Parses what a user typed as strictly as it will be used: the URL parser itself forgives tabs, line breaks, backslashes
 * and missing slashes, and what reads a URL after us may forgive them differently.
 */
function parseUrl(text: string): URL {
  if (text.length > urlCharsMax) throw refused('url_invalid', `The URL is longer than ${urlCharsMax} characters`);
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u0020\u007f\\]|%00/.test(text)) {
    throw refused('url_invalid', 'The URL holds a space, a backslash or a control character');
  }
  const parsed = URL.parse(text);
  if (parsed === null) throw refused('url_invalid', 'The URL cannot be parsed');
  if (!/^[a-z]+:\/\/[^/]/i.test(text)) throw refused('url_invalid', 'The URL does not start with https:// and a host');
  // Empty ones too, which the parser drops and another reader of the URL may not.
  if (/^[a-z]+:\/\/[^/?#]*@/i.test(text)) {
    throw refused('credentials', 'The URL holds a user name or password');
  }
  parsed.hash = '';
  return parsed;
}

/** The host without the brackets of an IPv6 literal. */
const toHost = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

const toPort = (protocol: string, port: string): number => {
  if (port !== '') return Number(port);
  return protocol === 'http:' ? 80 : 443;
};

function makeConnector(resolve: Resolve): buildConnector.connector {
  const resolveWithCallback = callbackify(resolve);
  const lookup: LookupFunction = (hostname, options, callback) =>
    resolveWithCallback(hostname, (error, answers) => {
      const [first] = answers ?? [];
      if (error || first === undefined) callback(error, '');
      else if (options.all === true) callback(null, [...answers]);
      else callback(null, first.address, first.family);
    });
  return buildConnector({
    lookup,
    timeout: dialTimeoutMs,
    // HTTP/1.1 alone: one exchange has one socket, so a deadline that closes it harms no other exchange.
    allowH2: false,
    // Said aloud because NODE_TLS_REJECT_UNAUTHORIZED could otherwise turn it off.
    rejectUnauthorized: true,
  });
}

/** The system's own resolver rather than plain DNS, so that /etc/hosts and the container's names count. */
const resolveInSystem: Resolve = (hostname) => lookupInSystem(hostname, { all: true });

const refused = (why: string, message: string, detail: Record<string, unknown> = {}): Failure =>
  new Failure('rejected', `egress.${why}`, message, { detail });
