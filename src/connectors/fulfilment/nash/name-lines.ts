import { Failure } from '../../../domain/failure.ts';
import { causeMember, withoutIndexes } from '../../../domain/failure-cause.ts';

interface SentItem {
  subItems: readonly SentLine[];
}
interface SentLine {
  sku: string;
  substitution?: { substituteItems?: readonly { sku: string }[] | undefined } | undefined;
}

/** `items.0.subItems.2.sku`, in whichever of Nash's two spellings and with brackets or without: the line, and what of it. */
const linePath = /^items(?:\[0\]|\.0)\.sub_?items(?:\[(\d+)\]|\.(\d+))(?:\.(.+))?$/i;
/** Of a line, what may come in its place. */
const substitutePath = /^substitution\.substitute_?items(?:\[(\d+)\]|\.(\d+))(?:\.|$)/i;

interface Named {
  sku: string;
  field: string;
}

function nameLine(items: readonly SentItem[], path: unknown): Named[] {
  const [matched, bracketed, dotted, field = ''] = linePath.exec(typeof path === 'string' ? path : '') ?? [];
  const line = matched === undefined ? undefined : items[0]?.subItems[Number(bracketed ?? dotted)];
  const [isSubstitute, at, dottedAt] = substitutePath.exec(field) ?? [];
  const goods = isSubstitute === undefined ? line : line?.substitution?.substituteItems?.[Number(at ?? dottedAt)];
  return goods === undefined ? [] : [{ sku: goods.sku, field: withoutIndexes(field) }];
}

/**
 * A refusal of some lines of what was sent, with the SKU marked as the cause: the same goods are refused in every order, and
 * say more than the place they had in one. Of several the first by name is the cause, and the others stand beside it: an issue
 * for every combination of what is wrong would be mended by nobody. Anything else as it is.
 */
export function nameLines(thrown: unknown, items: readonly SentItem[]): unknown {
  if (!(thrown instanceof Failure) || thrown.kind !== 'rejected') return thrown;
  const { kind, code, detail, cause } = thrown;
  const paths: unknown[] = Array.isArray(detail['fields']) ? detail['fields'] : [];
  const named = paths.flatMap((path) => nameLine(items, path));
  const [sku, ...others] = [...new Set(named.map((one) => one.sku))].toSorted();
  if (sku === undefined) return thrown;
  const fields = named.filter((one) => one.sku === sku && one.field !== '').map(({ field }) => field);
  const field = [...new Set(fields)].toSorted().join(', ');
  const said = `Nash refused SKU ${sku}${field === '' || field === 'sku' ? '' : ` (${field})`}`;
  const also = others.length === 0 ? {} : { otherSkus: others.slice(0, skusMax) };
  return new Failure(kind, code, said, { cause, detail: { ...detail, ...also, [causeMember]: { sku, field } } });
}
const skusMax = 20;
