import { Failure } from '../../../domain/failure.ts';

export const alreadyDispatched = 'nash.order_already_dispatched';
export const stepRefused = 'nash.invalid_state_transition';
const stateRefusals: ReadonlySet<string> = new Set([alreadyDispatched, stepRefused, 'nash.disallowed_operation']);

export const codeOf = (error: unknown): string => (error instanceof Failure ? error.code : '');
/** Nash says that the order is past this. */
export const isStateRefusal = (error: unknown): error is Failure => stateRefusals.has(codeOf(error));
