import type { NashAnswers } from './answers.ts';
import { NashRefusal, invalidFields } from './nash-refusal.ts';
import type { OrderFields } from './order-schema.ts';

/** Refuses the whole request for the rows of `answers.refusedRows`: one bad row, and nothing is taken. */
export function refuseRows(
  name: 'products' | 'inventory',
  keys: readonly (string | null | undefined)[],
  answers: NashAnswers,
): void {
  if (answers.refusedRows.length === 0) return;
  const refused = new Set<string | null | undefined>(answers.refusedRows);
  const field = name === 'products' ? 'externalIdentifier' : 'externalProductId';
  const fields = [...keys.entries()]
    .filter(([, key]) => refused.has(key))
    .map(([index]) => [`${name}.${index}.${field}`, 'value is not accepted'] as const);
  if (fields.length > 0) throw toNamed(invalidFields(Object.fromEntries(fields)), answers);
}

/** Refuses an order that has one of `answers.refusedSkus`, and names its lines. */
export function refuseSkus({ items }: OrderFields, { refusedSkus }: NashAnswers): void {
  const fields = (items ?? []).flatMap(({ subItems }, at) =>
    (subItems ?? []).flatMap(({ sku }, index) =>
      typeof sku === 'string' && refusedSkus.includes(sku)
        ? [[`items.${at}.subItems.${index}.sku`, `'${sku}' is not accepted`] as const]
        : [],
    ),
  );
  if (fields.length > 0) throw invalidFields(Object.fromEntries(fields));
}

/** A refusal of a request with many rows, which names as many of them as `answers.refusalNames` says. */
export function toNamed(refusal: NashRefusal, { refusalNames }: NashAnswers): NashRefusal {
  const { status, code, message, details } = refusal;
  const fields = details?.['fields'];
  if (refusalNames === 'all' || typeof fields !== 'object' || fields === null) return refusal;
  if (refusalNames === 'none') return new NashRefusal(status, code, message);
  return new NashRefusal(status, code, message, { fields: Object.fromEntries(Object.entries(fields).slice(0, 1)) });
}
