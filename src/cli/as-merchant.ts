import type { Command } from 'commander';
import { loadConfig } from '../platform/config.ts';
import { callJson } from './demo-api.ts';
import { findMerchantApi } from './find-api.ts';

/** What every command has that asks the API as one merchant. */
export interface MerchantOptions {
  merchant?: string;
  json: boolean;
}

export const withJson = (command: Command): Command => command.option('--json', 'as JSON', false);

export const asMerchant = (command: Command): Command =>
  withJson(command.option('--merchant <id>', 'whose; for who has the operator’s key, and more than one merchant'));

/** Calls `/v1` as the merchant whom the settings or `--merchant` name. */
export async function callAsMerchant<T>(
  { merchant }: MerchantOptions,
  path: string,
  request: { method?: string; body?: unknown } = {},
): Promise<T> {
  const { baseUrl, ...api } = await findMerchantApi(loadConfig(), merchant);
  return callJson<T>(`${baseUrl}/v1${path}`, { ...api, ...request });
}

/** One JSON document, or lines for people. */
export function print(value: unknown, { json }: { json: boolean }, lines: readonly string[]): void {
  process.stdout.write(`${json ? JSON.stringify(value, null, 2) : lines.join('\n')}\n`);
}

/** A path below `/v1` whose segments may hold anything. */
export const pathOf = (...segments: readonly string[]): string => `/${segments.map(encodeURIComponent).join('/')}`;
