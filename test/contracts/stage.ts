import type { ConnectorIo } from '../../src/connectors/io.ts';

/** Every API of the sandbox that a connector calls, and where the sandbox has it. */
export const mounts = {
  oms: '/vtex/contract',
  pickAndPack: '/vtex-pnp',
  pickAndPackAuth: '/vtex-pnp-auth',
  pickAndPackLegacy: '/vtex-pnp-legacy',
  lastMile: '/vtex-last-mile',
  nash: '/nash',
} as const;
export type Api = keyof typeof mounts;

/** What an exercise calls with: the connector's own way out, and where the APIs are at present. */
export interface Stage {
  io: ConnectorIo;
  urls: Readonly<Record<Api, string>>;
}

/** The sandbox, with a proxy before each API that has a document. */
export interface SandboxStage extends Stage {
  sandboxUrl: string;
  /** A call of the sandbox's control API. */
  control: (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;
}

/** One operation, called once against a mock, whose every answer the connector has to understand. */
export interface Reading {
  /** `METHOD path`, as the document has it. */
  operation: string;
  read: (stage: Stage) => Promise<unknown>;
}

/** Webhooks that the exercise made the sandbox send, and what the document has of their bodies. */
export interface SentHooks {
  /** The sandbox's subscriber that received them. */
  subscriber: string;
  /** Component schema of the document. */
  schema: string;
  /** The part of a body that the schema is of; undefined where it is of none. */
  partOf: (body: Record<string, unknown>) => unknown;
  isLast: (body: Record<string, unknown>) => boolean;
}

/** How one connector is exercised. */
export interface Exercise {
  connector: string;
  /** `info.title` of its document. */
  document: string;
  /** The APIs that the document describes. */
  apis: readonly Api[];
  /** Calls every operation at the sandbox with what life brings: orders in every state, and refusals. */
  atSandbox: (stage: SandboxStage) => Promise<void>;
  readings: readonly Reading[];
  hooks?: SentHooks;
  /** Of a protocol that we serve: bodies as they come and as we answer them, and the component schemas that they have. */
  served?: readonly { schema: string; body: unknown }[];
}

/** A refusal that the exercise is about. What it is taken for is tested elsewhere; here the exchange counts. */
export async function refused(call: Promise<unknown>): Promise<void> {
  const isRefused = await call.then(
    () => false,
    () => true,
  );
  if (!isRefused) throw new Error('a call that was to be refused was answered');
}
