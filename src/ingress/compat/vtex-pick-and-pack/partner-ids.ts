import { digest } from '../../../store/deps.ts';

/**
 * The ids of what an order has in Pick and Pack's view, made of the order's own (`ord_`, 10 characters of time and 16 of
 * randomness, Crockford base32): nothing has to be stored for an order to be found by them.
 */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const prefix = 'ord_';
const charsOfId = 26;
/** All that is in an order's id: 48 bits of time in 50, and 80 of randomness. */
const bitsOfId = 128n;

function toNumber(orderId: string): bigint {
  let number = 0n;
  for (const character of orderId.slice(prefix.length)) number = number * 32n + BigInt(alphabet.indexOf(character));
  return number;
}

function toOrderId(number: bigint): string {
  let text = '';
  for (let rest = number; text.length < charsOfId; rest /= 32n) text = alphabet.charAt(Number(rest % 32n)) + text;
  return prefix + text;
}

const dashed = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
const hexOf = (orderId: string): string => toNumber(orderId).toString(16).padStart(32, '0');

/** The order's one worksheet, as a uuid. */
export const worksheetUuid = (orderId: string): string => dashed(hexOf(orderId));

/** The order's one worksheet, in digits as VTEX's are (though more of them): what it is read by. */
export const worksheetIdOf = (orderId: string): string => toNumber(orderId).toString();

/** Whose worksheet has this id; null for what is none. */
export function orderIdOfWorksheet(worksheetId: string): string | null {
  if (!/^[1-9]\d{0,38}$/.test(worksheetId)) return null;
  const number = BigInt(worksheetId);
  return number >> bitsOfId === 0n ? toOrderId(number) : null;
}

/** So much of the order's id stands in its shipments': what is left for the shipment tells an order's apart. */
const hexOfOrder = 24;
/** Whole characters of the order's id among those bits. */
const charsInShipment = 19;

/** A shipment of an order, as a uuid. `subject` is what its evidence is about (`delivery:dlv_1`). */
export const shipmentUuid = (orderId: string, subject: string): string =>
  dashed(hexOf(orderId).slice(0, hexOfOrder) + Buffer.from(digest(subject), 'base64url').toString('hex').slice(0, 8));

/** How the id of the order begins whose shipment this may be; null for what is no uuid. */
export function orderPrefixOfShipment(shipmentId: string): string | null {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(shipmentId)) return null;
  const hex = shipmentId.replaceAll('-', '');
  return toOrderId(BigInt(`0x${hex.slice(0, hexOfOrder)}00000000`)).slice(0, prefix.length + charsInShipment);
}
