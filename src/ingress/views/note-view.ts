import * as z from 'zod';

/** Something that somebody wrote down, as it was written. */
export const NoteSchema = z
  .strictObject({
    date: z.string().nullable(),
    type: z.string().nullable().meta({ description: 'The system’s own word: `COMMENT`, `IMAGE`' }),
    content: z.string().meta({ description: 'A text, or of an evidence the URL of what shows it' }),
    author: z.string().nullable(),
  })
  .meta({ id: 'Note' });
