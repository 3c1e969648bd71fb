import type { LastMileConnector } from './port.ts';
import { vtexLastMile } from './vtex-last-mile/index.ts';

/** Every platform that we carry for. A new one is a folder and a line here. */
const connectors = [vtexLastMile] as const;

export const lastMileConnectors: ReadonlyMap<string, LastMileConnector> = new Map(
  connectors.map((connector) => [connector.id, connector as LastMileConnector]),
);
