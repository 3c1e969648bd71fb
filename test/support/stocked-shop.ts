import { expect, vi } from 'vitest';
import type { RunKind } from '../../src/domain/bulk-run.ts';
import type { TestPackline } from './packline.ts';

export const product = (n: number) => ({
  externalIdentifier: `p-${n}`,
  name: `Product ${n}`,
  imageUrls: [`https://img.example/${n}.jpg`],
  categories: ['all'],
  weight: 1,
  dimensions: { depth: 1, height: 1, width: 1 },
  identifiers: [],
});

export const item = (n: number, quantity: number) => ({
  externalProductId: `p-${n}`,
  externalStoreLocationId: 'store-1',
  available: true,
  quantity,
});

export const range = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));

/** A merchant's uploads, and what goes on at the partner behind its back. */
export function openShop(packline: TestPackline) {
  const rowsOf = { products: 'products', inventory: 'items' } as const;
  return {
    /** Uploads rows and answers their run when it is over. */
    async push(kind: RunKind, rows: readonly object[]): Promise<{ status: string; counts: Record<string, number> }> {
      const { status, body } = await packline.call('POST', `/v1/${kind}`, { [rowsOf[kind]]: rows });
      expect(status, JSON.stringify(body)).toBe(202);
      return vi.waitFor(
        async () => {
          const run = (await packline.call('GET', `/v1/runs/${String(body['id'])}`)).body;
          expect(run['endedAt'], JSON.stringify(run)).not.toBeNull();
          return run as { status: string; counts: Record<string, number> };
        },
        { timeout: 30_000, interval: 50 },
      );
    },
    /** Somebody else writes into the partner's books. */
    async plant(kind: RunKind, rows: readonly object[]): Promise<void> {
      const reply = await fetch(`${packline.sandboxUrl}/nash/v1/${kind}`, {
        method: 'POST',
        headers: { authorization: 'Bearer nash_demo_key', 'content-type': 'application/json' },
        body: JSON.stringify({ [kind]: rows }),
      });
      expect(reply.status, await reply.clone().text()).toBe(200);
    },
  };
}
