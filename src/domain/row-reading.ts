import type * as z from 'zod';
import type { RowError } from './bulk-run.ts';
import { findJsonFlaw } from './json-flaws.ts';
import { toPointer, toSchemaFaults, type SchemaFault } from './schema-faults.ts';
import { toUnreadable } from './unreadable-row.ts';
import { withoutNulls, type WithoutNulls } from './without-nulls.ts';

/**
 * What came of reading a row. Warnings are about rows that are taken; a row that is not has at least one error. `row` has
 * its fields in the schema's order and no nulls, so that equal rows are equal JSON.
 */
export type RowReading<Row> =
  | { readonly row: Row; readonly warnings: readonly RowError[]; readonly errors?: never }
  | { readonly errors: readonly RowError[]; readonly row?: never; readonly warnings?: never };

/** More would be a report, not a reason. */
const errorsMax = 20;
const noWarnings: readonly RowError[] = [];
/** What reject files say beside a row, so that they can be sent back as they are. */
const notes: ReadonlySet<string> = new Set(['_row', '_errors']);

const toRowError = ({ code, detail, path }: SchemaFault): RowError => ({ code, detail, pointer: toPointer(path) });

/**
 * A reader of rows as they lie in the spool, one line each; an object is read as the line that it would be. Whatever was
 * sent, it does not throw.
 */
export function defineRowReader<Sent>(
  schema: z.ZodType<Sent>,
  {
    warnOf,
    readPlain,
  }: {
    warnOf?: (row: WithoutNulls<Sent>) => RowError[];
    /** Rows of the most usual kind, as the schema reads them and with nothing to remark, but faster; undefined for all others. */
    readPlain?: (document: object) => WithoutNulls<Sent> | undefined;
  } = {},
): (input: string | object) => RowReading<WithoutNulls<Sent>> {
  return (input) => {
    const line = typeof input === 'string' ? input : JSON.stringify(input);
    const unreadable = toUnreadable(line);
    if (unreadable !== undefined) return { errors: [toRowError({ ...unreadable, path: [] })] };
    const document = parse(line);
    // What an escape may hide is not looked for there.
    const plain = document === undefined || line.includes('\\u') ? undefined : readPlain?.(document);
    if (plain !== undefined) return { row: plain, warnings: noWarnings };
    let parsed = schema.safeParse(document);
    // Few rows have notes: the others are not looked at for them.
    if (!parsed.success && hasNotes(document)) parsed = schema.safeParse(withoutNotes(document));
    if (!parsed.success) {
      const faults = document === undefined ? [notJson] : toSchemaFaults(parsed.error.issues, document);
      return { errors: faults.slice(0, errorsMax).map(toRowError) };
    }
    const flaw = line.includes('\\u') ? findJsonFlaw(line, parsed.data) : undefined;
    if (flaw !== undefined) return { errors: [toRowError({ ...flaw.error, path: flaw.path })] };
    const row = withoutNulls(parsed.data, line.includes('null'));
    return { row, warnings: warnOf?.(row) ?? noWarnings };
  };
}

const notJson: SchemaFault = { code: 'row.json', detail: 'is not one JSON object', path: [] };

/** Undefined for what is no JSON object. */
function parse(line: string): object | undefined {
  try {
    const document: unknown = JSON.parse(line);
    return typeof document === 'object' && document !== null && !Array.isArray(document) ? document : undefined;
  } catch {
    return undefined;
  }
}

const hasNotes = (document: object | undefined): document is object =>
  document !== undefined && Object.keys(document).some((key) => notes.has(key));

const withoutNotes = (document: object): object =>
  Object.fromEntries(Object.entries(document).filter(([key]) => !notes.has(key)));
