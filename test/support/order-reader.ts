import { expect, vi } from 'vitest';
import type { ConnectedMerchant } from './connected-merchant.ts';

export const waiting = { timeout: 12_000, interval: 50 };

/** Reads a merchant's orders over the API, by the OMS's id. */
export function makeOrderReader({ call }: Pick<ConnectedMerchant, 'call'>) {
  const list = async (externalId: string): Promise<Record<string, unknown>[]> => {
    const { body } = await call('GET', `/v1/orders?externalId=${encodeURIComponent(externalId)}`);
    const { data } = body as { data: Record<string, unknown>[] };
    return data;
  };
  const read = async (externalId: string): Promise<Record<string, unknown>> => (await list(externalId))[0] ?? {};
  return {
    list,
    read,
    /** Waits until the order looks like this. */
    reaches: async (externalId: string, expected: Record<string, unknown>) => {
      await vi.waitFor(async () => expect(await read(externalId)).toMatchObject(expected), waiting);
      return read(externalId);
    },
    problemsOf: async (externalId: string): Promise<string[]> =>
      ((await read(externalId))['problems'] as { code: string }[] | undefined)?.map(({ code }) => code) ?? [],
  };
}
