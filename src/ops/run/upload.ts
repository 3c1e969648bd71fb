import { html } from 'hono/html';
import * as z from 'zod';
import { runKinds, type RunKind } from '../../domain/bulk-run.ts';
import type { Act, Html, PageCall } from '../define-page.ts';

const StartedSchema = z.looseObject({ id: z.string(), counts: z.looseObject({ received: z.int() }) });

const makeUpload = (kind: RunKind): Act => ({
  name: `upload-${kind}`,
  role: 'operator',
  uses: `POST /v1/${kind}`,
  label: 'Upload',
  takesFile: true,
  request: ({ connectionId = '', dryRun, mode }) => ({
    query: { dryRun, mode },
    connectionId: connectionId === '' ? undefined : connectionId,
  }),
  done(answer) {
    const { received } = StartedSchema.parse(answer).counts;
    return `${received.toLocaleString('en-US')} rows are here. This is what becomes of them.`;
  },
  next: (answer) => `/runs/${StartedSchema.parse(answer).id}`,
});

const uploads: Readonly<Record<RunKind, Act>> = {
  products: makeUpload('products'),
  inventory: makeUpload('inventory'),
};
export const uploadActs: readonly Act[] = runKinds.map((kind) => uploads[kind]);

/** What a form for rows goes to; `connectionId` where it is known. */
interface UploadParts {
  hidden?: Readonly<Record<string, string>>;
  /** Before the file. */
  fields?: Html;
}

/** A form for a file of rows, of any size. */
export const showUpload = (
  form: PageCall<unknown, unknown>['form'],
  kind: RunKind,
  { hidden = {}, fields }: UploadParts = {},
): Html =>
  form(uploads[kind], {
    hidden,
    tone: 'primary',
    fields: html`${fields}
      <label class="check"><input type="checkbox" name="dryRun" value="true" /> Only check it: send nothing</label>
      <div class="field">
        <label for="file-${kind}">CSV, NDJSON or JSON, zipped (.gz) or not</label>
        <input id="file-${kind}" type="file" name="file" accept=".csv,.json,.ndjson,.jsonl,.gz" required />
      </div>`,
  });
