import type { HandledItem } from './handled-items.ts';
import type { RequestedLine } from './line-shares.ts';

/** Which lines an item answers to: its own SKU's, and those whose items it took the place of. */
export interface Replacements {
  /** The lines of the item's own SKU: the one with its id where VTEX has our ids, else all. */
  linesOf: (item: HandledItem) => readonly RequestedLine[];
  /** The lines it stands in for; none for an item that was asked for or that the picker added; null when VTEX does not say. */
  insteadOf: (item: HandledItem) => readonly RequestedLine[] | null;
}

export function readReplacements(items: readonly HandledItem[], lines: readonly RequestedLine[]): Replacements {
  const bySku = Map.groupBy(lines, ({ sku }) => sku);
  /** By the SKU or id of what took their place. */
  const replaced = Map.groupBy(
    items.flatMap((item) => item.replacedBy.map((substitute) => ({ item, substitute }))),
    ({ substitute }) => substitute,
  );

  const linesOf = ({ id, sku }: HandledItem): readonly RequestedLine[] => {
    const ofSku = bySku.get(sku) ?? [];
    const own = ofSku.filter((line) => line.id === id);
    return own.length > 0 ? own : ofSku;
  };

  /** What it replaced, and what that had replaced before. */
  const originsOf = (item: HandledItem): HandledItem[] => {
    const origins = new Set([item]);
    for (const { id, sku } of origins) {
      for (const link of [...(replaced.get(sku) ?? []), ...(replaced.get(id) ?? [])]) origins.add(link.item);
    }
    return [...origins].filter(({ sku }) => sku !== item.sku);
  };

  /** The document's own `replacedItems` says what was replaced and not by what: clear if it is just one. */
  const linked = new Set(items.filter(({ replacedBy }) => replacedBy.length > 0).map(({ sku }) => sku));
  const unlinked = items.filter(({ list, sku }) => list === 'replacedItems' && !linked.has(sku));
  const onlyUnlinked = new Set(unlinked.map(({ sku }) => sku)).size > 1 ? null : linesOfAll(unlinked, linesOf);

  return {
    linesOf,
    insteadOf(item) {
      const instead = linesOfAll(originsOf(item), linesOf);
      return instead.length > 0 || linesOf(item).length > 0 ? instead : onlyUnlinked;
    },
  };
}

const linesOfAll = (items: readonly HandledItem[], linesOf: Replacements['linesOf']): readonly RequestedLine[] => [
  ...new Set(items.flatMap(linesOf)),
];
