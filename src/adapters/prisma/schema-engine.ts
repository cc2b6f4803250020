import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
// Not the package's main file: that imports the .wasm as a module, which warns on Node 24 and fails on 22.
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';
import { createPool } from '../postgres/pool.ts';

/** Prisma's schema engine on one database; `close` it. */
export type SchemaEngine = Pick<glue.SchemaEngine, 'applyMigrations' | 'diff'> & { close(): Promise<void> };

let started: Promise<void> | undefined;

/** Opens the engine, WebAssembly from an npm package: no binary is downloaded. Costs some 60 ms, so load it on demand. */
export async function openSchemaEngine(connectionString: string): Promise<SchemaEngine> {
  started ??= startWasm();
  await started;
  const pool = createPool(connectionString, { max: 2 });
  const factory = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool));
  const engine = await glue.SchemaEngine.new({ datamodels: undefined }, () => undefined, factory);
  return {
    applyMigrations: (input) => engine.applyMigrations(input),
    diff: (input) => engine.diff(input),
    async close() {
      engine.free();
      await pool.end();
    },
  };
}

async function startWasm(): Promise<void> {
  const main = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm');
  const bytes = readFileSync(join(dirname(main), 'schema_engine_bg.wasm'));
  const imports = glue as unknown as WebAssembly.ModuleImports & { __wbg_set_wasm(exports: unknown): void };
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': imports });
  imports.__wbg_set_wasm(instance.exports);
  const start = instance.exports['__wbindgen_start'];
  if (typeof start === 'function') start();
}
