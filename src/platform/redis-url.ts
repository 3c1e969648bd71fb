import { z } from 'zod';

interface RedisNode {
  host: string;
  port: number;
}

interface RedisAccess {
  tls: boolean;
  username?: string;
  password?: string;
}

/** Where a Redis is and which form it has; read from one URL, so that Sentinel and Cluster are settings, not code. */
export type RedisTarget = RedisAccess &
  (
    | { form: 'single'; node: RedisNode; db: number }
    | { form: 'sentinel'; sentinels: RedisNode[]; master: string; db: number; sentinelPassword?: string }
    | { form: 'cluster'; nodes: RedisNode[] }
  );

export const redisUrlForms =
  'redis://[user:password@]host:port[/db], redis+sentinel://host:port,host:port/master[/db][?sentinelPassword=…] ' +
  'or redis+cluster://host:port,host:port (rediss… for TLS)';

const urlPattern =
  /^(?<scheme>rediss?)(?:\+(?<form>sentinel|cluster))?:\/\/(?:(?<access>.*)@)?(?<hosts>[^/?#@]+)(?<path>\/[^?#]*)?(?:\?(?<query>[^#]*))?$/i;

/** The text of `REDIS_URL` as a `RedisTarget`; user and password are percent-encoded in it. */
export const RedisTargetSchema = z.string().transform((url, context): RedisTarget => {
  const reject = (): never => {
    context.addIssue(`must be ${redisUrlForms}`);
    return z.NEVER;
  };
  const { scheme, form, access, hosts, path, query } = urlPattern.exec(url)?.groups ?? {};
  if (scheme === undefined || hosts === undefined) return reject();
  const defaultPort = form?.toLowerCase() === 'sentinel' ? 26_379 : 6_379;
  const nodes = hosts.split(',').map((text) => toNode(text, defaultPort));
  const [first] = nodes;
  if (first === undefined || !nodes.every((node) => node !== undefined)) return reject();

  const segments = (path ?? '').split('/').filter((segment) => segment !== '');
  const db = Number(segments[form === undefined ? 0 : 1] ?? '0');
  const credentials = toCredentials(access);
  if (!Number.isInteger(db) || db < 0 || credentials === undefined) return reject();
  const shared: RedisAccess = { tls: scheme.toLowerCase() === 'rediss', ...credentials };
  switch (form?.toLowerCase()) {
    case 'sentinel': {
      const [master] = segments;
      const sentinelPassword = new URLSearchParams(query).get('sentinelPassword');
      if (master === undefined || segments.length > 2) return reject();
      return {
        ...shared,
        form: 'sentinel',
        sentinels: nodes,
        master,
        db,
        ...(sentinelPassword === null ? {} : { sentinelPassword }),
      };
    }
    case 'cluster':
      return segments.length === 0 ? { ...shared, form: 'cluster', nodes } : reject();
    default:
      return nodes.length === 1 && segments.length <= 1 ? { ...shared, form: 'single', node: first, db } : reject();
  }
});

function toNode(text: string, defaultPort: number): RedisNode | undefined {
  // IPv6 addresses stand in brackets, as in any URL.
  const [, bracketed, plain, port] = /^(?:\[([\da-f:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  return host === undefined ? undefined : { host, port: port === undefined ? defaultPort : Number(port) };
}

function toCredentials(access = ''): Pick<RedisAccess, 'username' | 'password'> | undefined {
  const [, encodedName = '', encodedPassword] = /^([^:]*)(?::(.*))?$/.exec(access) ?? [];
  try {
    const username = decodeURIComponent(encodedName);
    return {
      ...(username === '' ? {} : { username }),
      ...(encodedPassword === undefined ? {} : { password: decodeURIComponent(encodedPassword) }),
    };
  } catch {
    // A lone percent sign.
    return undefined;
  }
}
