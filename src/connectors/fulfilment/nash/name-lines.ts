import { Failure } from '../../../domain/failure.ts';
import { causeMember } from '../../../domain/failure-cause.ts';

interface SentItem {
  subItems: readonly { sku: string }[];
}

/** `items.0.subItems.2.sku`, in whichever of Nash's two spellings and with brackets or without: the line, and what of it. */
const linePath = /^items(?:\[0\]|\.0)\.sub_?items(?:\[(\d+)\]|\.(\d+))(?:\.(.+))?$/i;
const skusMax = 5;

/**
 * A refusal of some lines of what was sent, with their SKUs marked as the cause: the same goods are refused in every order,
 * and say more than the place they had in one. Anything else as it is.
 */
export function nameLines(thrown: unknown, items: readonly SentItem[]): unknown {
  if (!(thrown instanceof Failure) || thrown.kind !== 'rejected') return thrown;
  const { kind, code, message, detail, cause } = thrown;
  const paths: unknown[] = Array.isArray(detail['fields']) ? detail['fields'] : [];
  const named = paths.flatMap((path) => {
    const [matched, bracketed, dotted, field = ''] = linePath.exec(typeof path === 'string' ? path : '') ?? [];
    const sku = matched === undefined ? undefined : items[0]?.subItems[Number(bracketed ?? dotted)]?.sku;
    return sku === undefined ? [] : [{ sku, field }];
  });
  const skus = [...new Set(named.map(({ sku }) => sku))].toSorted();
  if (skus.length === 0) return thrown;
  const sku = skus.slice(0, skusMax).join(', ');
  const field = [...new Set(named.map((one) => one.field))].toSorted().join(', ');
  const said = `${message.replace(/ \(.*\)$/, '')}: ${field === '' ? 'the line' : field} of SKU ${sku}`;
  return new Failure(kind, code, said, { cause, detail: { ...detail, [causeMember]: { sku, field } } });
}
