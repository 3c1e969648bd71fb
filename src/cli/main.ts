import { Command, CommanderError } from 'commander';
import { composeBase } from '../compose.ts';
import { loadConfig } from '../platform/config.ts';
import { createLog } from '../platform/log.ts';
import { addCompletionCommand } from './completion-command.ts';
import { addConnectionCommands } from './connection-commands.ts';
import { diagnose, printDiagnosis } from './doctor.ts';
import { addEndpointCommands } from './endpoint-commands.ts';
import { addEventCommands } from './event-commands.ts';
import { erase, printErasure, type EraseRequest } from './erase.ts';
import { addIssueCommands } from './issue-commands.ts';
import { addFaultCommands } from './fault-commands.ts';
import { collectFaults, type FaultRuleInput } from './fault-rule.ts';
import { addMerchantCommands } from './merchant-commands.ts';
import { toWhole } from './option-values.ts';
import { addOrderCommands } from './order-commands.ts';
import { programs } from './programs.ts';
import { addPullCommands } from './pull-commands.ts';
import { replayLog } from './replay-log.ts';
import { reportError, reportUsage } from './report-error.ts';
import { addRunCommands } from './run-commands.ts';
import { runProgram } from './run-program.ts';
import { seedDemo } from './seed-demo.ts';
import { trickle } from './trickle.ts';
import { addUserCommands } from './user-commands.ts';
import { runUp, type UpHooks, type UpOptions } from './up.ts';
import { welcome } from './welcome.ts';

/** Exit codes of every command. */
const exit = { done: 0, failed: 1, usage: 2 } as const;

/** What `up` does beyond starting processes. */
const upHooks: UpHooks = {
  prepareRedis: async ({ redisUrl, config, log, ...accept }) => {
    const base = await composeBase({ ...config, redisUrl }, { name: 'up', profile: 'producer', ...accept, log });
    await base.close(1_000);
  },
  seedDemo: async (demo) => {
    const { merchantKey } = await seedDemo(demo);
    process.stdout.write(welcome(demo, merchantKey));
  },
  trickle,
};

/** Runs one command line (without `node packline`) and resolves to its exit code: 0 done, 1 failed, 2 usage, 3 partly failed. */
export async function runCli(args: readonly string[]): Promise<number> {
  let exitCode: number = exit.done;
  const json = args.includes('--json');
  const program = defineProgram(
    (code) => {
      exitCode = code;
    },
    (said) => reportUsage(said, { json }),
  );
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (thrown) {
    // Commander has already said what is wrong; help and version end this way too, with 0.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exit.done : exit.usage;
    reportError(thrown, { json });
    return exit.failed;
  }
}

/** Every command there is. `onUsageError` is told what is wrong with a command line. */
export function defineProgram(endWith: (exitCode: number) => void, onUsageError: (said: string) => void): Command {
  const program = new Command('packline')
    .description('Integration middleware between an OMS, pick-and-pack fulfilment systems and carriers.')
    .configureOutput({ outputError: onUsageError })
    .exitOverride();

  program
    .command('up')
    .description('start everything on this machine: Redis, API, workers and the partner sandbox')
    .option('--no-sandbox', 'without partner simulators and demo data: for real partners')
    .option('--accept-empty', 'go on with a Redis that came back empty', false)
    .option('--accept-restored', 'go on with a Redis that was restored from a backup', false)
    .option('--workers <number>', 'worker processes', toWorkerCount, 1)
    .option('--no-trickle', 'no demo orders by themselves')
    .action(async (options: UpOptions) => {
      const config = loadConfig();
      const log = createLog({ level: config.logLevel, name: 'up' });
      endWith(await runUp({ config, options, hooks: upHooks, log }));
    });

  program
    .command('api')
    .description('the HTTP API alone')
    .action(async () => endWith(await runProgram(programs.api, [])));

  program
    .command('worker')
    .description('one worker process alone')
    .option('--only <jobs>', 'only these jobs, comma-separated')
    .action(async ({ only }: { only?: string }) => {
      endWith(await runProgram(programs.worker, only === undefined ? [] : ['--only', only]));
    });

  program
    .command('sandbox')
    .description('the partner simulators alone')
    .option('--port <port>', 'TCP port', toPort)
    .option(
      '--fault <rule>',
      'misbehave from the start, see packline faults add; may be given again',
      collectFaults,
      [],
    )
    .action(async ({ port, fault }: { port?: number; fault: FaultRuleInput[] }) => {
      const chosen = port ?? loadConfig().sandboxPort;
      const faults = fault.flatMap((rule) => ['--fault', JSON.stringify(rule)]);
      endWith(await runProgram(programs.sandbox, ['--port', String(chosen), ...faults]));
    });

  program
    .command('doctor')
    .description('say what is wrong with this installation and how to mend it')
    .option('--json', 'as JSON', false)
    .action(async ({ json }: { json: boolean }) => {
      const diagnosis = await diagnose();
      printDiagnosis(diagnosis, { json });
      endWith(diagnosis.ok ? exit.done : exit.failed);
    });

  program
    .command('erase')
    .description('erase the person of an order, or of all orders with this address, for good')
    .option('--order <id>', 'of this order')
    .option('--email <address>', 'of all orders with this e-mail address')
    .option('--phone <number>', 'of all orders with this phone number, country code included')
    .option('--merchant <id>', 'whose orders; not needed where there is one merchant')
    .option('--force', 'also of orders that are still on their way', false)
    .option('--dry-run', 'only say what would be erased', false)
    .option('--json', 'as JSON', false)
    .action(async (options: EraseOptions, command: Command) => {
      const report = await erase(loadConfig(), { ...options, who: whoIn(options, command) });
      if (options.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
      else printErasure(report);
    });

  program
    .command('erasures')
    .description('the log of erasures, outside of Redis')
    .command('replay')
    .description('do what the log says and Redis has not done; every start does this')
    .option('--file <path>', 'another host’s log as well')
    .option('--json', 'as JSON', false)
    .action(async ({ file, json }: { file?: string; json: boolean }) => {
      const { lines, applied, unreadable } = await replayLog(loadConfig(), file);
      const said = `${lines} erasures in the log, ${applied} of them done now, ${unreadable.length} unreadable lines`;
      process.stdout.write(`${json ? JSON.stringify({ lines, applied, unreadable }) : said}\n`);
    });

  addCompletionCommand(program);
  addFaultCommands(program);
  addMerchantCommands(program);
  addConnectionCommands(program, endWith);
  addOrderCommands(program);
  addPullCommands(program);
  addRunCommands(program, endWith);
  addEndpointCommands(program, endWith);
  addEventCommands(program, endWith);
  addUserCommands(program);
  addIssueCommands(program, endWith);
  return program;
}

interface EraseOptions {
  order?: string;
  email?: string;
  phone?: string;
  merchant?: string;
  force: boolean;
  dryRun: boolean;
  json: boolean;
}

function whoIn({ order, email, phone }: EraseOptions, command: Command): EraseRequest['who'] {
  const given = [
    ...(order === undefined ? [] : [{ orderId: order }]),
    ...(email === undefined ? [] : [{ email }]),
    ...(phone === undefined ? [] : [{ phone }]),
  ];
  const [who, another] = given;
  if (who === undefined || another !== undefined) command.error('error: name one of --order, --email and --phone');
  return who;
}

const toPort = toWhole(0, 65_535);
const toWorkerCount = toWhole(0, 64);

if (import.meta.main) {
  // The launcher that an old Node runs may be killed: then we end as if asked to.
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
  process.exit(await runCli(process.argv.slice(2)));
}
