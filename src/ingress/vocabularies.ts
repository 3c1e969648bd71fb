import { vocabularies as fulfilmentVocabularies } from '../connectors/fulfilment/registry.ts';
import { omsVocabularies } from '../connectors/oms/registry.ts';
import type { Vocabularies } from '../domain/order-change.ts';

/** What every system's words mean. */
export const vocabularies: Vocabularies = { ...fulfilmentVocabularies, ...omsVocabularies };
