import type { Line } from '../src/domain/order-input.ts';
import type { PickedItem } from '../src/domain/picking.ts';
import { defaultSettlementRules } from '../src/domain/settlement-rules.ts';
import { judgeSettlement } from '../src/domain/settlement-verdict.ts';
import { defineBenchmark } from './benchmark.ts';
import { median, quantile } from './statistics.ts';

const lineCount = 200;
const scansPerLine = 2;
const targetMs = 5;

/**
 * A large order, all of it weighed, every line picked in two rows of one scan each and some of them short, substituted or
 * added: settled, compared and judged. Beside it the parsing of the same lines and picks from JSON, which nobody who reads
 * them can avoid.
 */
export const settlement = defineBenchmark({
  name: 'settlement',
  shows: 'settling an order of 200 lines with 400 scans, beside parsing it from JSON',
  size: { rounds: 10, settlements: 500 },
  quickSize: { rounds: 2, settlements: 50 },
  run({ rounds, settlements }, say) {
    const payload = makePayload();
    const text = JSON.stringify(payload);
    const { lines, picked } = payload;
    const settleOne = () =>
      judgeSettlement(lines, picked, { rules: defaultSettlementRules, currency: 'AUD', isFinished: true });
    const parseOne = () => JSON.parse(text) as unknown;
    const { differences, obstacles, totals } = settleOne();
    for (let n = 0; n < 50; n += 1) parseOne();
    const settled: number[] = [];
    const slowest: number[] = [];
    const parsed: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const times = timesOf(settleOne, settlements);
      parsed.push(median(timesOf(parseOne, settlements)));
      settled.push(median(times));
      slowest.push(quantile(times, 0.99));
      say(`round ${round} of ${rounds}: ${settled.at(-1)} ms, parsing ${parsed.at(-1)} ms`);
    }
    const ceiling = { is: median(parsed), what: 'JSON.parse of the same lines and picks' };
    const row = { unit: 'ms', better: 'lower' as const, ceiling, target: { of: 'figure' as const, is: targetMs } };
    const what = `an order of ${lineCount} lines with ${lineCount * scansPerLine} scans is settled`;
    return Promise.resolve({
      rows: [
        { what: `${what}, median`, figure: median(settled), samples: settled, ...row },
        { what: `${what}, 99th percentile`, figure: median(slowest), samples: slowest, ...row },
      ],
      details: { bytes: text.length, differences: differences.length, obstacles, totals },
    });
  },
});

/** Milliseconds of each call, to the microsecond. */
function timesOf(act: () => unknown, count: number): number[] {
  return Array.from({ length: count }, () => {
    const beganMs = performance.now();
    act();
    return Math.round((performance.now() - beganMs) * 1_000) / 1_000;
  });
}

function makePayload(): { lines: Line[]; picked: PickedItem[] } {
  const lines = Array.from({ length: lineCount }, (_, n): Line => ({
    id: `line-${n}`,
    // Every SKU stands on two lines.
    sku: `sku-${n % (lineCount / 2)}`,
    name: `Item ${n}`,
    quantity: scansPerLine,
    unitPriceMinor: 450 + n,
    weighted: true,
    requestedWeightGrams: 1_300,
  }));
  return { lines, picked: lines.flatMap((line, n) => Array.from({ length: scansPerLine }, (_, scan) => toPick(line, n, scan))) }; // prettier-ignore
}

/** Of every ten lines one has a substitute, and one has its second unit left out and an item that nobody asked for. */
function toPick(line: Line, n: number, scan: number): PickedItem {
  const isSubstitute = n % 10 === 3;
  const isAddition = n % 10 === 7 && scan === 1;
  const weightGrams = 640 + ((n * 7 + scan * 13) % 40);
  const sku = isAddition ? `extra-${n}` : isSubstitute ? `${line.sku}-other` : line.sku;
  const barcode = '0112345678901234310300072039220000225';
  return {
    id: isSubstitute || isAddition ? null : line.id,
    sku,
    name: line.name,
    status: 'no_substitution',
    quantity: 1,
    requested_quantity: line.quantity,
    weight: weightGrams / 1_000,
    price_cents: line.unitPriceMinor,
    requested_id: isAddition ? sku : line.id,
    requested_sku: isAddition ? sku : line.sku,
    scanned_barcode: barcode,
    scans: [
      {
        substitutionType: 'no_substitution',
        barcodes: [
          {
            barcode,
            format: 'gs1_databar',
            isVariableWeight: true,
            weight: weightGrams / 1_000,
            weightUnit: 'kg',
            priceCents: line.unitPriceMinor,
            productCode: '12345678901234',
            expirationDate: null,
          },
        ],
      },
    ],
    lineId: isAddition ? null : line.id,
    weightGrams,
  };
}
