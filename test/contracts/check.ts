import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { readAnswers, type Answer } from './answers.ts';
import type { VendorDocument } from './documents.ts';
import { startMock, startProxy, type Prism } from './prism.ts';
import { createRecorder, type RecordedCall } from './recorder.ts';
import { mounts, type Api, type Exercise, type SandboxStage } from './stage.ts';

/** Everything that was seen of one connector. */
export interface Observations {
  /** Through the proxy, and around it where there is no document. */
  calls: RecordedCall[];
  answers: Answer[];
}

/** Runs an exercise against the sandbox behind its document's proxy, then against its document's mock. */
export async function observe(exercise: Exercise, document: VendorDocument): Promise<Observations> {
  const sandbox = createSandbox({ speed: 0, seed: 1, picker: { mode: 'manual', outcome: 'seeded' } });
  const listening = await sandbox.listen(0);
  const recorder = createRecorder();
  const prisms: Prism[] = [];
  const start = async (starting: Promise<Prism>): Promise<Prism> => {
    const prism = await starting;
    prisms.push(prism);
    return prism;
  };
  try {
    const atSandbox = urlsOf((api) => `${listening.url}${mounts[api]}`);
    const urls = { ...atSandbox };
    const starting = exercise.apis.map(async (api) => {
      urls[api] = (await start(startProxy(document.file, atSandbox[api]))).url;
    });
    const [mock] = await Promise.all([start(startMock(document.file)), ...starting]);
    const stage: SandboxStage = {
      io: recorder.io(exercise.connector),
      urls,
      sandboxUrl: listening.url,
      control: makeControl(listening.url),
    };
    await exercise.atSandbox(stage);
    const mockUrls = urlsOf(() => mock.url);
    return { calls: recorder.calls, answers: await readAnswers(exercise, document, mockUrls) };
  } finally {
    await Promise.all(prisms.map((prism) => prism.stop()));
    await recorder.close();
    await listening.close();
  }
}

function urlsOf(of: (api: Api) => string): Record<Api, string> {
  return {
    oms: of('oms'),
    pickAndPack: of('pickAndPack'),
    pickAndPackAuth: of('pickAndPackAuth'),
    pickAndPackLegacy: of('pickAndPackLegacy'),
    nash: of('nash'),
  };
}

const makeControl =
  (sandboxUrl: string): SandboxStage['control'] =>
  async (method, path, body) => {
    const response = await fetch(`${sandboxUrl}/_sandbox${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`the sandbox answered ${method} ${path} with ${response.status}: ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  };
