import { writeFileSync } from 'node:fs';
import { pages } from './reference.ts';

for (const [path, write] of Object.entries(pages)) writeFileSync(new URL(`../../${path}`, import.meta.url), write());
