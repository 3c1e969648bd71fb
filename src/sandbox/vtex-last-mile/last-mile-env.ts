import type { HttpBindings } from '@hono/node-server';
import type { RequestEntry } from '../books.ts';

export interface LastMileEnv {
  Bindings: Partial<HttpBindings>;
  Variables: { entry: RequestEntry; account: string };
}

export const partner = 'vtex-last-mile';
