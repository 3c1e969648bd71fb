import { isImpossible, meanings } from './gs1/application-identifiers.ts';
import { toCheckedNumber } from './gs1/check-digit.ts';
import { noFacts, type Label, type LabelContext, type LabelElement, type LabelKind, type Unread } from './gs1/label.ts';
import { isRestricted, readRestricted } from './gs1/restricted-template.ts';
import { toScannedText } from './gs1/scanned-text.ts';
import { isBracketed, splitBracketed, splitElements, type Piece } from './gs1/split-elements.ts';

/** More than the largest symbol holds (a QR code: 7,089 digits). */
const textLengthMax = 8_000;

const kindsOfDigits = new Map<number, LabelKind>([
  [8, 'gtin8'],
  [12, 'gtin12'],
  [13, 'gtin13'],
  [14, 'gtin14'],
  [18, 'sscc'],
]);

/**
 * What a scanned text says. Pure, and never throws: what cannot be read is in `unread` with its reason, and a text that is
 * no label is `opaque`.
 *
 * Without a symbology identifier, a separator in front or brackets, a text is an element string only when it begins with the
 * number of a thing (AI 00, 01, 02) or contains one and is read to its end: any number can look like a lot.
 */
export function readLabel(scanned: string | null, context: LabelContext): Label {
  const text = (scanned ?? '').trim();
  if (text === '') return labelOf('none', null);
  if (text.length > textLengthMax) return labelOf('opaque', null);
  const { symbology, isElementString, data } = toScannedText(text);
  const kind = !isElementString && /^\d+$/.test(data) ? kindsOfDigits.get(data.length) : undefined;
  if (kind !== undefined) return numberLabel(kind, data, symbology, context);
  const pieces = isBracketed(data) ? splitBracketed(data) : splitElements(data);
  const label = elementString(pieces, symbology, context);
  const isNamed = isElementString || /^(00\d{18}|0[12]\d{14})/.test(data) || hasBracketedIdentifier(data, pieces);
  return isNamed || isConvincing(label) ? label : labelOf('opaque', symbology);
}

/** `(01)…`, and not `(555) 0100`. */
const hasBracketedIdentifier = (data: string, pieces: readonly Piece[]): boolean =>
  isBracketed(data) && pieces.some(({ ai }) => ai !== null);

const isConvincing = ({ unread, sscc, gtin, contentGtin }: Label): boolean =>
  unread.length === 0 && (sscc ?? gtin ?? contentGtin) !== null;

const labelOf = (kind: LabelKind, symbology: string | null): Label => ({
  ...noFacts(),
  kind,
  symbology,
  elements: [],
  unread: [],
  restrictedCirculation: false,
  itemReference: null,
  verifierOk: null,
});

function elementString(pieces: readonly Piece[], symbology: string | null, context: LabelContext): Label {
  const label = labelOf('gs1', symbology);
  const elements: LabelElement[] = [];
  const unread: Unread[] = [];
  for (const { ai, value } of pieces) {
    const reason =
      ai === null || isImpossible(ai) ? 'no_such_ai' : (meanings.get(ai)?.apply(value, label, context) ?? null);
    if (ai === null || reason !== null) unread.push({ text: (ai ?? '') + value, reason: reason ?? 'no_such_ai' });
    else elements.push({ ai, value });
  }
  const restrictedCirculation = label.gtin !== null && isRestricted(label.gtin.digits);
  return { ...label, elements, unread, restrictedCirculation };
}

function numberLabel(
  kind: LabelKind,
  digits: string,
  symbology: string | null,
  { currency, templates = [] }: LabelContext,
): Label {
  const label = labelOf(kind, symbology);
  const number = toCheckedNumber(digits);
  if (kind === 'sscc') return { ...label, sscc: number };
  const restrictedCirculation = isRestricted(digits);
  const isReadable = restrictedCirculation && (kind === 'gtin12' || kind === 'gtin13');
  const read = isReadable ? readRestricted(digits, templates, currency) : null;
  return { ...label, gtin: number, restrictedCirculation, ...read };
}
