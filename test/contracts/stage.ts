import type { ConnectorIo } from '../../src/connectors/io.ts';

/** Every API of the sandbox that a connector calls, and where the sandbox has it. */
export const mounts = {
  oms: '/vtex/contract',
  pickAndPack: '/vtex-pnp',
  pickAndPackAuth: '/vtex-pnp-auth',
  pickAndPackLegacy: '/vtex-pnp-legacy',
  nash: '/nash',
} as const;
export type Api = keyof typeof mounts;

/** What an exercise calls with: the connector's own way out, and where the APIs are at present. */
export interface Stage {
  io: ConnectorIo;
  urls: Readonly<Record<Api, string>>;
}

/** The sandbox behind a proxy. */
export interface SandboxStage extends Stage {
  sandboxUrl: string;
  /** A call of the sandbox's control API. */
  control(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
}

/** One operation, called once: what a mock answers has to be readable. */
export interface Reading {
  /** `METHOD path`, as the document has it. */
  operation: string;
  /** What the client makes of the answer. */
  read(stage: Stage): Promise<unknown>;
}

/** How one connector is exercised. */
export interface Exercise {
  connector: string;
  /** `info.title` of its document. */
  document: string;
  /** The APIs that the document describes. */
  apis: readonly Api[];
  /** Calls every operation at the sandbox, with what life brings: orders in every state, refusals too. */
  atSandbox(stage: SandboxStage): Promise<void>;
  readings: readonly Reading[];
}

/** A refusal that the exercise wants: what it checks is the exchange, and the answer of a connector is for other tests. */
export async function refused(call: Promise<unknown>): Promise<void> {
  const outcome = await call.then(
    () => 'an answer',
    (error: unknown) => error,
  );
  if (outcome === 'an answer') throw new Error('a call that was to be refused was answered');
}
