import * as z from 'zod';

/** A longer row is told of and not kept. */
export const rowBytesMax = 65_536;

/** Of what was sent, to find it again by. */
const excerptMax = 200;

/** No row begins with it: each is a JSON object. */
const mark = '!';

const UnreadableSchema = z.strictObject({ code: z.string(), detail: z.string(), text: z.string().optional() });
export type Unreadable = z.infer<typeof UnreadableSchema>;

/** The line that stands in the spool for what cannot be a row; `text` is the beginning of what was sent. */
export const fromUnreadable = ({ code, detail, text }: Unreadable): string =>
  `${mark}${JSON.stringify({ code, detail, ...(text === undefined ? {} : { text: text.slice(0, excerptMax) }) })}`;

/** What `fromUnreadable` wrote; undefined for the line of a row. */
export function toUnreadable(line: string): Unreadable | undefined {
  return line.startsWith(mark) ? UnreadableSchema.parse(JSON.parse(line.slice(mark.length))) : undefined;
}
