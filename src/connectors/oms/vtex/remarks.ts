import type { OmsOrder } from '../port.ts';

type Remark = OmsOrder['remarks'][number];

/** What is odd about an order and can be lived with: one remark of a kind, whatever the number of lines. */
export class Remarks {
  readonly #byCode = new Map<string, Remark>();

  add(code: string, detail: string): void {
    if (!this.#byCode.has(code)) this.#byCode.set(code, { code, detail });
  }

  list(): readonly Remark[] {
    return [...this.#byCode.values()];
  }
}
