import type { HandledItem } from './handled-items.ts';

/** A line of the order as it was asked for. */
export interface RequestedLine {
  id: string;
  sku: string;
  quantity: number;
  /** Where they are needed: the legacy API's answer lacks both. */
  unitPriceMinor?: number | undefined;
  weighted?: boolean | undefined;
}

/** How many units of which item each line got. */
export class LineShares {
  readonly #ofLine: ReadonlyMap<RequestedLine, Map<HandledItem, number>>;

  constructor(lines: readonly RequestedLine[]) {
    this.#ofLine = new Map(lines.map((line) => [line, new Map<HandledItem, number>()]));
  }

  /** The items of a line, with the units it got of each. */
  of(line: RequestedLine): readonly (readonly [HandledItem, number])[] {
    return [...(this.#ofLine.get(line) ?? [])];
  }

  /** Units that the line still wants. */
  wants(line: RequestedLine): number {
    return this.of(line).reduce((left, [, units]) => left - units, line.quantity);
  }

  give(item: HandledItem, line: RequestedLine, units: number): void {
    const shares = this.#ofLine.get(line);
    if (units > 0) shares?.set(item, (shares.get(item) ?? 0) + units);
  }

  /** Gives the lines, one after the other, what they want; answers how many units are left over. */
  fill(item: HandledItem, lines: readonly RequestedLine[], units: number): number {
    let left = units;
    for (const line of lines) {
      const taken = Math.max(0, Math.min(left, this.wants(line)));
      this.give(item, line, taken);
      left -= taken;
    }
    return left;
  }
}
