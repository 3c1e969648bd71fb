import type { Exercise } from './stage.ts';
import { vtexOms } from './exercise-vtex-oms.ts';

export const exercises: readonly Exercise[] = [vtexOms];
