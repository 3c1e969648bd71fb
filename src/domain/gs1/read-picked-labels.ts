import { readLabel } from '../gs1.ts';
import type { PickedItem } from '../picking.ts';
import type { Label, LabelContext } from './label.ts';

/**
 * The labels of what was picked, one for each scan. Of the codes that one scan caught, the first that says a price or a
 * weight: a pack may bear two that say the same. Without scans, the item's own code; where none was kept, no label.
 */
export function readPickedLabels(item: Pick<PickedItem, 'scanned_barcode' | 'scans'>, context: LabelContext): Label[] {
  const scans = item.scans ?? [];
  const texts =
    scans.length > 0 ? scans.map(({ barcodes }) => barcodes.map(({ barcode }) => barcode)) : [[item.scanned_barcode]];
  return texts.flatMap((codes) => {
    const labels = codes.map((code) => readLabel(code, context)).filter(({ kind }) => kind !== 'none');
    return labels.find(({ price, netWeightGrams }) => price !== null || netWeightGrams !== null) ?? labels[0] ?? [];
  });
}
