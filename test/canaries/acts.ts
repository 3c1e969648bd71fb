import { signWebhook } from '../../src/platform/signature.ts';
import type { TestPackline } from '../support/packline.ts';
import type { EchoServer } from './echo-server.ts';
import type { Answered, Caller, Recorder, Sent } from './recorder.ts';
import { tokenOf, type Secrets } from './secrets.ts';

export const idOf = ({ body }: Answered): string => String(body['id']);
export const dataOf = ({ body }: Answered): { id: string }[] => body['data'] as { id: string }[];

export interface World {
  packline: TestPackline;
  recorder: Recorder;
  /** Those that Packline makes on the way are added under names of their own. */
  secrets: Secrets;
  /** What callers send instead of their keys where a partner's protocol is spoken. */
  tokens: Partial<Record<Caller, string>>;
  echo: EchoServer;
  /** How often a job has failed so far. */
  failures: (job: string) => number;
}

/** What a stage of the journey does, each through the API and each recorded. */
export type Acts = ReturnType<typeof createActs>;

export function createActs({ packline, recorder, secrets }: World) {
  const must = async (who: 'owner' | 'operator' | 'partner', operation: string, sent: Sent = {}): Promise<Answered> => {
    const answer = await recorder.send(who, operation, sent);
    if (answer.status >= 300) throw new Error(`${operation} was answered ${answer.status}: ${answer.text}`);
    return answer;
  };
  const owner = (operation: string, sent?: Sent) => must('owner', operation, sent);
  const toldSandbox: string[] = [];
  return {
    must,
    owner,
    /** What the simulated partners were told to say and to do. */
    toldSandbox,
    control: (method: string, path: string, body?: unknown) => {
      toldSandbox.push(JSON.stringify(body ?? null));
      return packline.control(method, path, body);
    },
    post: async (order: { externalId: string }): Promise<string> =>
      idOf(await owner('POST /v1/orders', { json: order, headers: { 'idempotency-key': order.externalId } })),
    /** What a partner sends to the connection that has this token; believed or not. */
    hook: (token: string, raw: string, headers: Record<string, string> = {}) =>
      recorder.send('partner', 'POST /in/{token}', { params: { token }, raw, headers }),
    connect: async (name: string, json: Record<string, unknown>): Promise<string> => {
      const made = await owner('POST /v1/connections', { json: { name, ...json } });
      secrets[`token of ${name}`] = tokenOf(made.body['webhookUrl']);
      return idOf(made);
    },
    subscribe: async (name: string, url: string): Promise<string> => {
      const made = await owner('POST /v1/endpoints', { json: { url }, headers: { 'idempotency-key': name } });
      secrets[`endpointSecret ${name}`] = String(made.body['secret']);
      return idOf(made);
    },
  };
}

/** Headers of a hook that Svix signed, or seems to have. */
export function signed(id: string, raw: string, secret: string): Record<string, string> {
  const at = Math.floor(Date.now() / 1_000);
  return { 'svix-id': id, 'svix-timestamp': String(at), 'svix-signature': signWebhook(secret, id, at, raw) };
}
