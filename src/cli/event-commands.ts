import { InvalidArgumentError, type Command } from 'commander';
import type { ReplayView } from '../ingress/views/replay-view.ts';
import { loadConfig } from '../platform/config.ts';
import { findMerchantApi, type MerchantApi } from './find-api.ts';
import {
  beginReplay,
  cancelReplay,
  followReplay,
  listEnabledEndpoints,
  listEvents,
  listReplays,
  planReplay,
  type ReplayRequest,
} from './replays-api.ts';
import { describeReplay, printPlan, printReplay } from './show-replay.ts';
import { createProgressLine } from './show-run.ts';

interface Options {
  merchant?: string;
  json: boolean;
}
interface ListOptions extends Options {
  type?: string;
  order?: string;
  since?: string;
  until?: string;
  limit: number;
}
interface ReplayOptions extends Options {
  since: string;
  until?: string;
  endpoint?: string;
  type: string[];
  status: string[];
  order?: string;
  rate?: number;
  includeDelivered: boolean;
  plan: boolean;
}

const partlyFailed = 3;

/** 0 done, 1 canceled, failed or nothing delivered, 3 some were not delivered. */
function exitCodeOf({ status, delivered, failed, dropped }: ReplayView): number {
  if (status !== 'completed') return 1;
  if (failed + dropped === 0) return 0;
  return delivered > 0 ? partlyFailed : 1;
}

/** `packline events …` and `replays …`: over HTTP, as a merchant. */
export function addEventCommands(program: Command, endWith: (exitCode: number) => void): void {
  const withOptions = (command: Command): Command =>
    command
      .option('--merchant <id>', 'whose; for who has the operator’s key, and more than one merchant')
      .option('--json', 'as JSON', false);
  const open = ({ merchant }: Options): Promise<MerchantApi> => findMerchantApi(loadConfig(), merchant);
  const printJson = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  const followAll = async (api: MerchantApi, ids: readonly string[], { json }: Options): Promise<void> => {
    const ended: ReplayView[] = [];
    for (const id of ids) {
      const line = createProgressLine(process.stderr);
      ended.push(await followReplay(api, id, (seen) => line.show(describeReplay(seen))).finally(() => line.end()));
    }
    if (json) printJson(ended);
    else ended.forEach(printReplay);
    const codes = ended.map(exitCodeOf);
    endWith(codes.includes(1) ? 1 : Math.max(0, ...codes));
  };

  const events = program.command('events').description('what happened, and sending it again');
  withOptions(events.command('list'))
    .description('the newest first')
    .option('--type <type>', 'of this type')
    .option('--order <id>', 'of this order')
    .option('--since <time>', 'from this moment on (RFC 3339)', toInstant)
    .option('--until <time>', 'before this moment', toInstant)
    .option('--limit <number>', 'so many at the most, up to 200', toWhole(1, 200), 50)
    .action(async (options: ListOptions) => {
      const { type, order, since, until, limit } = options;
      const query = {
        limit: String(limit),
        ...(type !== undefined && { type }),
        ...(order !== undefined && { orderId: order }),
        ...(since !== undefined && { since }),
        ...(until !== undefined && { until }),
      };
      const found = await listEvents(await open(options), query);
      if (options.json) printJson(found);
      else
        for (const { id, createdAt, type: of, orderId } of found)
          process.stdout.write(`${id}  ${createdAt}  ${of}${orderId === null ? '' : `  ${orderId}`}\n`);
    });
  withOptions(events.command('replay'))
    .description('send again what endpoints have missed since a time, and follow it to its end')
    .requiredOption('--since <time>', 'events from this moment on (RFC 3339)', toInstant)
    .option('--until <time>', 'events before this moment; now when not given', toInstant)
    .option('--endpoint <id>', 'to this endpoint; to each that is enabled when not given')
    .option('--type <type>', 'of this type; may be given again', collect, [])
    .option('--status <outcome>', 'failed, dropped or missing; may be given again; all when not given', collect, [])
    .option('--order <id>', 'of this order')
    .option('--include-delivered', 'also what has been delivered', false)
    .option('--rate <number>', 'no more than so many in a second', toWhole(1, 500))
    .option('--plan', 'only say what would be sent, and how long it would take', false)
    .action(async (options: ReplayOptions) => {
      const api = await open(options);
      const request = requestOf(options);
      const endpointIds = options.endpoint === undefined ? await listEnabledEndpoints(api) : [options.endpoint];
      if (options.plan) {
        const plans = await Promise.all(endpointIds.map((id) => planReplay(api, id, request)));
        if (options.json) printJson(plans);
        else plans.forEach(printPlan);
        return;
      }
      const begun: string[] = [];
      for (const endpointId of endpointIds) begun.push((await beginReplay(api, endpointId, request)).id);
      await followAll(api, begun, options);
    });

  const replays = program.command('replays').description('events on their way to an endpoint once more');
  withOptions(replays.command('list'))
    .description('the newest first')
    .action(async (options: Options) => {
      const found = await listReplays(await open(options));
      if (options.json) printJson(found);
      else found.forEach(printReplay);
    });
  withOptions(replays.command('watch'))
    .description('follow a replay to its end')
    .argument('<id>')
    .action(async (id: string, options: Options) => followAll(await open(options), [id], options));
  withOptions(replays.command('cancel'))
    .description('send no more of a replay')
    .argument('<id>')
    .action(async (id: string, options: Options) => {
      const canceled = await cancelReplay(await open(options), id);
      if (options.json) printJson(canceled);
      else printReplay(canceled);
    });
}

const requestOf = (options: ReplayOptions): ReplayRequest => {
  const { since, until, type, status, order, rate, includeDelivered } = options;
  return {
    since,
    includeDelivered,
    types: type,
    ...(until !== undefined && { until }),
    ...(status.length > 0 && { outcomes: status }),
    ...(order !== undefined && { orderId: order }),
    ...(rate !== undefined && { ratePerSecond: rate }),
  };
};

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

function toInstant(time: string): string {
  const ms = Date.parse(time);
  if (!/(?:Z|[+-]\d\d:?\d\d)$/i.test(time) || Number.isNaN(ms)) {
    throw new InvalidArgumentError('It must be a time with its zone, like 2026-01-15T08:00:00Z.');
  }
  return new Date(ms).toISOString();
}

const toWhole =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
