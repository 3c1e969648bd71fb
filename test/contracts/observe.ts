import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { readAnswers, type Answer } from './answers.ts';
import { writeAnswersOnly, type VendorDocument } from './documents.ts';
import { startMock, startProxy, type Prism } from './prism.ts';
import { createRecorder, type RecordedCall } from './recorder.ts';
import { mounts, type Api, type Exercise, type SandboxStage, type SentHooks } from './stage.ts';
import { checkBodies, type BodyViolation } from './webhook-bodies.ts';

/** Everything that was seen of one connector. */
export interface Observations {
  connector: string;
  document: VendorDocument;
  /** Through the proxies, and around them where there is no document. */
  calls: RecordedCall[];
  answers: Answer[];
  /** Null where the document says nothing of webhooks. */
  hooks: { schema: string; received: number; violations: BodyViolation[] } | null;
  /** What kept the exercise from its end: the connector or the sandbox did what it does not expect. */
  stopped: string | null;
}

/** Runs an exercise against the sandbox behind its document's proxies, then against its document's mock. */
export async function observe(exercise: Exercise, document: VendorDocument): Promise<Observations> {
  const sandbox = createSandbox({ speed: 0, seed: 1, picker: { mode: 'manual', outcome: 'seeded' } });
  const { url: sandboxUrl, close } = await sandbox.listen(0);
  const recorder = createRecorder();
  const folder = mkdtempSync(join(tmpdir(), 'packline-contract-'));
  const prisms: Prism[] = [];
  /** One after the other, so that none is given a port that another is about to take. */
  const start = async (starting: Promise<Prism>): Promise<string> => {
    const prism = await starting;
    prisms.push(prism);
    return prism.url;
  };
  try {
    const control = makeControl(sandboxUrl);
    const urls = urlsOf((api) => `${sandboxUrl}${mounts[api]}`);
    for (const api of exercise.apis) urls[api] = await start(startProxy(document.file, urls[api]));
    const stage = { io: recorder.io(exercise.connector), urls, sandboxUrl, control };
    const { hooks } = exercise;
    const { bodies, stopped } = await exercise
      .atSandbox(stage)
      .then(async () => ({ stopped: null, bodies: hooks === undefined ? [] : await receivedBodies(hooks, control) }))
      .catch((error: unknown) => ({ stopped: String(error), bodies: [] }));
    const mockUrl = await start(startMock(writeAnswersOnly(document, folder)));
    return {
      connector: exercise.connector,
      document,
      calls: recorder.calls,
      answers: await readAnswers(
        exercise,
        document,
        urlsOf(() => mockUrl),
      ),
      hooks: hooks === undefined ? checkServed(exercise, document) : checkHooks(hooks, document, bodies),
      stopped,
    };
  } finally {
    await Promise.all(prisms.map((prism) => prism.stop()));
    await recorder.close();
    await close();
    rmSync(folder, { recursive: true });
  }
}

function urlsOf(of: (api: Api) => string): Record<Api, string> {
  return {
    oms: of('oms'),
    pickAndPack: of('pickAndPack'),
    pickAndPackAuth: of('pickAndPackAuth'),
    pickAndPackLegacy: of('pickAndPackLegacy'),
    lastMile: of('lastMile'),
    nash: of('nash'),
  };
}

const BodySchema = z.record(z.string(), z.unknown());

const makeControl =
  (sandboxUrl: string): SandboxStage['control'] =>
  async (method, path, body) => {
    const sent = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(`${sandboxUrl}/_sandbox${path}`, { method, ...(body === undefined ? {} : sent) });
    const text = await response.text();
    if (!response.ok) throw new Error(`the sandbox answered ${method} ${path} with ${response.status}: ${text}`);
    return text === '' ? {} : BodySchema.parse(JSON.parse(text));
  };

const hooksMaxMs = 20_000;
const ReceivedSchema = z.object({ received: z.array(z.object({ body: BodySchema })) });

/** All that the subscriber got, once the last one is among them. */
async function receivedBodies({ subscriber, isLast }: SentHooks, control: SandboxStage['control']) {
  const startedMs = Date.now();
  for (;;) {
    const { received } = ReceivedSchema.parse(await control('GET', `/subscribers/${subscriber}`));
    const bodies = received.map(({ body }) => body);
    if (bodies.some(isLast)) return bodies;
    if (Date.now() - startedMs > hooksMaxMs) throw new Error(`${subscriber} did not get its last webhook`);
    await delay(50);
  }
}

/** What we answer ourselves, where the document is of a protocol that we serve. */
function checkServed({ served }: Exercise, document: VendorDocument) {
  if (served === undefined) return null;
  const violations = served.flatMap(({ schema, body }) =>
    checkBodies(document, schema, [body]).map(({ at, message }) => ({ at: `${schema} ${at}`, message })),
  );
  const schema = [...new Set(served.map((one) => one.schema))].join(', ');
  return { schema, received: served.length, violations };
}

function checkHooks({ schema, partOf }: SentHooks, document: VendorDocument, bodies: Record<string, unknown>[]) {
  const parts = bodies.map(partOf).filter((part) => part !== undefined);
  return { schema, received: parts.length, violations: checkBodies(document, schema, parts) };
}
