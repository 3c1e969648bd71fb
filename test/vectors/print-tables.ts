import { readFileSync, writeFileSync } from 'node:fs';
import { readmePath, withTables } from './readme.ts';

writeFileSync(readmePath, withTables(readFileSync(readmePath, 'utf8')));
