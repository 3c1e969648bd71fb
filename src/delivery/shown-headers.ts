/** Of an answer's headers so much is kept for the log: all that says something about a failure, and never a book. */
export const headerBytesMax = 2_048;
const headersKeptMax = 40;
const valueCharsMax = 256;
const masked = '***';
/** A session of theirs is for nobody to read. */
const maskedInAnswers = new Set(['set-cookie', 'set-cookie2', 'authorization', 'proxy-authenticate']);

/** What was sent, but for what signs and what is the merchant's own: their values are shown to nobody. */
export function maskHeaders(
  sent: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, value] of Object.entries(sent)) {
    if (name === 'webhook-signature') shown[name] = value.replaceAll(/,[^ ]+/g, `,${masked}`);
    else shown[name] = own[name] === value ? masked : value;
  }
  return shown;
}

/** The first of what came, each value cut, all together bounded. */
export function keptHeaders(answered: Readonly<Record<string, string>>): Record<string, string> {
  const kept: Record<string, string> = {};
  let left = headerBytesMax;
  for (const [name, value] of Object.entries(answered).slice(0, headersKeptMax)) {
    const shown = maskedInAnswers.has(name) ? masked : value.slice(0, valueCharsMax);
    left -= Buffer.byteLength(name) + Buffer.byteLength(shown);
    if (left < 0) return kept;
    kept[name] = shown;
  }
  return kept;
}
