/** What a person wrote, trimmed, in at most `max` UTF-16 units and never through a character. Undefined when it says nothing. */
export function toText(text: string | null | undefined, max: number): string | undefined {
  const trimmed = text?.trim().toWellFormed() ?? '';
  if (trimmed === '') return undefined;
  const cut = trimmed.slice(0, max);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}
