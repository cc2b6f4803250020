/** The program's name and version, as evidence and `--version` state them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')) as {
  version: string;
};

export const SERVICE = { name: 'countersign', version: manifest.version } as const;
