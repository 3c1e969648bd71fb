interface BodyChange {
  /** What happened to the body on its way. */
  what: string;
  /** What it was before, if that is what happened. */
  undo: (body: Buffer) => Buffer | null;
}

const text = (undo: (body: string) => string | null): BodyChange['undo'] => {
  return (body) => {
    const undone = undo(body.toString('utf8'));
    return undone === null ? null : Buffer.from(undone);
  };
};

/** Null where it is no JSON. */
function parsed(body: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(body) };
  } catch {
    return null;
  }
}

/**
 * What frameworks, proxies and editors do to a body that was signed, the most frequent first. Packline writes JSON without
 * spaces and in one line, so that a body that was written anew can be told from one that says something else.
 */
export const bodyChanges: readonly BodyChange[] = [
  { what: 'a byte order mark was put in front of it', undo: text((body) => body.replace(/^\ufeff/, '')) },
  { what: 'a line break was added at its end', undo: text((body) => body.replace(/[\r\n]+$/, '')) },
  { what: 'spaces or line breaks were added around it', undo: text((body) => body.trim()) },
  { what: 'its line breaks were changed to CR LF', undo: text((body) => body.replaceAll('\r\n', '\n')) },
  {
    what: 'the JSON was parsed and written anew (spaces, escapes or numbers differ); verify the bytes as they came in',
    undo: text((body) => {
      const json = parsed(body);
      return json === null ? null : JSON.stringify(json.value);
    }),
  },
  {
    what: 'it was put into a JSON string',
    undo: text((body) => {
      const json = parsed(body);
      return typeof json?.value === 'string' ? json.value : null;
    }),
  },
  {
    what: 'it is still in base64, as some gateways hand it over',
    undo: text((body) => (/^[A-Za-z0-9+/=\s]+$/.test(body) ? Buffer.from(body, 'base64').toString('utf8') : null)),
  },
  {
    what: 'its UTF-8 was read as Latin-1 and encoded again',
    undo: (body) => Buffer.from(body.toString('utf8'), 'latin1'),
  },
];

/** Why a body that is not what was sent may be so, where nothing brings it back. */
export function suspectBody(body: Buffer): string {
  const said = body.toString('utf8');
  if (body.length === 0) return 'it is empty: something read it before it was saved';
  if (said.includes('\ufffd')) return 'bytes that are no UTF-8 were replaced by U+FFFD: keep the bytes, not a text';
  const json = parsed(said);
  if (json === null) return 'it is no JSON any more: it may be cut off';
  if (isSorted(json.value)) return 'the members of its JSON are sorted: a library parsed it and wrote it anew';
  return 'its JSON was written anew in another order, or says something else';
}

function isSorted(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const names = Array.isArray(value) ? [] : Object.keys(value);
  return names.join('\0') === names.toSorted().join('\0') && Object.values(value).every(isSorted);
}
