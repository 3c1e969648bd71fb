import { join } from 'node:path';
import type { Check } from '../../src/cli/check.ts';
import { diagnose } from '../../src/cli/doctor.ts';
import { connectVtex } from '../support/connected-vtex.ts';
import { startProcesses } from '../support/packline-processes.ts';
import { sampleOrder } from '../support/sample-order.ts';
import { commandsOf, runCommands } from './backup-guide.ts';
import { makeOperator, until } from './drill-world.ts';
import { findLeftOver } from './left-over.ts';

/** What was seen, step by step. */
export interface DrillReport {
  /** Before anything happened: keys of Redis in which the erased persons can be read. */
  readableBefore: string[];
  /** Files of the backup in which anybody can be read without the master key. */
  readableInBackup: string[];
  /** Requests to the running API while Redis is empty. */
  statusesWhileEmpty: number[];
  refusalOnEmpty: string | null;
  /** How an API ended that somebody left running while Redis was restored below it. */
  forgottenApi: number | null;
  refusalOnRestored: string | null;
  doctorOnRestored: Check | undefined;
  /** After the restore, and when the partners have told all they know: where the erased persons can be read. */
  readableAfter: string[];
  readableAtTheEnd: string[];
  /** Of what was accepted after the backup, what Redis still knows. */
  knownOfLate: string[];
  /** Posted again: an order of the backup, one that was lost, one that was lost and erased. */
  reposted: Record<'open' | 'late' | 'erased', { status: number; code: unknown; isSame: boolean }>;
  /** How orders ended: status and codes of problems. */
  ended: Record<string, { status: unknown; problems: string[] }>;
  /** `externalId effect × times`: what a partner did more than once. */
  doubled: string[];
  restoreSeconds: number;
  seconds: number;
}

const erasedPersons = ['done.canary', 'erased.canary'];

/**
 * The drill of docs/operate/backup.md with its own commands: orders flow, a backup is taken, orders and two erasures follow,
 * Redis is lost, the backup is restored. Real processes; the partners go on meanwhile, as partners do.
 */
export async function runRestoreDrill(): Promise<DrillReport> {
  const startedMs = Date.now();
  const packline = await startProcesses({
    sandbox: { speed: 1, picker: { stepMs: 100, outcome: 'seeded' } },
    // A backup of seconds ago is not taken for a failover.
    settings: { PACKLINE_QUIET_SECONDS: '3', PACKLINE_FAILOVER_SECONDS: '1' },
  });
  const operator = makeOperator(packline);
  try {
    const vtex = await connectVtex(packline, packline.sandboxUrl, { oms: { feedPollSeconds: 1 } });
    const worker = await packline.startWorker();

    const post = (externalId: string) => {
      const recipient = { ...sampleOrder().recipient, email: `${externalId}.canary@example.com` };
      const key = { 'idempotency-key': externalId };
      return packline.call('POST', '/v1/orders', sampleOrder({ externalId, recipient }), key);
    };
    const read = async (externalId: string): Promise<Record<string, unknown> | undefined> => {
      const { body } = await packline.call('GET', `/v1/orders?externalId=${externalId}`);
      const { data = [] } = body as { data?: Record<string, unknown>[] };
      return data[0];
    };
    const problemsOf = async (externalId: string): Promise<string[]> => {
      const { problems = [] } = ((await read(externalId)) ?? {}) as { problems?: { code: string }[] };
      return problems.map(({ code }) => code);
    };
    const reaches = (externalId: string, status: string) =>
      until(`${externalId} ${status}`, async () =>
        (await read(externalId))?.['status'] === status ? true : undefined,
      );
    const erase = (externalId: string) =>
      packline.call('POST', '/v1/erasures', { email: `${externalId}.canary@example.com` });

    // Before the backup: one order at its end, three on their way.
    await post('done');
    await reaches('done', 'DELIVERED');
    const open = ['open-1', 'open-2', 'open-3'];
    const posted = await Promise.all(open.map(post));
    await until('the last one is dispatched', async () =>
      'job.created' in packline.sandbox.books.effectsOf('org_demo', 'open-3') ? true : undefined,
    );
    await runCommands('backup', operator.where);
    const backedUpMs = Date.now();

    // After it: what a restore loses.
    await Promise.all(['late', 'erased'].map(post));
    const [shopped = '', bought = ''] = await Promise.all(
      ['store-1', 'store-2'].map((warehouseId) => vtex.shop({ warehouseId })),
    );
    for (const externalId of ['late', 'erased']) await reaches(externalId, 'DELIVERED');
    for (const externalId of [shopped, bought]) await until(externalId, () => read(externalId));
    const readableBefore = await operator.whereOpened(erasedPersons);
    for (const externalId of ['done', 'erased']) await erase(externalId);
    await runCommands('erasure-log', operator.where);
    await until('this home has seen more than the backup has', async () =>
      (await operator.seenMs()) > backedUpMs ? true : undefined,
    );

    await operator.loseDisk();
    await until('the api notices', async () => ((await post('shut')).status === 503 ? true : undefined));
    const shut = [await post('shut'), await packline.call('GET', '/v1/orders'), await erase('open-1')];
    // The API is forgotten, and goes on running.
    const [refusalOnEmpty] = await Promise.all([operator.refusal(), worker.stop(3_000)]);
    const whileShut = await vtex.shop({ warehouseId: 'store-1' });

    const restoringMs = Date.now();
    await operator.stopRedis();
    await runCommands('restore', operator.where);
    await runCommands('erasure-log-back', operator.where);
    await operator.startRedis();
    const [refusalOnRestored, { checks }, { code: forgottenApi }] = await Promise.all([
      operator.refusal(),
      diagnose(packline.settings),
      until('the forgotten api ends', async () => (packline.api.hasEnded() ? packline.api.ended : undefined)),
    ]);
    await packline.startApi({ args: commandsOf('start-restored').trim().split(' -- ').slice(1) });
    const restoreSeconds = (Date.now() - restoringMs) / 1_000;
    const readableAfter = await operator.whereOpened(erasedPersons);
    const late = ['late', 'erased', shopped, bought];
    const known = await Promise.all(late.map(async (externalId) => ((await read(externalId)) ? [externalId] : [])));
    await packline.startWorker();

    // As the guide says: whoever posts posts again, and VTEX's orders are told of again.
    const again = { open: await post('open-1'), late: await post('late'), erased: await post('erased') };
    const { webhookUrl } = (await packline.call('GET', `/v1/connections/${vtex.omsId}`)).body;
    for (const orderId of [shopped, bought]) {
      const body = commandsOf('tell-again').replace('<order id>', orderId).replace('<now>', new Date().toISOString());
      await fetch(String(webhookUrl), { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    }
    for (const externalId of [...open, whileShut, bought]) await reaches(externalId, 'DELIVERED');
    for (const externalId of ['late', shopped]) {
      await until(`a problem of ${externalId}`, async () =>
        (await problemsOf(externalId)).length > 0 ? true : undefined,
      );
    }
    await operator.catchUp();
    for (const externalId of ['late', shopped]) await reaches(externalId, 'DELIVERED');
    await findLeftOver(packline.redisUrl, 1);

    const ended: DrillReport['ended'] = {};
    const orders = { done: 'done', open: 'open-1', late: 'late', shopped, bought, whileShut };
    for (const [name, externalId] of Object.entries(orders)) {
      ended[name] = { status: (await read(externalId))?.['status'], problems: await problemsOf(externalId) };
    }
    return {
      readableBefore,
      readableInBackup: await operator.filesWith(join(operator.where['BACKUP'] ?? '', 'appendonlydir'), ['canary']),
      statusesWhileEmpty: shut.map(({ status }) => status),
      refusalOnEmpty,
      forgottenApi,
      refusalOnRestored,
      doctorOnRestored: checks.find(({ name }) => name === 'redis data'),
      readableAfter,
      readableAtTheEnd: await operator.whereOpened(erasedPersons),
      knownOfLate: known.flat(),
      reposted: {
        open: {
          status: again.open.status,
          code: again.open.body['code'],
          isSame: again.open.body['id'] === posted[0]?.body['id'],
        },
        late: { status: again.late.status, code: again.late.body['code'], isSame: false },
        erased: { status: again.erased.status, code: again.erased.body['code'], isSame: false },
      },
      ended,
      doubled: Object.values(packline.sandbox.books.report().effects).flatMap((byOrder) =>
        Object.entries(byOrder).flatMap(([externalId, effects]) =>
          Object.entries(effects)
            .filter(([, times]) => times > 1)
            .map(([effect, times]) => `${externalId} ${effect} × ${times}`),
        ),
      ),
      restoreSeconds,
      seconds: (Date.now() - startedMs) / 1_000,
    };
  } finally {
    await packline.close();
    await operator.close();
  }
}
if (import.meta.main) process.stdout.write(`${JSON.stringify(await runRestoreDrill(), null, 2)}\n`);
