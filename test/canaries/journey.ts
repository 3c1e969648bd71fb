import { expect, vi } from 'vitest';
import { signWebhook } from '../../src/platform/signature.ts';
import { connectVtex } from '../support/connected-vtex.ts';
import { makeOrderReader, waiting } from '../support/order-reader.ts';
import type { TestPackline } from '../support/packline.ts';
import { modes, type EchoServer } from './echo-server.ts';
import { amendment, errors, nashHook, postedOrder, shoppedOrder, strayFacts } from './people.ts';
import type { Answered, Recorder, Sent } from './recorder.ts';
import { tokenOf, type Secrets } from './secrets.ts';

const idOf = ({ body }: Answered): string => String(body['id']);

/** Every way that data and secrets take through Packline, one stage after the other. */
export function createJourney(
  packline: TestPackline,
  {
    recorder,
    secrets,
    echo,
    failures,
  }: { recorder: Recorder; secrets: Secrets; echo: EchoServer; failures: (job: string) => number },
) {
  const toldSandbox: string[] = [];
  const control = (method: string, path: string, body?: unknown) => {
    toldSandbox.push(JSON.stringify(body ?? null));
    return packline.control(method, path, body);
  };
  const { reaches } = makeOrderReader(packline);
  const must = async (who: 'owner' | 'operator' | 'partner', operation: string, sent: Sent = {}): Promise<Answered> => {
    const answer = await recorder.send(who, operation, sent);
    if (answer.status >= 300) throw new Error(`${operation} was answered ${answer.status}: ${answer.text}`);
    return answer;
  };
  const owner = (operation: string, sent?: Sent) => must('owner', operation, sent);
  const post = async (order: { externalId: string }): Promise<string> =>
    idOf(await owner('POST /v1/orders', { json: order, headers: { 'idempotency-key': order.externalId } }));
  const hook = (token: string, raw: string, headers: Record<string, string> = {}) =>
    recorder.send('partner', 'POST /in/{token}', { params: { token }, raw, headers });
  const signed = (id: string, raw: string, secret: string): Record<string, string> => {
    const at = Math.floor(Date.now() / 1_000);
    return { 'svix-id': id, 'svix-timestamp': String(at), 'svix-signature': signWebhook(secret, id, at, raw) };
  };
  const connect = async (name: string, json: Record<string, unknown>): Promise<string> => {
    const made = await owner('POST /v1/connections', { json: { name, ...json } });
    secrets[`token of ${name}`] = tokenOf(made.body['webhookUrl']);
    return idOf(made);
  };
  const subscribe = async (name: string, url: string): Promise<string> => {
    const made = await owner('POST /v1/endpoints', { json: { url }, headers: { 'idempotency-key': name } });
    secrets[`endpointSecret ${name}`] = String(made.body['secret']);
    return idOf(made);
  };
  const nashId = packline.connectionId;
  const echoed = { orders: {} as Record<string, string>, vtex: '', pickAndPack: '' };

  return {
    /** What the simulated partners were told to say. */
    toldSandbox,

    /** Two merchants, the VTEX of one, and each connection's settings changed once. */
    async connect(): Promise<void> {
      await owner('PATCH /v1/connections/{connectionId}', {
        params: { connectionId: nashId },
        json: { settings: { webhookSecretPrevious: secrets.nashSecretBefore } },
      });
      const {
        vtexToken: appToken,
        vtexHookKey: hookKey,
        pickAndPackKey: apiKey,
        pickAndPackHookKey: webhookKey,
      } = secrets;
      const vtex = await connectVtex(packline, packline.sandboxUrl, {
        oms: { appToken, hookKey },
        atVtex: { appToken },
        pickAndPack: { apiKey, webhookKey },
        atPickAndPack: { apiKey, webhooks: [] },
        register: false,
      });
      for (const [name, connectionId] of [
        ['vtex', vtex.omsId],
        ['pick and pack', vtex.pickAndPackId],
      ] as const) {
        // prettier-ignore
        const { body } = await owner('GET /v1/connections/{connectionId}', { params: { connectionId } });
        secrets[`token of ${name}`] = tokenOf(body['webhookUrl']);
        if (name === 'vtex') continue;
        const webhooks = [{ url: body['webhookUrl'], headers: { 'x-packline-key': webhookKey } }];
        await control('PATCH', `/vtex-pick-and-pack/accounts/${vtex.account}`, { webhooks });
      }
      await owner('POST /v1/connections/{connectionId}/register-webhooks', { params: { connectionId: vtex.omsId } });
      await subscribe('quotes', `${echo.url}/hooks/known-200?token=${secrets.endpointUrlKey}`);
      await subscribe('fails', `${echo.url}/hooks/page-500?token=${secrets.endpointUrlKey}`);
    },

    /** Orders that go their whole way, that are amended and canceled on it, and that nobody takes. */
    async orders(): Promise<void> {
      await control('POST', '/picker', { mode: 'manual' });
      const amendedId = await post(postedOrder('amended'));
      const waitingId = await post(postedOrder('waiting', { storeLocationId: 'store-nobody' }));
      await vi.waitFor(
        () => control('GET', '/nash/orders/amended').then(({ jobs }) => expect(jobs).toHaveLength(1)),
        waiting,
      );
      for (const orderId of [amendedId, waitingId]) {
        await owner('PATCH /v1/orders/{orderId}', { params: { orderId }, json: amendment('amended') });
      }
      await reaches('amended', { pendingAmendment: false });
      // The reason is the one free text that is shown to all, which the API's document says.
      await owner('POST /v1/orders/{orderId}/cancel', { params: { orderId: amendedId }, json: { reason: 'too late' } });
      await reaches('amended', { status: 'CANCELED' });

      await control('POST', '/picker', { mode: 'walk' });
      const refused = { error: { code: 'VALIDATION_ERRORS', message: JSON.stringify(postedOrder('x')), details: {} } };
      await control('POST', '/faults', {
        match: { partner: 'nash', path: '/v1/order/external-identifier/refused' },
        times: 1,
        fault: { kind: 'status', status: 422, body: refused },
      });
      await control('POST', '/faults', {
        match: { partner: 'vtex-pick-and-pack', path: '/orders' },
        times: 2,
        fault: { kind: 'status', status: 400, body: { code: errors.errorName, message: JSON.stringify(errors) } },
      });
      const shopped = await Promise.all(
        ['store-1', 'store-2'].map((warehouseId) =>
          control('POST', '/vtex/orders', { account: 'demomarket', ...shoppedOrder(warehouseId) }),
        ),
      );
      await post(postedOrder('delivered'));
      const refusedId = await post(postedOrder('refused'));
      for (const externalId of ['delivered', ...shopped.map(({ orderId }) => String(orderId))]) {
        await reaches(externalId, { status: 'DELIVERED' });
      }
      await reaches('refused', { problems: [{ source: 'nash' }] });
      await owner('POST /v1/orders/{orderId}/retry', { params: { orderId: refusedId } });
      await owner('POST /v1/orders/{orderId}/resync', { params: { orderId: amendedId } });
    },

    /** Partners that quote in every answer what they were told, keys and people. */
    async echoes(): Promise<void> {
      const quoting = { requestsPerSecond: 100, baseUrl: `${echo.url}/?key=${secrets.baseUrlKey}&path=` };
      const nash = await connect('echo nash', {
        connector: 'nash',
        settings: { ...quoting, apiKey: secrets.echoNashKey, webhookSecret: secrets.echoNashSecret },
        routing: [{ storeLocationIds: ['store-echo'] }],
      });
      echoed.vtex = await connect('echo vtex', {
        connector: 'vtex',
        settings: {
          ...quoting,
          account: 'echoshop',
          appKey: secrets.appKey,
          appToken: secrets.echoVtexToken,
          feedPollSeconds: 1,
        },
      });
      const { baseUrl } = quoting;
      echoed.pickAndPack = await connect('echo pick and pack', {
        connector: 'vtex-pick-and-pack',
        settings: {
          account: 'echoshop',
          apiKey: secrets.echoPickAndPackKey,
          apiBaseUrl: baseUrl,
          authBaseUrl: baseUrl,
        },
        routing: [{ connections: [echoed.vtex] }],
      });
      for (const connectionId of [nash, echoed.vtex, echoed.pickAndPack]) {
        await owner('POST /v1/connections/{connectionId}/test', { params: { connectionId } });
        await owner('GET /v1/connections/{connectionId}/health', { params: { connectionId } });
        await recorder.send('owner', 'POST /v1/connections/{connectionId}/register-webhooks', {
          params: { connectionId },
        });
      }
      const params = { connectionId: echoed.vtex };
      await owner('PATCH /v1/connections/{connectionId}', {
        params,
        json: { settings: { ingest: 'feed' } },
      });
      await owner('POST /v1/connections/{connectionId}/register-webhooks', { params });
      for (const mode of modes) {
        echoed.orders[mode] = await post(postedOrder(mode, { storeLocationId: 'store-echo' }));
        const event = { Domain: 'Fulfillment', OrderId: `${mode}-vtex`, State: 'ready-for-handling', ...strayFacts() };
        await hook(secrets['token of echo vtex'] ?? '', JSON.stringify(event));
      }
      for (const job of ['fulfilment-submit', 'order-import']) {
        await vi.waitFor(() => expect(failures(job), job).toBeGreaterThanOrEqual(modes.length), waiting);
      }
      await vi.waitFor(
        () => expect(echo.heard.some((asked) => asked.includes('/api/orders/feed?'))).toBe(true),
        waiting,
      );
    },

    /** Hooks that name people: of orders known and unknown, signed and not, readable and not. */
    async hooks(): Promise<void> {
      const { token, nashSecret } = secrets;
      for (const externalId of ['delivered', 'never-heard-of']) {
        const raw = nashHook(externalId);
        await must('partner', 'POST /in/{token}', {
          params: { token },
          raw,
          headers: signed(`msg_${externalId}`, raw, nashSecret),
        });
        await hook(token, raw, signed('msg_wrong', 'another body', nashSecret));
        await hook(token, raw);
      }
      const broken = [
        JSON.stringify(errors),
        `{"type":"delivery","event":"x","data":"${errors.hookName}"}`,
        errors.hookName,
      ];
      for (const [index, raw] of broken.entries())
        await hook(token, raw, signed(`msg_broken_${index}`, raw, nashSecret));
      const step = { orderId: 'v1-01', newStatus: 'PICKING', hostname: 'demomarket' };
      const move = { OrderId: 'v1-01', State: 'canceled', Domain: 'Fulfillment' };
      for (const [name, key, facts] of [
        ['vtex', secrets.vtexHookKey, move],
        ['pick and pack', secrets.pickAndPackHookKey, step],
      ] as const) {
        const at = secrets[`token of ${name}`] ?? '';
        const right = JSON.stringify({ ...facts, ...strayFacts() });
        for (const raw of [right, JSON.stringify(strayFacts()), errors.hookName]) {
          await hook(at, raw, { 'x-packline-key': key });
        }
        await hook(at, right, { 'x-packline-key': encodeURIComponent(errors.hookSignature) });
      }
      await vi.waitFor(() => expect(failures('fulfilment-read')).toBeGreaterThanOrEqual(1), waiting);
    },

    /** Reads all there is; answers ids of things that nobody needs any more, for requests that may break them. */
    async readAll(): Promise<Record<string, string>> {
      const first = async (operation: string, sent: Sent = {}): Promise<string> => {
        const [found] = (await owner(operation, sent)).body['data'] as { id: string }[];
        return found?.id ?? '';
      };
      const orderId = await post(postedOrder('spent', { storeLocationId: 'store-nobody' }));
      for (const of of [
        orderId,
        ...Object.values(echoed.orders),
        await first('GET /v1/orders', { query: '?externalId=delivered' }),
      ]) {
        for (const part of ['', '/timeline', '/picked-items']) {
          await owner(`GET /v1/orders/{orderId}${part}`, { params: { orderId: of } });
        }
      }
      const endpointId = await subscribe('spent', `${echo.url}/hooks/text-200?token=${secrets.endpointUrlKey}`);
      const params = { endpointId };
      await owner('PATCH /v1/endpoints/{endpointId}', { params, json: { eventTypes: ['endpoint.test'] } });
      for (const act of ['disable', 'enable']) await owner(`POST /v1/endpoints/{endpointId}/${act}`, { params });
      const rotated = await owner('POST /v1/endpoints/{endpointId}/rotate-secret', { params });
      secrets['endpointSecret new'] = String(rotated.body['secret']);
      const deliveryId = idOf(await owner('POST /v1/endpoints/{endpointId}/test', { params }));
      const attempts = async (of: string) =>
        (await owner('GET /v1/deliveries/{deliveryId}/attempts', { params: { deliveryId: of } })).body['data'];
      await vi.waitFor(async () => expect(await attempts(deliveryId)).not.toEqual([]), waiting);
      await owner('POST /v1/deliveries/{deliveryId}/replay', { params: { deliveryId } });
      const { data: deliveries } = (await owner('GET /v1/deliveries')).body as { data: { id: string }[] };
      for (const { id } of deliveries) await attempts(id);
      for (const list of ['connectors', 'connections', 'endpoints', 'events', 'orders']) await owner(`GET /v1/${list}`);
      await owner('GET /v1/endpoints/{endpointId}', { params });

      const { data: issues } = (await owner('GET /v1/issues')).body as { data: { id: string }[] };
      for (const { id: issueId } of issues) await owner('GET /v1/issues/{issueId}', { params: { issueId } });
      const issueId = issues[0]?.id ?? '';
      await owner('POST /v1/issues/{issueId}/retry', { params: { issueId }, json: { plan: true } });

      const connectionId = echoed.pickAndPack;
      for (const act of ['pause', 'resume']) {
        await owner(`POST /v1/connections/{connectionId}/${act}`, { params: { connectionId } });
      }
      const turned = await owner('POST /v1/connections/{connectionId}/rotate-token', { params: { connectionId } });
      secrets['token new'] = tokenOf(turned.body['webhookUrl']);

      const merchantId = idOf(await must('operator', 'POST /v1/merchants', { json: { name: 'Somebody else' } }));
      const of = { params: { merchantId } };
      await must('operator', 'PATCH /v1/merchants/{merchantId}', { ...of, json: { name: 'Another' } });
      const made = await must('operator', 'POST /v1/merchants/{merchantId}/api-keys', {
        ...of,
        json: { name: 'key', scopes: ['operate'] },
        headers: { 'idempotency-key': 'stranger' },
      });
      secrets['strangerKey'] = String(made.body['key']);
      for (const read of ['', '/{merchantId}', '/{merchantId}/api-keys'])
        await must('operator', `GET /v1/merchants${read}`, of);
      return {
        orderId,
        endpointId,
        deliveryId,
        issueId,
        connectionId,
        merchantId,
        keyId: idOf(made),
        code: 'request.invalid',
      };
    },
  };
}
