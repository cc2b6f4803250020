/** Data folders and processes for the tests of the embedded PostgreSQL. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';
import { type EmbeddedOptions, type EmbeddedPostgres, startEmbedded } from '#src/adapters/postgres/embedded.ts';
import { createPool } from '#src/adapters/postgres/pool.ts';

const MODULE = new URL('../../src/adapters/postgres/embedded.ts', import.meta.url).href;

/** Servers, processes and folders of one test, cleaned up after it. */
export function postgresFixture() {
  const folders: string[] = [];
  const servers: EmbeddedPostgres[] = [];
  const children: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const server of servers.splice(0)) await server.stop();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  const newFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'cs test ü-'));
    folders.push(folder);
    return folder;
  };

  let template: string | undefined;
  afterAll(() => {
    if (template) rmSync(template, { recursive: true, force: true });
  });
  /** A data folder whose database is made already: a copy, in a tenth of the time. */
  const madeFolder = async (): Promise<string> => {
    if (!template) {
      template = mkdtempSync(join(tmpdir(), 'cs-template-'));
      await (await startEmbedded({ dataDir: template, mode: 'server' })).stop();
    }
    const folder = newFolder();
    cpSync(join(template, 'postgres'), join(folder, 'postgres'), { recursive: true });
    return folder;
  };

  const start = async (options: Omit<EmbeddedOptions, 'mode'> & { mode?: 'server' | 'attach' }) => {
    const server = await startEmbedded({ mode: 'server', ...options });
    servers.push(server);
    return server;
  };

  /** Another Node that starts the database and then waits; resolves with what it printed. */
  const startElsewhere = async (
    dataDir: string,
    mode: 'server' | 'attach',
    user: { uid?: number; gid?: number } = {},
  ) => {
    const code = `import { startEmbedded } from ${JSON.stringify(MODULE)};
      const out = (value) => console.log(JSON.stringify(value));
      try {
        const server = await startEmbedded({ dataDir: ${JSON.stringify(dataDir)}, mode: '${mode}' });
        out({ pid: server.info.pid, adopted: server.adopted, info: server.info });
        process.stdin.once('end', async () => { await server.stop(); process.exit(0); }).resume();
      } catch (error) { out({ code: error.code }); process.exit(3); }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['pipe', 'pipe', 'inherit'],
      ...user,
    });
    children.push(child);
    const line = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))));
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const said = JSON.parse(line) as {
      pid?: number;
      adopted?: boolean;
      code?: string;
      info?: EmbeddedPostgres['info'];
    };
    return {
      ...said,
      kill: async () => {
        child.kill('SIGKILL');
        await exited;
      },
      stop: async () => {
        child.stdin.end();
        await exited;
      },
    };
  };

  return { newFolder, madeFolder, start, startElsewhere };
}

/** Runs one query on a connection of its own. */
export async function ask(connectionString: string, sql: string): Promise<Record<string, unknown>> {
  const pool = createPool(connectionString, { max: 1 });
  try {
    return ((await pool.query(sql)).rows[0] ?? {}) as Record<string, unknown>;
  } finally {
    await pool.end();
  }
}

/** Whether a process lives (zombies do not). */
export function lives(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
