import type { NashAnswers } from './answers.ts';

/** Which rows of one request are left out of its echo: those of `silentRows`, and with `once` each of them once. */
export function createSilence(answers: NashAnswers): () => (key: string | null | undefined) => boolean {
  const done = new Set<string>();
  return () => {
    const silent = new Set(answers.silentRows);
    return (key) => {
      if (silent.size === 0 || typeof key !== 'string' || !silent.has(key)) return false;
      if (answers.silence === 'once' && done.has(key)) return false;
      done.add(key);
      return true;
    };
  };
}
