/**
 * What a system said about an order, in that system's own words. Evidence is a set: the same fact learnt twice, by hook
 * and by read, is one fact. Its meaning is looked up in the system's vocabulary whenever the status is resolved, so a
 * code that nobody knew yesterday begins to count on the day its row is added.
 */
export interface Evidence {
  /** Connector id, or `packline` for what we did ourselves. */
  system: string;
  /** Whom it is about: `order`, or one delivery attempt (`delivery:<id>`). */
  subject: string;
  /** The partner's own word, lower case. */
  code: string;
  /** When it happened by their clock; null where they do not say. */
  occurredAt: string | null;
  /** When we first heard of it. Not part of its identity. */
  receivedAt: string;
}

/** With its lengths, whatever partners put into their words. */
const kindOf = ({ system, subject, code }: Evidence): string =>
  `${system.length} ${subject.length} ${system}${subject}${code}`;

/**
 * The union of two sets, sorted. Commutative, associative and idempotent, so hooks may come in any order and any number
 * of times. A code that repeats on one subject (a picker's progress) keeps its first and its last time only, which
 * bounds the set; an undated hint gives way to a dated fact.
 */
export function mergeEvidence(left: readonly Evidence[], right: readonly Evidence[]): readonly Evidence[] {
  const kinds = new Map<string, { undated?: Evidence; first?: Evidence; last?: Evidence }>();
  for (const evidence of [...left, ...right]) {
    const kind = kinds.get(kindOf(evidence)) ?? {};
    kinds.set(kindOf(evidence), kind);
    if (evidence.occurredAt === null) kind.undated = earlierHeard(kind.undated, evidence);
    else {
      kind.first = pick(kind.first, evidence, -1);
      kind.last = pick(kind.last, evidence, 1);
    }
  }
  const merged = [...kinds.values()].flatMap(({ undated, first, last }) => {
    if (first === undefined || last === undefined) return undated === undefined ? [] : [undated];
    return first.occurredAt === last.occurredAt ? [first] : [first, last];
  });
  return merged.sort((a, b) => compare(sortKey(a), sortKey(b)));
}

const sortKey = (e: Evidence): string => `${e.occurredAt ?? ''}\n${kindOf(e)}`;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function earlierHeard(known: Evidence | undefined, heard: Evidence): Evidence {
  return known === undefined || heard.receivedAt < known.receivedAt ? heard : known;
}

function pick(known: Evidence | undefined, heard: Evidence, direction: 1 | -1): Evidence {
  if (known === undefined) return heard;
  const order = compare(heard.occurredAt ?? '', known.occurredAt ?? '') * direction;
  return order === 0 ? earlierHeard(known, heard) : order > 0 ? heard : known;
}
