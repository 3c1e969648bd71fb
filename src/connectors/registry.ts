import type { Connector } from './connector.ts';
import { fulfilmentConnectors } from './fulfilment/registry.ts';
import { generic } from './oms/generic/index.ts';

/** Every OMS that orders can come from. A new one is a folder and a line here. */
const omsConnectors: readonly Connector[] = [generic];

/** Everything that can be connected, by id. */
export const connectors: ReadonlyMap<string, Connector> = new Map(
  [...omsConnectors, ...fulfilmentConnectors.values()].map((connector) => [connector.id, connector]),
);
