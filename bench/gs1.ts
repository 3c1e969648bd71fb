import { parseBarcode } from 'gs1-barcode-parser-mod';
import { readLabel } from '../src/domain/gs1.ts';
import { defineBenchmark } from './benchmark.ts';
import { median } from './statistics.ts';

const separator = '\u001d';
/** Labels as stores print them, so many of each in turn; that no two are the same keeps the engine from remembering any. */
const makes: readonly ((n: string) => string)[] = [
  (n) => `01123456${n}152601013103${n.slice(2)}39220${n}00`,
  (n) => `01123456${n}3103${n.slice(2)}392200${n}`,
  (n) => `]C101123456${n}3103${n.slice(2)}39220${n}${separator}10LOT-${n}`,
  (n) => `]e001123456${n}3932036${n.slice(2)}`,
  (n) => `]d201123456${n}1726013110${n}${separator}21SN${n}`,
  (n) => `(01)123456${n}(15)260131(10)LOT-${n}`,
];
/** What is read at once before the clock is asked again. */
const batch = 6_000;
const wanted = 60_000;

/**
 * Labels read on one core: everything that Packline makes of them (dates, grams, minor units, check digits) beside what the
 * library alone takes to split and convert the same texts.
 */
export const gs1 = defineBenchmark({
  name: 'gs1',
  shows: 'GS1 labels read on one core, beside the bare library',
  size: { rounds: 5, seconds: 2 },
  quickSize: { rounds: 1, seconds: 1 },
  run({ rounds, seconds }, say) {
    const labels = Array.from({ length: batch }, (_, at) => labelOf(at));
    const context = { year: 2026, currency: 'AUD' };
    const readOurs = (text: string) => readLabel(text, context).elements.length;
    const readTheirs = (text: string) => parseBarcode(text).parsedCodeItems.length;
    for (const text of labels) {
      if (readOurs(text) !== readTheirs(text)) throw new Error(`two readings of ${JSON.stringify(text)}`);
    }
    const ours: number[] = [];
    const theirs: number[] = [];
    pace(labels, readTheirs, 0.5);
    pace(labels, readOurs, 0.5);
    for (let round = 1; round <= rounds; round += 1) {
      theirs.push(pace(labels, readTheirs, seconds));
      ours.push(pace(labels, readOurs, seconds));
      say(`round ${round} of ${rounds}: ${ours.at(-1)}/s beside ${theirs.at(-1)}/s`);
    }
    return Promise.resolve({
      rows: [
        {
          what: 'GS1 labels read on one core',
          figure: median(ours),
          unit: '/s',
          better: 'higher',
          ceiling: { is: median(theirs), what: 'the bare library' },
          target: { of: 'figure', is: wanted },
          samples: ours,
        },
      ],
      details: { example: labels.slice(0, makes.length), ours, theirs },
    });
  },
});

const labelOf = (at: number): string => {
  const make = makes[at % makes.length];
  return make === undefined ? '' : make(String(12_000_000 + at * 7));
};

/** Labels per second of processor time. The elements are added up, so that the work cannot be left out. */
function pace(labels: readonly string[], read: (text: string) => number, seconds: number): number {
  const began = process.cpuUsage();
  const endsMs = performance.now() + seconds * 1_000;
  let done = 0;
  let elements = 0;
  while (performance.now() < endsMs) {
    for (const text of labels) elements += read(text);
    done += labels.length;
  }
  if (elements < done) throw new Error('labels were read that said nothing');
  const { user, system } = process.cpuUsage(began);
  return Math.round((done / (user + system)) * 1e6);
}
