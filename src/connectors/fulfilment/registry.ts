import type { Vocabularies } from '../../domain/order-change.ts';
import { nash } from './nash/index.ts';
import type { FulfilmentConnector } from './port.ts';
import { vtexPickAndPack } from './vtex-pick-and-pack/index.ts';

/** Every fulfilment system that can be connected. A new one is a folder and a line here. */
const connectors = [nash, vtexPickAndPack] as const;

export const fulfilmentConnectors: ReadonlyMap<string, FulfilmentConnector> = new Map(
  connectors.map((connector) => [connector.id, connector as FulfilmentConnector]),
);

/** What every fulfilment system's codes mean. */
export const fulfilmentVocabularies: Vocabularies = Object.fromEntries(
  connectors.map(({ id, vocabulary }) => [id, vocabulary]),
);
