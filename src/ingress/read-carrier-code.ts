import { connectorCalled, isOwn } from '../connectors/carriers/choose-connection.ts';
import { carrierConnectors } from '../connectors/carriers/registry.ts';
import { readWords, type TrackingWords } from '../domain/tracking-words.ts';
import { openConnection, type Connection } from '../store/connections.ts';
import type { StoreDeps } from '../store/deps.ts';

/** What a carrier's word means at that carrier (its slug); unknown where there is no table, or no row. */
export type ReadCode = (carrier: string, code: string) => ReturnType<typeof readWords>;

/**
 * Reads words by the table of the carrier that is named, and by no other: the same letters are a delivery here and a failed
 * one there. A courier whose settings are its table has the merchant's own. Tables are looked up once.
 */
export function makeCodeReader(store: StoreDeps, connections: readonly Connection[]): ReadCode {
  const tables = new Map<string, TrackingWords>();
  const tableOf = (carrier: string): TrackingWords => {
    const own = connections.find((one) => one.kind === 'carrier' && isOwn(one, carrier));
    if (own === undefined) return connectorCalled(carrier)?.words(undefined) ?? {};
    return carrierConnectors.get(own.connector)?.words(openConnection(store, own).settings) ?? {};
  };
  return (carrier, code) => {
    const table = tables.get(carrier) ?? tableOf(carrier);
    tables.set(carrier, table);
    // Some tables are in lower case, since their carriers print a word in several ways.
    return readWords(table, code, code.toLowerCase());
  };
}
