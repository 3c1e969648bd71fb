import * as z from 'zod';
import { isRetryable, toFailure } from '../../domain/failure.ts';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import { toInstant } from '../../platform/clock.ts';
import { openConnection, rotateToken, tokenOverlapSeconds, updateConnection } from '../../store/connections.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route, type TenantCall } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import { ConnectionViewSchema, toConnectionView, webhookUrlOf } from '../views/connection-view.ts';
import { foundConnection, requireConnection, startConnectionWork } from './connections.ts';

const tag = 'Connections';
const params = z.strictObject({ connectionId: IdSchema('connection') });
const problems = ['connection.not_found'] as const;
const body = z.strictObject({});
const act = { method: 'post', tag, scope: 'operate', params, body, bodyOptional: true, problems } as const;

/** So long a credential check may take; the caller is a person at a form. */
const testTimeoutMs = 15_000;

const TestedSchema = z
  .strictObject({
    ok: z.boolean(),
    account: z.string().optional(),
    code: z.string().optional(),
    detail: z.string().optional(),
    source: z
      .string()
      .optional()
      .meta({ description: '`you`: key or settings are wrong. Else the partner, or `packline`' }),
    retryable: z
      .boolean()
      .optional()
      .meta({ description: 'The partner is down or slow: nothing is wrong with the key' }),
  })
  .meta({ id: 'ConnectionTest' });

const testConnection = defineRoute({
  ...act,
  problems: ['connection.not_found', 'connection.unsupported'],
  path: '/v1/connections/:connectionId/test',
  summary: 'Check a connection’s credentials now',
  answers: { 200: { description: 'What the partner said', schema: TestedSchema } },
  async handle({ deps, store, merchantId, params: { connectionId } }) {
    const connection = await requireConnection(store, merchantId, connectionId);
    if (!deps.callsSomebody(connection)) {
      throw makeRefusal('connection.unsupported', 'this connection calls nobody: there is nothing to test');
    }
    try {
      const signal = AbortSignal.timeout(testTimeoutMs);
      const opened = await deps.openTestable(store, connection, signal);
      const { account } = await opened.connection.test();
      return ok({ ok: true, account });
    } catch (error) {
      const { kind, code, message } = toFailure(error);
      // Ours, and nothing that the form should say: the pipeline answers it.
      if (code === 'packline.unexpected') throw error;
      const isTheirs = isRetryable(kind);
      const source = isTheirs ? connection.connector : 'you';
      return ok({ ok: false, code, detail: message, source, retryable: isTheirs });
    }
  },
});

type ActCall = TenantCall<z.infer<typeof params>, unknown, unknown>;

async function setPaused({ deps, store, merchantId, params: { connectionId } }: ActCall, paused: boolean) {
  const connection = await requireConnection(store, merchantId, connectionId);
  const updated =
    connection.paused === paused ? connection : foundConnection(await updateConnection(store, connection, { paused }));
  if (!paused) await startConnectionWork(deps, store, updated);
  return ok(toConnectionView(deps, store, updated));
}

const pauseConnection = defineRoute({
  ...act,
  path: '/v1/connections/:connectionId/pause',
  summary: 'Hold back all calls to a partner',
  description: 'Work waits. Inbound webhooks are still taken.',
  answers: { 200: { description: 'Paused', schema: ConnectionViewSchema } },
  handle: (call) => setPaused(call, true),
});

const resumeConnection = defineRoute({
  ...act,
  path: '/v1/connections/:connectionId/resume',
  summary: 'Go on calling a partner',
  answers: { 200: { description: 'Resumed', schema: ConnectionViewSchema } },
  handle: (call) => setPaused(call, false),
});

const RotatedSchema = z
  .strictObject({ webhookUrl: z.string(), previousWorksUntil: InstantSchema })
  .meta({ id: 'RotatedWebhookUrl' });

const rotateConnectionToken = defineRoute({
  ...act,
  path: '/v1/connections/:connectionId/rotate-token',
  summary: 'Make a new inbound URL',
  description: 'The old one goes on working for 24 hours.',
  answers: { 201: { description: 'The new URL', schema: RotatedSchema } },
  async handle({ deps, store, merchantId, params: { connectionId } }) {
    const connection = await requireConnection(store, merchantId, connectionId);
    const rotated = foundConnection(await rotateToken(store, connection));
    const { door } = deps.connectors.get(rotated.connector) ?? {};
    const webhookUrl = webhookUrlOf(deps, openConnection(store, rotated).token, door);
    const previousWorksUntil = toInstant(store.clock.now() + tokenOverlapSeconds * 1000);
    const headers = { Location: `/v1/connections/${connectionId}` };
    return { status: 201, json: { webhookUrl, previousWorksUntil }, headers };
  },
});

export const connectionActRoutes: readonly Route[] = [
  testConnection,
  pauseConnection,
  resumeConnection,
  rotateConnectionToken,
];
