import { randomBytes } from 'node:crypto';
import { afterAll } from 'vitest';
import { composeBase } from '../../src/compose.ts';
import { composeSite } from '../../src/compose-console.ts';
import { listen } from '../../src/ingress/listen.ts';
import { offerFirstLogin } from '../../src/ops/first-login.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { freePort } from '../../src/platform/free-port.ts';
import { createMerchant } from '../../src/store/merchants.ts';
import { startSession } from '../../src/store/sessions.ts';
import { createUser, type Role } from '../../src/store/users.ts';
import { hashPassword } from '../../src/platform/password.ts';
import { captureLog } from './captured-log.ts';
import { createFakeClock } from './fake-clock.ts';
import { temporaryFolder } from './own-redis.ts';
import { makeTestSettings } from './test-settings.ts';

export const adminKey = 'console-admin-key-0123456789abcdef0123456789';
export const password = 'four words of a sentence';

export interface Answered {
  status: number;
  headers: Headers;
  text: string;
}

/** A browser of few words: keeps its cookies, follows nothing. */
export interface Visitor {
  cookies: Map<string, string>;
  get(path: string, headers?: Record<string, string>): Promise<Answered>;
  post(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Answered>;
}

/** The site without workers, on loopback, with a clock that the test owns. Ends with the file. */
export async function startConsole(redisUrl: string, { sandboxPort }: { sandboxPort?: number } = {}) {
  const port = await freePort('127.0.0.1');
  const home = await temporaryFolder();
  const config = loadConfig(
    makeTestSettings({
      redisUrl,
      home,
      port,
      adminKey,
      reach: [],
      ...(sandboxPort === undefined ? {} : { sandboxPort }),
    }),
  );
  const clock = createFakeClock();
  const log = captureLog('debug');
  const base = await composeBase(config, { name: 'api', profile: 'producer', clock, log: log.log });
  const site = composeSite(base, { draining: () => false, shedding: () => false });
  const server = await listen(site, { port, host: '127.0.0.1', bodyBytesMax: config.bodyBytesMax });
  afterAll(async () => {
    await server.close(100);
    await base.close(500);
  });
  const url = `http://127.0.0.1:${port}`;
  const visit = (): Visitor => createVisitor(url);
  const hashed = await hashPassword(password);
  const makeUser = (name: string, role: Role) => createUser(base, { name, role, password: hashed });
  return {
    url,
    clock,
    log,
    base,
    visit,
    makeUser,
    makeMerchant: (name: string) => createMerchant(base, name, 0),
    firstLogin: async () => /http\S+/.exec((await offerFirstLogin(base, url)) ?? '')?.[0]?.slice(url.length),
    /** A user of this role, logged in. */
    async logIn(name: string, role: Role): Promise<Visitor> {
      const user = await makeUser(name, role);
      if (user === null) throw new Error(`there is a user ${name} already`);
      const visitor = visit();
      visitor.cookies.set('packline', await startSession(base, user));
      return visitor;
    },
    /** The audit log, newest first. */
    async audit(): Promise<{ actor: string; operation: string; status: number; on: string[]; through: string }[]> {
      const response = await fetch(`${url}/v1/audit?limit=200`, { headers: { authorization: `Bearer ${adminKey}` } });
      const { data } = (await response.json()) as { data: never };
      return data;
    },
  };
}

function createVisitor(url: string): Visitor {
  const cookies = new Map<string, string>();
  const send = async (path: string, init: RequestInit): Promise<Answered> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(init.headers as Record<string, string>), ...(cookie === '' ? {} : { cookie }) };
    const response = await fetch(`${url}${path}`, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return {
    cookies,
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, form, headers = {}) =>
      send(path, { method: 'POST', body: new URLSearchParams(form), headers: { origin: url, ...headers } }),
  };
}

/** A token that nobody has. */
export const strangerToken = (): string => randomBytes(32).toString('base64url');
