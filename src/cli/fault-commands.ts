import type { Command } from 'commander';
import type { FaultRule } from '../sandbox/faults.ts';
import { loadConfig } from '../platform/config.ts';
import { print, withJson } from './as-merchant.ts';
import { callJson } from './demo-api.ts';
import { collectFaults, type FaultRuleInput } from './fault-rule.ts';
import { readCredentials } from './seed-demo.ts';

const describe = ({ id, fault, match, times, probability, applied }: FaultRule): string =>
  [
    `${id}  ${fault.kind}`,
    ...Object.entries(match).map(([name, value]) => `${name}=${value}`),
    ...(times === undefined ? [] : [`times=${times}`]),
    ...(probability === 1 ? [] : [`probability=${probability}`]),
    `applied ${applied} times`,
  ].join('  ');

/** `packline faults …`: how the sandbox that runs misbehaves. */
export function addFaultCommands(program: Command): void {
  const faults = program.command('faults').description('how the partner simulators that run misbehave');

  withJson(faults.command('list'))
    .description('the faults in place, and how often each was applied')
    .action(async (options: { json: boolean }) => {
      const { faults: rules } = await ask<{ faults: FaultRule[] }>('GET');
      print(rules, options, rules.length === 0 ? ['none'] : rules.map(describe));
    });
  withJson(faults.command('add'))
    .description('put a fault in place')
    .argument(
      '<rule>',
      'rateLimit, status:status=422,code=VALIDATION_ERRORS,partner=nash,sku=A-1,probability=0.05, or the JSON of POST /_sandbox/faults',
      collectFaults,
      [],
    ) // prettier-ignore
    .action(async ([rule]: FaultRuleInput[], options: { json: boolean }) => {
      const added = await ask<FaultRule>('POST', rule);
      print(added, options, [describe(added)]);
    });
  withJson(faults.command('clear'))
    .description('take all of them away')
    .action(async (options: { json: boolean }) => {
      await ask('DELETE');
      print({ faults: [] }, options, ['none are left']);
    });
}

async function ask<T>(method: string, body?: FaultRuleInput): Promise<T> {
  const config = loadConfig();
  const { sandboxUrl } = await readCredentials(config.home).catch(() => ({
    sandboxUrl: `http://127.0.0.1:${config.sandboxPort}`,
  }));
  return callJson<T>(`${sandboxUrl}/_sandbox/faults`, { method, ...(body !== undefined && { body }) });
}
