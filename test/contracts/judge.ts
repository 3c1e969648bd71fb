import type { Departure } from './departures.ts';
import type { VendorDocument } from './documents.ts';
import type { Observations } from './observe.ts';
import { findOperation, nameOf, type Operation } from './operations.ts';
import type { RecordedCall } from './recorder.ts';

/** One way in which an exchange and a document differ, however often it was seen. */
export interface Finding {
  /** `connector METHOD path`, or `connector webhooks`. */
  operation: string;
  /** Ours to them, the sandbox's to us, what a connector made of a documented answer, the sandbox's webhooks. */
  direction: 'request' | 'response' | 'answer' | 'webhook';
  at: string;
  message: string;
  times: number;
}

/** One operation of a connector, and what was seen of it. */
export interface OperationRow extends Operation {
  /** Why nothing checks it; null when its document does. */
  unchecked: string | null;
  calls: number;
  answers: { variant: string; outcome: string }[];
}

export interface Verdict {
  documents: { title: string; version: string; file: string; operations: number; neverCalled: number }[];
  operations: OperationRow[];
  hooks: { connector: string; schema: string; received: number }[];
  /** No departure covers these. */
  violations: Finding[];
  accepted: { departure: Departure; findings: Finding[] }[];
  /** Departures that do not occur any more. */
  stale: Departure[];
  /** Operations that have a document, and were neither called nor read. */
  missed: string[];
}

export const isGood = ({ violations, stale, missed }: Verdict): boolean =>
  violations.length + stale.length + missed.length === 0;

interface Evidence {
  operations: readonly Operation[];
  departures: readonly Departure[];
  observations: readonly Observations[];
}

/** Compares what was seen with the table of our operations and the list of departures. */
export function judge({ operations, departures, observations }: Evidence): Verdict {
  const documents = new Map(observations.map(({ document }) => [document.title, document]));
  const findings = observations.flatMap((seen) => findingsOf(seen, operations));
  const rows = operations.map((operation) => toRow(operation, observations, documents));
  const checked = rows.filter(({ unchecked }) => unchecked === null);
  const coveredBy = ({ operation, direction, at, message }: Finding): Departure | undefined =>
    departures.find(
      (departure) =>
        departure.direction === direction &&
        isMatch(departure.operation, operation) &&
        isMatch(departure.at, at) &&
        (departure.message?.test(message) ?? true),
    );
  const accepted = departures.map((departure) => ({
    departure,
    findings: findings.filter((finding) => coveredBy(finding) === departure),
  }));
  const names = new Set([...checked.map(nameOf), ...observations.map(({ connector }) => `${connector} webhooks`)]);
  return {
    documents: [...documents.values()].map(({ title, version, file, operations: all }) => {
      const called = new Set(checked.filter(({ document }) => document === title).map(methodAndPath));
      return { title, version, file, operations: all.size, neverCalled: all.size - called.size };
    }),
    operations: rows,
    hooks: observations.flatMap(({ connector, hooks }) =>
      hooks === null ? [] : [{ connector, schema: hooks.schema, received: hooks.received }],
    ),
    violations: findings.filter((finding) => coveredBy(finding) === undefined),
    accepted: accepted.filter((one) => one.findings.length > 0),
    // Those of documents that are not here can say nothing.
    stale: accepted
      .filter((one) => one.findings.length === 0 && [...names].some((name) => isMatch(one.departure.operation, name)))
      .map(({ departure }) => departure),
    missed: checked.filter(({ calls, answers }) => calls === 0 || answers.length === 0).map(nameOf),
  };
}

const isMatch = (wanted: string | RegExp, text: string): boolean =>
  typeof wanted === 'string' ? wanted === text : wanted.test(text);

const methodAndPath = ({ method, path }: Operation): string => `${method} ${path}`;

const isOf = (operation: Operation, call: RecordedCall, all: readonly Operation[]): boolean =>
  findOperation(all, call) === operation;

function toRow(
  operation: Operation,
  observations: readonly Observations[],
  documents: ReadonlyMap<string, VendorDocument>,
): OperationRow {
  const seen = observations.filter(({ connector }) => connector === operation.connector);
  return {
    ...operation,
    unchecked: whyUnchecked(operation, documents),
    calls: seen.flatMap(({ calls }) => calls.filter((call) => isOf(operation, call, [operation]))).length,
    answers: seen.flatMap(({ answers }) =>
      answers
        .filter((answer) => answer.operation === methodAndPath(operation))
        .map(({ status, variant, outcome }) => ({ variant: `${status} ${variant}`, outcome })),
    ),
  };
}

function whyUnchecked({ document }: Operation, documents: ReadonlyMap<string, VendorDocument>): string | null {
  if (document === null) return 'the vendor publishes no document';
  return documents.has(document) ? null : `"${document}" is not among the documents`;
}

function findingsOf(
  { connector, document, calls, answers, hooks, stopped }: Observations,
  all: readonly Operation[],
): Finding[] {
  const found: Omit<Finding, 'times'>[] = [];
  if (stopped !== null) {
    found.push({ operation: `${connector} exercise`, direction: 'response', at: '', message: `stopped: ${stopped}` });
  }
  for (const call of calls) {
    const operation = findOperation(all, call);
    const name = operation === undefined ? `${connector} ${call.method} ${call.path}` : nameOf(operation);
    if (operation === undefined) {
      found.push({ operation: name, direction: 'request', at: '', message: `${call.name} is not in operations.ts` });
    } else if (operation.document === document.title && !document.operations.has(methodAndPath(operation))) {
      found.push({ operation: name, direction: 'request', at: '', message: 'the document has no such operation' });
    }
    found.push(...call.violations.map((violation) => ({ operation: name, ...violation })));
  }
  for (const { operation, status, variant, complaint } of answers) {
    if (complaint === null) continue;
    const at = `${status} ${variant}`;
    found.push({ operation: `${connector} ${operation}`, direction: 'answer', at, message: complaint });
  }
  for (const violation of hooks?.violations ?? []) {
    found.push({ operation: `${connector} webhooks`, direction: 'webhook', ...violation });
  }
  return countEqual(found);
}

function countEqual(found: readonly Omit<Finding, 'times'>[]): Finding[] {
  const counted = new Map<string, Finding>();
  for (const finding of found) {
    const key = JSON.stringify([finding.operation, finding.direction, finding.at, finding.message]);
    const known = counted.get(key) ?? { ...finding, times: 0 };
    known.times += 1;
    counted.set(key, known);
  }
  return [...counted.values()];
}
