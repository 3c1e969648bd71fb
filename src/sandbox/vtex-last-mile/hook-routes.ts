import { Hono, type Context } from 'hono';
import type { z } from 'zod';
import type { SandboxContext } from '../context.ts';
import type { LastMileEnv } from './last-mile-env.ts';
import { cancelSchema, evidencesSchema, holdSchema, labelBytesMax, labelSchema, notesSchema, updateSchema } from './hook-schema.ts'; // prettier-ignore
import { refusals } from './refusals.ts';
import { addLine, setStatus, toServiceBody, type ServiceRecord } from './service-record.ts';

const at = '/:carrierId/:serviceId';

/** What carriers call, under `/v1/tracking/hook`. A call for a service that was not created yet finds none. */
export function makeHookRoutes(
  context: SandboxContext,
  find: (account: string, carrierId: string, serviceId: string) => ServiceRecord | undefined,
): Hono<LastMileEnv> {
  const { books, now } = context;
  const found = (c: Context<LastMileEnv>): ServiceRecord => {
    const { carrierId = '', serviceId = '' } = c.req.param();
    const service = find(c.get('account'), carrierId, serviceId);
    if (service === undefined) throw refusals.notFound(carrierId, serviceId);
    return service;
  };
  const read = async <T extends z.ZodType>(c: Context<LastMileEnv>, schema: T): Promise<z.infer<T>> => {
    const parsed = schema.safeParse(await c.req.json().catch(() => undefined));
    if (parsed.success) return parsed.data;
    throw refusals.body(`${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}`);
  };
  const count = ({ account, serviceId }: ServiceRecord, effect: string): void =>
    books.addEffect(account, serviceId, effect);
  const author = 'System';

  return new Hono<LastMileEnv>()
    .get(at, (c) => c.json({ message: 'success', data: toServiceBody(found(c)) }))
    .patch(at, async (c) => {
      const service = found(c);
      const update = await read(c, updateSchema);
      service.update = update;
      setStatus(service, now(), update.status, author);
      count(service, `service.${update.status}`);
      return c.json({ message: 'Service updated successfully', data: update });
    })
    .post(`/notes${at}`, async (c) => {
      const service = found(c);
      const notes = await read(c, notesSchema);
      for (const { type, note, author: by } of notes) {
        service.notes.push({ type, date: new Date(now()).toISOString(), content: note, author: by });
        addLine(service, now(), { type: 'NOTE', description: 'A new note has been added', author: by, metaData: { 0: { type, note, author: by } } }); // prettier-ignore
        count(service, 'service.note');
      }
      return c.json({ message: 'Notes saved successfully', data: notes });
    })
    .post(`/evidences${at}`, async (c) => {
      const service = found(c);
      const evidences = await read(c, evidencesSchema);
      for (const evidence of evidences) {
        // The guide's example has them in the timeline alone.
        addLine(service, now(), { type: 'EVIDENCE', description: 'Added evidence', author: evidence.author ?? author, metaData: { 0: evidence } }); // prettier-ignore
        count(service, 'service.evidence');
      }
      return c.json({ message: 'Evidences saved successfully', data: evidences });
    })
    .post(`/labels${at}`, async (c) => {
      const service = found(c);
      const label = await read(c, labelSchema);
      const isText = label.type === 'BASE64' || label.type === 'TEXT';
      if (isText && Buffer.byteLength(label.url) > labelBytesMax) throw refusals.body('the label is too large');
      if (service.labels.some(({ id }) => id === label.id)) throw refusals.sameLabel();
      service.labels.push(label);
      addLine(service, now(), { type: 'LABEL', description: 'Added a label', author, metaData: label });
      count(service, 'service.label');
      return c.json({ message: 'Label saved successfully', data: label });
    })
    .post(`/cancel${at}`, async (c) => {
      const service = found(c);
      const why = await read(c, cancelSchema);
      setStatus(service, now(), 'CANCELED', author);
      count(service, 'service.CANCELED');
      return c.json({ message: 'Service canceled successfully', data: why });
    })
    .post(`/on-hold${at}`, async (c) => {
      const service = found(c);
      const why = await read(c, holdSchema);
      setStatus(service, now(), 'ON_HOLD', author);
      count(service, 'service.ON_HOLD');
      return c.json({ message: 'Service on hold successfully', data: why });
    });
}
