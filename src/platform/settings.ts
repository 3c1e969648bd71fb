import { createHash } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { blobSettings } from './blob-settings.ts';
import { traceSettings } from './trace-settings.ts';
import { RedisTargetSchema, redisUrlForms } from './redis-url.ts';
import { flag, list, settingRegistry, text, whole, type Setting } from './setting-values.ts';

const days = () => whole(1, 3_650);
const redisUrl = () => text().refine((url) => RedisTargetSchema.safeParse(url).success, `must be ${redisUrlForms}`);

/** A master key with the name that is stored beside everything sealed with it. */
export interface MasterKey {
  id: string;
  /** 32 bytes, for AES-256-GCM. */
  key: Buffer;
}

/** `<base64 of 32 bytes>` or `<id>:<base64>`; without an id, the first 8 hex digits of the key's SHA-256 are its name. */
export const MasterKeySchema = z.string().transform((value, context): MasterKey => {
  const [, id, encoded = ''] = /^(?:([\w.-]{1,64}):)?([A-Za-z0-9+/]+={0,2})$/.exec(value) ?? [];
  const key = Buffer.from(encoded, 'base64');
  if (key.length !== 32) {
    context.addIssue('must be 32 bytes in base64 (make one with `openssl rand -base64 32`), after an optional `id:`');
    return z.NEVER;
  }
  return { id: id ?? createHash('sha256').update(key).digest('hex').slice(0, 8), key };
});

const isEgressRule = (rule: string): boolean =>
  ipaddr.isValidCIDR(rule) || /^(\[[\da-f:.]+\]|[\w.-]+):\d{1,5}$/i.test(rule);

/** Every setting there is. Fields without a fallback are undefined when not set. */
export const SettingsSchema = z.object({
  port: whole(0, 65_535).register(settingRegistry, {
    env: 'PORT',
    fallback: '8080',
    about: 'TCP port of the HTTP API; 0 takes a free one.',
  }),
  host: text().register(settingRegistry, {
    env: 'HOST',
    fallback: '127.0.0.1',
    about: 'Address to listen on; loopback until told otherwise, 0.0.0.0 in a container.',
  }),
  baseUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .optional()
    .register(settingRegistry, {
      env: 'PACKLINE_BASE_URL',
      about: 'URL under which partners and browsers reach this API; http://HOST:PORT when not set.',
    }),
  home: text().register(settingRegistry, {
    env: 'PACKLINE_HOME',
    fallback: '.packline',
    about:
      'Folder for what must outlive Redis: the log of erasures, generated keys, spooled uploads, the embedded Redis.',
  }),
  redisUrl: redisUrl().optional().register(settingRegistry, {
    env: 'REDIS_URL',
    about:
      'redis://, rediss://, redis+sentinel://h:p,h:p/name or redis+cluster://h:p,h:p; `packline up` brings its own when not set.',
    secret: true,
  }),
  redisTrusted: flag().register(settingRegistry, {
    env: 'PACKLINE_REDIS_TRUSTED',
    fallback: 'false',
    about: 'Accept a managed Redis whose CONFIG cannot be read: you know that it persists every write.',
  }),
  allowLossyRedis: flag().register(settingRegistry, {
    env: 'PACKLINE_ALLOW_LOSSY_REDIS',
    fallback: 'false',
    about: 'Run on a Redis that may lose accepted work. For experiments only.',
  }),
  waitReplicas: whole(0, 5).register(settingRegistry, {
    env: 'PACKLINE_WAIT_REPLICAS',
    fallback: '0',
    about:
      'Replicas that must have an order, a hook or a change before it is answered 2xx; else 503. For Sentinel and Cluster.',
  }),
  failoverSeconds: whole(0, 3_600).register(settingRegistry, {
    env: 'PACKLINE_FAILOVER_SECONDS',
    fallback: '60',
    about:
      'How far behind a replica may have been when it is promoted. A Redis that is older was restored, and stays shut.',
  }),
  shards: whole(1, 1_024).register(settingRegistry, {
    env: 'PACKLINE_SHARDS',
    fallback: '1',
    about: 'Redis hash tags that merchants are spread over; more than 1 only helps on a cluster. Never lower it.',
  }),
  secretKey: MasterKeySchema.optional().register(settingRegistry, {
    env: 'PACKLINE_SECRET_KEY',
    about:
      'Master key that seals credentials and personal data: 32 bytes in base64, optionally after `id:`. `packline up` makes one for the sandbox.',
    secret: true,
  }),
  previousSecretKeys: list().pipe(z.array(MasterKeySchema)).register(settingRegistry, {
    env: 'PACKLINE_SECRET_KEYS_PREVIOUS',
    fallback: '',
    about: 'Earlier master keys, comma-separated, to read what was sealed before a rotation.',
    secret: true,
  }),
  adminKey: z.string().min(32, 'must have at least 32 characters').optional().register(settingRegistry, {
    env: 'PACKLINE_ADMIN_KEY',
    about: 'API key with the scope `admin` that exists from the first start; at least 32 characters.',
    secret: true,
  }),
  apiKey: text().optional().register(settingRegistry, {
    env: 'PACKLINE_API_KEY',
    about: 'API key of a merchant, with which the commands `products`, `inventory` and `runs` call the API.',
    secret: true,
  }),
  egressAllow: list()
    .pipe(
      z.array(
        z
          .string()
          .refine(isEgressRule, { error: (issue) => `"${String(issue.input)}" is neither a CIDR nor host:port` }),
      ),
    )
    .register(settingRegistry, {
      env: 'PACKLINE_EGRESS_ALLOW',
      fallback: '',
      about: 'Private ranges (CIDR) and host:port pairs, comma-separated, that outbound calls may reach all the same.',
    }),
  ...blobSettings,
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).register(settingRegistry, {
    env: 'PACKLINE_LOG_LEVEL',
    fallback: 'info',
    about: 'trace, debug, info, warn, error, fatal or silent.',
  }),
  metricsPort: whole(0, 65_535).optional().register(settingRegistry, {
    env: 'PACKLINE_METRICS_PORT',
    about:
      'TCP port on which this process serves `/metrics`, `/livez` and `/readyz` without a key, on HOST; none when not set. Not for the public.',
  }),
  ...traceSettings,
  ratePerSecond: whole(1, 100_000).register(settingRegistry, {
    env: 'PACKLINE_RATE_PER_SECOND',
    fallback: '50',
    about: 'Inbound requests per second and API key, on average.',
  }),
  rateBurst: whole(1, 100_000).register(settingRegistry, {
    env: 'PACKLINE_RATE_BURST',
    fallback: '200',
    about: 'Inbound requests that a key may send at once before the average counts.',
  }),
  bodyBytesMax: whole(1_024, 1_073_741_824).register(settingRegistry, {
    env: 'PACKLINE_BODY_BYTES_MAX',
    fallback: '1048576',
    about: 'Largest request body in bytes; bulk uploads stream and have no total limit.',
  }),
  orderRetentionDays: days().register(settingRegistry, {
    env: 'PACKLINE_ORDER_RETENTION_DAYS',
    fallback: '90',
    about: 'Days that an order is kept after it ended.',
  }),
  eventRetentionDays: whole(4, 3_650).register(settingRegistry, {
    env: 'PACKLINE_EVENT_RETENTION_DAYS',
    fallback: '7',
    about: 'Days that events and their deliveries are kept; longer than the ladder of delivery attempts (under 4).',
  }),
  inboxRetentionDays: days().register(settingRegistry, {
    env: 'PACKLINE_INBOX_RETENTION_DAYS',
    fallback: '7',
    about: 'Days that inbound webhooks are remembered; partners repeat them for days.',
  }),
  runRetentionDays: days().register(settingRegistry, {
    env: 'PACKLINE_RUN_RETENTION_DAYS',
    fallback: '30',
    about: 'Days that the summary of a bulk run is kept after it ended.',
  }),
  rowRetentionDays: days().register(settingRegistry, {
    env: 'PACKLINE_ROW_RETENTION_DAYS',
    fallback: '7',
    about: 'Days that the rows of a bulk run and what became of each are kept after it ended; they lie in the spool.',
  }),
  retirePercentMax: whole(0, 100).register(settingRegistry, {
    env: 'PACKLINE_RETIRE_PERCENT_MAX',
    fallback: '10',
    about: 'Percent of what the partner has on sale that a full snapshot may retire without somebody’s confirmation.',
  }),
  quietSeconds: whole(1, 86_400).register(settingRegistry, {
    env: 'PACKLINE_QUIET_SECONDS',
    fallback: '600',
    about: 'Seconds without news after which an order at work is read at its partner: a webhook may have been lost.',
  }),
  reconcileHours: whole(0, 720).register(settingRegistry, {
    env: 'PACKLINE_RECONCILE_HOURS',
    fallback: '24',
    about:
      'Hours between two comparisons of all open orders with the OMS and the fulfilment systems; 0 never does by itself.',
  }),
  graceMs: whole(0, 600_000).register(settingRegistry, {
    env: 'PACKLINE_GRACE_MS',
    fallback: '10000',
    about: 'Milliseconds to finish running work after SIGTERM; keep it below the orchestrator’s own limit.',
  }),
  drainMs: whole(0, 600_000).register(settingRegistry, {
    env: 'PACKLINE_DRAIN_MS',
    fallback: '0',
    about:
      'Milliseconds that the API still serves after SIGTERM while `/readyz` says 503: more than a load balancer takes to notice.',
  }),
  workerConcurrency: whole(1, 1_000).register(settingRegistry, {
    env: 'PACKLINE_WORKER_CONCURRENCY',
    fallback: '50',
    about: 'Jobs that one worker process runs at once; they wait for partners, so more than one per core is right.',
  }),
  sandbox: flag().register(settingRegistry, {
    env: 'PACKLINE_SANDBOX',
    fallback: 'false',
    about: 'Talk to the partner simulators: lets outbound calls use http and loopback. Never in production.',
  }),
  sandboxPort: whole(0, 65_535).register(settingRegistry, {
    env: 'PACKLINE_SANDBOX_PORT',
    fallback: '8090',
    about: 'TCP port of the partner simulators; 0 takes a free one.',
  }),
});

/** The settings in the order in which they are documented. */
export const settings: readonly (Setting & { field: string })[] = Object.entries(SettingsSchema.shape).map(
  ([field, schema]) => {
    const setting = settingRegistry.get(schema);
    if (setting === undefined) throw new TypeError(`the setting ${field} is not documented`);
    return { field, ...setting };
  },
);

/** The content of `.env.example`: every setting with its line of explanation, all commented out. */
export function toEnvExample(): string {
  const head = [
    '# Every setting of Packline with its default. Copied to `.env` it is read from there; the environment wins over it.',
    '# Each can also be given as a file: NAME_FILE=/run/secrets/name. `packline doctor` shows what is in force.',
  ].join('\n');
  const entries = settings.map(({ env, about, fallback }) => `# ${about}\n#${env}=${fallback ?? ''}\n`);
  return `${head}\n\n${entries.join('\n')}`;
}
