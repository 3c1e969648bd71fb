import type { FulfilmentSnapshot } from '../../src/connectors/fulfilment/port.ts';
import type { Line } from '../../src/domain/order-input.ts';
import { resolveStatus, type Vocabulary } from '../../src/domain/resolve-status.ts';
import { defaultSettlementRules as rules } from '../../src/domain/settlement-rules.ts';
import { judgeSettlement } from '../../src/domain/settlement-verdict.ts';

/** What follows from a document that was read: nothing at all, where it was refused. */
export interface Outcome {
  may: 'be refused' | 'be shown' | 'wait' | 'be held' | 'be invoiced';
  status: string;
  itemsMinor: number;
  /** Units, prices and known weights of each line. */
  bill: string;
  /** All of it. */
  text: string;
}

const nothing = { status: '', itemsMinor: 0, bill: '', text: '' };

export function outcomeOf(
  snapshot: FulfilmentSnapshot | null,
  lines: readonly Line[],
  vocabularies: Readonly<Record<string, Vocabulary>>,
): Outcome {
  if (snapshot === null) return { ...nothing, may: 'be refused' };
  const { status, unknown } = resolveStatus(snapshot.evidence, vocabularies);
  const { needsAttention, pickedItems } = snapshot;
  if (needsAttention !== null) return { ...nothing, status, may: 'be shown', text: needsAttention.detail };
  if (pickedItems === null) return { ...nothing, status, may: 'wait' };
  const judged = judgeSettlement(lines, pickedItems, { rules, currency: 'AUD', isFinished: true });
  const bill = judged.lines.map((line) => [line.pickedQuantity, line.priceMinor, line.weightGrams]);
  return {
    may: judged.mayInvoice ? 'be invoiced' : 'be held',
    status,
    itemsMinor: judged.totals.itemsMinor,
    bill: JSON.stringify([bill, judged.additions]),
    text: JSON.stringify([status, unknown, judged]),
  };
}
