import type { CallingOmsConnector } from '../connectors/oms/port.ts';
import type { OmsFact } from '../domain/order-oms.ts';

/** What an OMS said of an order's state, with what its table of states says about that. */
export function makeOmsFact(
  { id, phases }: Pick<CallingOmsConnector, 'id' | 'phases'>,
  said: { state: string | null; changedAt?: string | null },
): OmsFact {
  const state = said.state ?? '';
  const phase = Object.hasOwn(phases, state) ? phases[state] : undefined;
  return { connector: id, state, changedAt: said.changedAt ?? null, phase, step: Object.keys(phases).indexOf(state) };
}
