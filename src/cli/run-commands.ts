import type { Command } from 'commander';
import { runKinds } from '../domain/bulk-run.ts';
import type { RunView } from '../ingress/views/run-view.ts';
import { loadConfig } from '../platform/config.ts';
import { findMerchantApi, type MerchantApi } from './find-api.ts';
import { formatOf, formats, pushFile } from './push-file.ts';
import { actOnRun, followRun, listRuns } from './runs-api.ts';
import { createProgressLine, describeRun, describeUpload, printRun } from './show-run.ts';

interface Options {
  merchant?: string;
  json: boolean;
}
interface PushOptions extends Options {
  connection?: string;
  format?: string;
  dryRun: boolean;
  full: boolean;
  store?: string;
  confirmRetire: boolean;
}

const partlyFailed = 3;
const runActs = {
  cancel: 'send no more of a run',
  resume: 'go on with a run that failed',
  'confirm-retire': 'retire what a full snapshot holds',
};

/** 0 done, 1 failed, 3 partly failed: some rows were rejected, or what is to be retired is held. */
function exitCodeOf({ status, counts, retire }: RunView): number {
  if (status === 'completed' && retire?.phase === 'held') return partlyFailed;
  if (status === 'completed') return 0;
  return status === 'completedWithRejects' && counts.rejected < counts.received ? partlyFailed : 1;
}

/** `packline products push`, `inventory push` and `runs …`: over HTTP, as a merchant. */
export function addRunCommands(program: Command, endWith: (exitCode: number) => void): void {
  const withOptions = (command: Command): Command =>
    command
      .option('--merchant <id>', 'whose; for who has the operator’s key, and more than one merchant')
      .option('--json', 'as JSON', false);
  const open = ({ merchant }: Options): Promise<MerchantApi> => findMerchantApi(loadConfig(), merchant);
  const print = (run: RunView, { json }: Options): void => {
    if (json) process.stdout.write(`${JSON.stringify(run, null, 2)}\n`);
    else printRun(run);
  };
  const follow = async (api: MerchantApi, id: string, options: Options): Promise<void> => {
    const line = createProgressLine(process.stderr);
    const run = await followRun(api, id, (seen) => line.show(describeRun(seen))).finally(() => line.end());
    print(run, options);
    endWith(exitCodeOf(run));
  };

  for (const kind of runKinds) {
    const group = program.command(kind).description(`${kind === 'products' ? 'products' : 'stock and prices'} in bulk`);
    const push = withOptions(group.command('push'))
      .description('upload a file (.ndjson, .json or .csv, gzip or not; - is standard input) and follow its run')
      .argument('<file>')
      .option('--format <format>', `${formats.join(', ')}; by the file’s name when not given`)
      .option('--connection <id>', 'where to; needed where several could be meant')
      .option('--dry-run', 'check and compare every row, and send nothing', false)
      .option('--full', 'a full snapshot: what the partner has and it has not is retired', false)
      .option('--confirm-retire', 'with --full: whatever share of it that is', false);
    if (kind === 'inventory') push.option('--store <id>', 'with --full: of this store alone');
    push.action(async (path: string, options: PushOptions, command: Command) => {
      const format = options.format ?? formatOf(path);
      if (format === undefined || !formats.includes(format)) {
        return command.error(`error: name the format with --format: ${formats.join(', ')}`);
      }
      if (!options.full && (options.store !== undefined || options.confirmRetire)) {
        return command.error('error: --store and --confirm-retire go with --full');
      }
      const api = await open(options);
      const line = createProgressLine(process.stderr);
      const { dryRun, connection, full, store, confirmRetire } = options;
      const run = await pushFile(
        api,
        { kind, path, format, dryRun, connection, full, store, confirmRetire },
        (sent, total) => line.show(describeUpload(sent, total)),
      ).finally(() => line.end());
      await follow(api, run.id, options);
    });
  }

  const runs = program.command('runs').description('uploads of products and inventory on their way');
  withOptions(runs.command('list'))
    .description('the newest first')
    .action(async (options: Options) => {
      const found = await listRuns(await open(options));
      if (options.json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
      else for (const run of found) printRun(run);
    });
  withOptions(runs.command('watch'))
    .description('follow a run to its end')
    .argument('<id>')
    .action(async (id: string, options: Options) => follow(await open(options), id, options));
  for (const [act, description] of Object.entries(runActs)) {
    withOptions(runs.command(act))
      .description(description)
      .argument('<id>')
      .action(async (id: string, options: Options) => print(await actOnRun(await open(options), id, act), options));
  }
}
