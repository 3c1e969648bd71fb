import { carrierConnectors } from './carriers/registry.ts';
import type { Connector } from './connector.ts';
import type { Vocabularies } from '../domain/order-change.ts';
import { carrierSystem, carrierVocabulary } from '../domain/order-parcels.ts';
import { fulfilmentConnectors, fulfilmentVocabularies } from './fulfilment/registry.ts';
import { lastMileConnectors } from './last-mile/registry.ts';
import { generic } from './oms/generic/index.ts';
import { callingOmsConnectors, omsVocabularies } from './oms/registry.ts';

/** Every OMS that orders can come from. One that only posts, and is never called, is a folder and a word here. */
const omsConnectors: readonly Connector[] = [generic, ...callingOmsConnectors.values()];

/** What every system's codes mean. With less than all of them a status is resolved wrongly: each piece of evidence counts. */
export const vocabularies: Vocabularies = {
  ...fulfilmentVocabularies,
  ...omsVocabularies,
  [carrierSystem]: carrierVocabulary,
};

/** Everything that can be connected, by id. */
export const connectors: ReadonlyMap<string, Connector> = new Map(
  [
    ...omsConnectors,
    ...fulfilmentConnectors.values(),
    ...carrierConnectors.values(),
    ...lastMileConnectors.values(),
  ].map((connector) => [connector.id, connector]),
);
