import type { Context } from 'hono';
import { ZodError } from 'zod';

/** What the control API says to a wrong body; anything else is a fault of the sandbox itself. */
export function answerControlError(error: Error, c: Context): Response {
  if (error instanceof ZodError) return c.json({ error: 'invalid', issues: error.issues }, 422);
  if (error instanceof SyntaxError) return c.json({ error: 'the body is not JSON' }, 400);
  throw error;
}
