import type { Command } from 'commander';
import type * as z from 'zod';
import type { IssueViewSchema } from '../ingress/views/issue-view.ts';
import { markedCause } from '../domain/failure-cause.ts';
import { loadConfig } from '../platform/config.ts';
import { callJson } from './demo-api.ts';
import { findMerchantApi, type MerchantApi } from './find-api.ts';

type IssueView = z.infer<typeof IssueViewSchema>;
interface Options {
  merchant?: string;
  json: boolean;
}
interface ListOptions extends Options {
  status: string;
  source?: string;
  code?: string;
  target?: string;
}
interface IgnoreOptions extends Options {
  until?: string;
  times?: string;
}
interface Correction {
  sku: string;
  orderIds: string[];
  left: { orderId: string; detail: string }[];
  more: number;
}
interface Plan {
  waiting: number;
  orderCount: number;
  orderIds: string[];
}

const partlyFailed = 3;

/** `packline issues …`: over HTTP, as a merchant. */
export function addIssueCommands(program: Command, endWith: (exitCode: number) => void): void {
  const issues = program.command('issues').description('what fails, by its cause');
  const command = (name: string, description: string): Command =>
    issues
      .command(name)
      .description(description)
      .option('--merchant <id>', 'whose; for who has the operator’s key, and more than one merchant')
      .option('--json', 'as JSON', false);
  const call = async <T>({ merchant }: Options, path: string, method = 'GET', body?: unknown): Promise<T> => {
    const { baseUrl, ...api }: MerchantApi = await findMerchantApi(loadConfig(), merchant);
    return callJson<T>(`${baseUrl}/v1/issues${path}`, { ...api, method, ...(body === undefined ? {} : { body }) });
  };
  const print = (value: unknown, { json }: Options, lines: readonly string[]): void => {
    process.stdout.write(`${json ? JSON.stringify(value, null, 2) : lines.join('\n')}\n`);
  };
  const printIssue = (issue: IssueView, options: Options): void => print(issue, options, describeIssue(issue));
  const pathOf = (id: string): string => `/${encodeURIComponent(id)}`;

  command('list', 'what needs attention first, first')
    .option('--status <status>', 'open, resolved or all', 'open')
    .option('--source <who>', 'of those that you, packline or a partner can fix')
    .option('--code <code>', 'of this code')
    .option('--target <id>', 'of this connection or endpoint')
    .action(async (options: ListOptions) => {
      const { status, source, code, target } = options;
      const given = Object.entries({ status: status === 'all' ? undefined : status, source, code, target });
      const query = new URLSearchParams(
        given.flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]])),
      );
      const { data } = await call<{ data: IssueView[] }>(options, `?${query.toString()}`);
      print(data, options, data.length === 0 ? ['nothing needs attention'] : data.map(lineOf));
    });
  command('show', 'one of them, and what to do about it')
    .argument('<id>')
    .action(async (id: string, options: Options) => printIssue(await call<IssueView>(options, pathOf(id)), options));
  command('retry', 'try again what failed under one issue, or under all that the filter fits')
    .argument('[id]', 'all that are open when not given')
    .option('--plan', 'only say what would be tried', false)
    .option('--source <who>', 'without an id: of those that you, packline or a partner can fix')
    .option('--code <code>', 'without an id: of this code')
    .option('--target <id>', 'without an id: of this connection or endpoint')
    .action(async (id: string | undefined, options: Options & { plan: boolean } & Partial<ListOptions>) => {
      const { plan, source, code, target } = options;
      const body = id === undefined ? { plan, filter: { source, code, target } } : { plan };
      const answer = await call<Partial<Plan> & { revived?: number }>(options, `${id === undefined ? '' : pathOf(id)}/retry`, 'POST', body); // prettier-ignore
      const { waiting = 0, orderCount = 0, orderIds = [], revived = 0 } = answer;
      print(
        answer,
        options,
        plan
          ? [`${waiting} would be tried again, of ${orderCount} orders; nothing was sent`, ...orderIds]
          : [`${revived} are tried again; packline issues show says how it goes`],
      );
      if (!plan && revived === 0) endWith(partlyFailed);
    });
  command('correct', 'replace the SKU that a partner refuses, in the orders that wait for it')
    .argument('<id>')
    .requiredOption('--sku <sku>', 'what takes its place')
    .option('--plan', 'only say in which', false)
    .action(async (id: string, options: Options & { plan: boolean; sku: string }) => {
      const { plan, sku: by } = options;
      const answer = await call<Correction>(options, `${pathOf(id)}/correct`, 'POST', { by, plan });
      const { sku, orderIds, left, more } = answer;
      print(answer, options, [
        `${sku} ${plan ? 'would become' : 'becomes'} ${by} in ${orderIds.length} orders: ${plan ? 'nothing was changed' : 'they are sent again'}`,
        ...orderIds,
        ...left.map(({ orderId, detail }) => `${orderId} stays as it is: ${detail}`),
        ...(more === 0 ? [] : [`${more} more orders come with the next call`]),
      ]);
      if (!plan && left.length > 0) endWith(partlyFailed);
    });
  command('ack', 'say that somebody looks at it')
    .argument('<id>')
    .option('--assign <name>', 'and who')
    .action(async (id: string, options: Options & { assign?: string }) => {
      const { assign: assignedTo } = options;
      const json = { acknowledged: true, ...(assignedTo === undefined ? {} : { assignedTo }) };
      printIssue(await call<IssueView>(options, pathOf(id), 'PATCH', json), options);
    });
  command('ignore', 'be told of it no more for a while')
    .argument('<id>')
    .option('--until <time>', 'such as 2026-01-31T00:00:00Z')
    .option('--times <number>', 'until it is seen once more after so many')
    .action(async (id: string, options: IgnoreOptions, self: Command) => {
      const { until, times } = options;
      if ((until === undefined) === (times === undefined)) return self.error('error: name one of --until and --times');
      const ignored = until === undefined ? { times: Number(times) } : { until };
      printIssue(await call<IssueView>(options, pathOf(id), 'PATCH', { ignored }), options);
    });
}

const lineOf = ({ id, status, count, orderCount, source, code, title }: IssueView): string =>
  `${id}  ${status}  ${code}  ${count} failures, ${orderCount} orders  for ${source}: ${title}`;

function describeIssue(issue: IssueView): string[] {
  const { means, fix, orderIds, waiting, lastRetry, openedAt, lastSeenAt, retrying, acknowledged, assigned, ignored } =
    issue;
  const { sku, field } = markedCause(issue.lastDetail);
  const seenTo = [
    acknowledged === null ? '' : `acknowledged ${acknowledged.at}`,
    assigned === null ? '' : `for ${assigned.to}`,
    ignored === null ? '' : `ignored until ${ignored.until ?? `${ignored.untilCount} failures`}`,
  ].filter(Boolean);
  return [
    lineOf(issue),
    means,
    ...(sku === undefined ? [] : [`refused: SKU ${sku}, field ${field}`]),
    ...(seenTo.length === 0 ? [] : [seenTo.join(', ')]),
    `open since ${openedAt}, last seen ${lastSeenAt}; ${waiting} wait${retrying ? ', tried again by itself' : ''}`,
    ...(fix === null ? [] : [`do: ${fix.method} ${fix.path}`, fix.hint]),
    ...(sku === undefined || waiting === 0 ? [] : [`or: packline issues correct ${issue.id} --sku <other> --plan`]),
    ...(lastRetry === null
      ? []
      : [`last retry: ${lastRetry.done} done, ${lastRetry.failedAgain} failed again, ${lastRetry.pending} under way`]),
    ...(orderIds.length === 0 ? [] : [`orders: ${orderIds.join(' ')}`]),
  ];
}
