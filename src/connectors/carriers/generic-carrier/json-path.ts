/**
 * Where in a JSON document something is: `data.events[]`, `status.code`, `legs[0].scans[]`, `[].number`, `history[-1].at`.
 * Names of members with a dot between them; `[]` behind one stands for each item of its list, `[2]` for the third and `[-1]`
 * for the last. No wildcards, no conditions: reading takes as long as the document is large.
 */
type Step = { member: string } | { index: number } | 'each';
export type JsonPath = readonly Step[];

export const pathCharsMax = 200;
const stepsMax = 20;
const indexMax = 9_999;

/** Null for what is no path. */
export function parsePath(text: string): JsonPath | null {
  if (text.length > pathCharsMax) return null;
  const steps: Step[] = [];
  for (const [at, part] of text.split('.').entries()) {
    const bracket = part.indexOf('[');
    const name = bracket === -1 ? part : part.slice(0, bracket);
    const brackets = bracket === -1 ? [] : readBrackets(part.slice(bracket));
    const isNamed = name !== '' && name.trim() === name && !/[\]{}]/.test(name);
    // Only a document that is itself a list begins without a name.
    if (brackets === null || !(isNamed || (at === 0 && name === '' && brackets.length > 0))) return null;
    if (isNamed) steps.push({ member: name });
    steps.push(...brackets);
  }
  return steps.length > stepsMax ? null : steps;
}

/** `[][0]` as its steps. */
function readBrackets(text: string): Step[] | null {
  if (!text.startsWith('[') || !text.endsWith(']')) return null;
  const steps = text
    .slice(1, -1)
    .split('][')
    .map((inside): Step | null => {
      if (inside === '') return 'each';
      return /^-?\d{1,4}$/.test(inside) && Math.abs(Number(inside)) <= indexMax ? { index: Number(inside) } : null;
    });
  return steps.some((step) => step === null) ? null : steps.filter((step) => step !== null);
}

/** All that stands there, in order; undefined where the document has no such place. `null` at a place is nothing there. */
export function readAll(document: unknown, path: JsonPath): readonly unknown[] | undefined {
  let found: readonly unknown[] = [document];
  let isList = false;
  for (const step of path) {
    // One alone is taken for a list of one: some leave the list out.
    if (step === 'each') found = found.flatMap((value) => value ?? []);
    else found = found.flatMap((value) => memberOf(value, step));
    isList ||= step === 'each';
    if (found.length === 0) return isList ? [] : undefined;
  }
  return found.filter((value) => value !== null);
}

function memberOf(value: unknown, step: { member: string } | { index: number }): [unknown] | [] {
  if (typeof value !== 'object' || value === null) return [];
  if ('index' in step) return Array.isArray(value) && Math.abs(step.index) <= value.length ? present(value.at(step.index)) : []; // prettier-ignore
  return Object.hasOwn(value, step.member) ? present(Reflect.get(value, step.member)) : [];
}

const present = (value: unknown): [unknown] | [] => (value === undefined ? [] : [value]);

/** The first text, number or truth value that stands there; null for none. */
export function readText(document: unknown, path: JsonPath | null): string | null {
  if (path === null) return null;
  for (const value of readAll(document, path) ?? []) {
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
  }
  return null;
}
