import type { Config } from '../platform/config.ts';
import type { Check } from './check.ts';

interface Misfit {
  when: boolean;
  status: 'advice' | 'wrong';
  message: string;
  fix: string;
}

const isLoopback = (host: string): boolean => /^(localhost|127\.[\d.]+|\[?::1\]?)$/.test(host);

/** Settings of which each is valid, and that do not fit each other. */
export function checkSettings(config: Config): Check[] {
  const { baseUrl, host, sandbox, blobsUrl, blobsKeyId, blobsSecret, adminKey, rateBurst, ratePerSecond } = config;
  const { hostname, protocol } = new URL(baseUrl);
  const isPublic = !isLoopback(hostname);
  const misfits: Misfit[] = [
    {
      when: !sandbox && adminKey === undefined,
      status: 'advice',
      message: 'PACKLINE_ADMIN_KEY is not set: on a new Redis nobody can be let in',
      fix: 'PACKLINE_ADMIN_KEY=$(openssl rand -hex 32)',
    },
    {
      when: !isLoopback(host) && !isPublic,
      status: 'advice',
      message: `the API listens on ${host}, and partners would be told to send webhooks to ${baseUrl}`,
      fix: 'set PACKLINE_BASE_URL to the URL under which partners reach it',
    },
    {
      when: isPublic && protocol === 'http:',
      status: 'advice',
      message: `PACKLINE_BASE_URL is ${protocol}//: keys and persons travel in the clear`,
      fix: 'put TLS in front of it, and say https',
    },
    {
      when: isPublic && sandbox,
      status: 'wrong',
      message: 'PACKLINE_SANDBOX lets outbound calls reach this network, and the API is open to others',
      fix: 'take PACKLINE_SANDBOX away, or PACKLINE_BASE_URL',
    },
    {
      when: blobsUrl !== undefined && (blobsKeyId === undefined || blobsSecret === undefined),
      status: 'wrong',
      message: 'PACKLINE_BLOBS_URL is set without its keys: neither the API nor a worker starts',
      fix: 'set PACKLINE_BLOBS_KEY_ID and PACKLINE_BLOBS_SECRET',
    },
    {
      when: rateBurst < ratePerSecond,
      status: 'advice',
      message: `PACKLINE_RATE_BURST ${rateBurst} is below PACKLINE_RATE_PER_SECOND ${ratePerSecond}: a key never gets its rate`,
      fix: `set it to ${ratePerSecond} or more`,
    },
    {
      when: config.rowRetentionDays > config.runRetentionDays,
      status: 'advice',
      message: 'rows (PACKLINE_ROW_RETENTION_DAYS) are kept for longer than the runs by which they are found',
      fix: `set PACKLINE_RUN_RETENTION_DAYS to ${config.rowRetentionDays} or more`,
    },
  ];
  return misfits.filter(({ when }) => when).map(({ when: _, ...rest }) => ({ name: 'settings', ...rest }));
}
