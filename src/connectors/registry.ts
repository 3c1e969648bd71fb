import type { Connector } from './connector.ts';
import { fulfilmentConnectors } from './fulfilment/registry.ts';
import { generic } from './oms/generic/index.ts';
import { callingOmsConnectors } from './oms/registry.ts';

/** Every OMS that orders can come from. One that only posts, and is never called, is a folder and a word here. */
const omsConnectors: readonly Connector[] = [generic, ...callingOmsConnectors.values()];

/** Everything that can be connected, by id. */
export const connectors: ReadonlyMap<string, Connector> = new Map(
  [...omsConnectors, ...fulfilmentConnectors.values()].map((connector) => [connector.id, connector]),
);
