import { readFile } from 'node:fs/promises';
import { text as textOf, buffer as bytesOf } from 'node:stream/consumers';
import { styleText } from 'node:util';
import { InvalidArgumentError, type Command } from 'commander';
import { explainWebhook, type Finding } from '../delivery/explain-webhook.ts';
import { addEndpointManagement } from './manage-endpoints.ts';
import { readSavedHeaders } from './saved-headers.ts';

interface VerifyOptions {
  headers: string;
  body: string;
  key?: string;
  keyFile?: string;
  at?: number;
  tolerance: number;
  json: boolean;
}

/** `packline endpoints …`; `verify` is what a subscriber needs at his own terminal, and asks no API. */
export function addEndpointCommands(program: Command, endWith: (exitCode: number) => void): void {
  const endpoints = program.command('endpoints').description('webhooks that Packline sends');
  addEndpointManagement(endpoints);
  endpoints
    .command('verify')
    .description('check a request that was received, and say what exactly is wrong with it')
    .requiredOption('--headers <file>', 'its headers: lines, or a JSON object')
    .requiredOption('--body <file>', 'its body, byte for byte; - is standard input')
    .option('--key <key>', 'the secret (whsec_…) or public key (whpk_…); shells remember what is written here')
    .option('--key-file <file>', 'a file with the key; - is standard input')
    .option('--at <time>', 'judge it at this moment (RFC 3339), not now', toMs)
    .option('--tolerance <seconds>', 'how old or new it may be', toSeconds, 300)
    .option('--json', 'as JSON', false)
    .action(async (options: VerifyOptions, command: Command) => {
      const { key, keyFile } = options;
      if ((key === undefined) === (keyFile === undefined)) command.error('error: give --key or --key-file');
      if (keyFile === '-' && options.body === '-') command.error('error: standard input is one thing or the other');
      const explained = explainWebhook({
        headers: readSavedHeaders(await readFile(options.headers, 'utf8')),
        body: options.body === '-' ? await bytesOf(process.stdin) : await readFile(options.body),
        key: key ?? (keyFile === '-' ? await textOf(process.stdin) : await readFile(keyFile ?? '', 'utf8')),
        nowMs: options.at ?? Date.now(),
        toleranceSeconds: options.tolerance,
      });
      if (options.json) process.stdout.write(`${JSON.stringify(explained, null, 2)}\n`);
      else process.stdout.write(print(explained));
      endWith(explained.ok ? 0 : 1);
    });
}

function print({ ok, findings }: { ok: boolean; findings: readonly Finding[] }): string {
  const paint = (good: boolean, words: string): string =>
    styleText(good ? 'green' : 'red', words, { stream: process.stdout });
  const lines = findings.map((one) => `${paint(one.ok, one.ok ? 'ok   ' : 'wrong')}  ${one.check}: ${one.message}`);
  return `${[...lines, paint(ok, ok ? 'verified' : 'not verified')].join('\n')}\n`;
}

function toMs(time: string): number {
  const ms = Date.parse(time);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('is no time');
  return ms;
}

function toSeconds(given: string): number {
  if (!/^\d{1,9}$/.test(given)) throw new InvalidArgumentError('is no number of seconds');
  return Number(given);
}
