import * as z from 'zod';
import type { Act } from '../define-page.ts';

type Params = Readonly<Record<string, string>>;
const ofConnection = (_form: unknown, { connectionId = '' }: Params) => ({ params: { connectionId } });

const TestedSchema = z.looseObject({
  ok: z.boolean(),
  account: z.string().optional(),
  code: z.string().optional(),
  detail: z.string().optional(),
  retryable: z.boolean().optional(),
});

/** One real call with its key. */
export const test: Act = {
  name: 'test',
  role: 'operator',
  uses: 'POST /v1/connections/:connectionId/test',
  label: 'Test now',
  request: ofConnection,
  done(answer) {
    const { ok, account, code, detail, retryable } = TestedSchema.parse(answer);
    if (ok) return `The key works${account === undefined ? '' : `: ${account}`}.`;
    const whose =
      retryable === true
        ? 'The partner has to fix this, the key may be good: test again later'
        : 'You can fix this: look at the settings';
    return { wrong: `${detail ?? 'The test failed'} (${code ?? 'unknown'}). ${whose}.` };
  },
};

/** The same on the way to a new connection: what works goes on to the next step. */
export const testAndGoOn: Act = {
  ...test,
  next: (answer, { connectionId = '' }) => (TestedSchema.parse(answer).ok ? `/connections/${connectionId}/webhooks` : `/connections/${connectionId}/test`), // prettier-ignore
};

export const pause: Act = {
  name: 'pause',
  role: 'operator',
  uses: 'POST /v1/connections/:connectionId/pause',
  label: 'Pause',
  request: ofConnection,
  done: 'Paused: nothing is sent until it is resumed, and work waits. Its webhooks are still taken.',
};
export const resume: Act = {
  name: 'resume',
  role: 'operator',
  uses: 'POST /v1/connections/:connectionId/resume',
  label: 'Resume',
  request: ofConnection,
  done: 'Resumed. What waited goes out within the partner’s limits.',
};
export const disconnect: Act = {
  name: 'disconnect',
  role: 'operator',
  uses: 'DELETE /v1/connections/:connectionId',
  label: 'Disconnect',
  request: ofConnection,
  done: 'Disconnected. Work that still needs it becomes an issue.',
  next: () => '/connections',
};

const RegisteredSchema = z.looseObject({
  hook: z.looseObject({ registered: z.boolean() }).nullable(),
  feed: z.looseObject({ registered: z.boolean() }).nullable(),
});
export const register: Act = {
  name: 'register',
  role: 'operator',
  uses: 'POST /v1/connections/:connectionId/register-webhooks',
  label: 'Register',
  request: ({ replace }, { connectionId = '' }) => ({ params: { connectionId }, body: replace === 'true' ? { replace: true } : {} }), // prettier-ignore
  done(answer) {
    const { hook, feed } = RegisteredSchema.parse(answer);
    const made = [...(hook === null ? [] : ['webhook']), ...(feed === null ? [] : ['queue of events'])];
    return made.length === 0 ? 'The settings ask for no webhook.' : `The partner has the ${made.join(' and the ')}. It is looked for once a day.`; // prettier-ignore
  },
  next: (_answer, { connectionId = '' }) => `/connections/${connectionId}`,
};
