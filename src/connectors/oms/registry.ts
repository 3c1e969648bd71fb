import type { Vocabularies } from '../../domain/order-change.ts';
import type { OmsPhase } from '../../domain/order-oms.ts';
import type { CallingOmsConnector } from './port.ts';
import { vtex } from './vtex/index.ts';

/** Every OMS that is called. A new one is a folder and a line here. */
const connectors = [vtex] as const;

export const callingOmsConnectors: ReadonlyMap<string, CallingOmsConnector> = new Map(
  connectors.map((connector) => [connector.id, connector as CallingOmsConnector]),
);

/** An OMS says nothing about fulfilment; only that somebody has invoiced. */
const meaningOf = (phase: OmsPhase) =>
  phase === 'invoiced' ? ({ invoiced: true } as const) : ({ ignored: true } as const);

export const omsVocabularies: Vocabularies = Object.fromEntries(
  connectors.map(({ id, phases }) => [
    id,
    Object.fromEntries(Object.entries(phases).map(([state, phase]) => [state, meaningOf(phase)])),
  ]),
);
