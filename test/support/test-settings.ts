import { randomBytes } from 'node:crypto';

/** The environment of a Packline under test, which may reach the given servers on loopback. */
export const makeTestSettings = (facts: {
  redisUrl: string;
  home: string;
  port: number;
  adminKey: string;
  reach: readonly string[];
  /** Where its sandbox listens; without, it finds none. */
  sandboxPort?: number;
}): Record<string, string> => ({
  REDIS_URL: facts.redisUrl,
  PACKLINE_HOME: facts.home,
  PORT: String(facts.port),
  PACKLINE_SANDBOX: 'true',
  // Nothing listens on 1.
  PACKLINE_SANDBOX_PORT: String(facts.sandboxPort ?? 1),
  PACKLINE_SECRET_KEY: randomBytes(32).toString('base64'),
  PACKLINE_ADMIN_KEY: facts.adminKey,
  PACKLINE_EGRESS_ALLOW: facts.reach.map((url) => new URL(url).host).join(','),
  PACKLINE_RATE_PER_SECOND: '10000',
  PACKLINE_RATE_BURST: '10000',
});
