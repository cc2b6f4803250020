/** The directory at start: from the file when there is one, from the sandbox's people at its first start. */
import { readFile } from 'node:fs/promises';
import { parseYamlText } from '#src/adapters/parse/yaml-text.ts';
import type { Config } from '#src/config.ts';
import { reconcileDirectory } from '#src/delivery/roster-desk.ts';
import { type DirectoryFile, directoryFileSchema, wantedFrom } from '#src/directory/file.ts';
import type { Core } from './core.ts';
import { newId } from './ids.ts';
import { sandboxDirectory } from './sandbox-directory.ts';
import { StartRefusedError } from './workspace.ts';

/** Reconciles the directory. Throws StartRefusedError `directory_invalid` naming each line. */
export async function startDirectory(config: Config, core: Core, startId: string): Promise<void> {
  const file = config.directoryFile === null ? null : await readDirectoryFile(config.directoryFile);
  if (file !== null) {
    await reconcile(core, file, 'file', `directory-file:${startId}`);
    return;
  }
  const empty = (await core.stores.ledger.listAssignments()).length === 0;
  if (config.slack.kind === 'sandbox' && empty)
    await reconcile(core, sandboxDirectory, 'bootstrap', 'directory-bootstrap');
}

async function reconcile(
  core: Core,
  file: DirectoryFile,
  basis: 'file' | 'bootstrap',
  commandId: string,
): Promise<void> {
  const persons = new Map<string, string>();
  for (const line of file.assignments) {
    for (const user of [line.user, line.deputy]) {
      if (user !== null && !persons.has(user)) persons.set(user, await core.stores.people.personFor(user, null));
    }
  }
  const wanted = wantedFrom(file, (user) => persons.get(user) ?? '');
  await reconcileDirectory(
    { ledger: core.stores.ledger, recorder: core.recorder, now: core.now, newId, committed: () => undefined },
    { wanted, basis, actor: 'service', commandId },
  );
}

/** Reads and checks a directory file. Throws StartRefusedError `directory_invalid` naming each line. */
export async function readDirectoryFile(path: string): Promise<DirectoryFile> {
  const problem = (lines: readonly string[]) =>
    new StartRefusedError(
      'directory_invalid',
      [
        'The directory file cannot be used; nothing was changed.',
        ...lines.map((l) => `  ${l}`),
        'Correct COUNTERSIGN_DIRECTORY_FILE and start again.',
      ].join('\n'),
    );
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw problem([`${path}: ${error.message}`]);
  });
  const yaml = parseYamlText(text);
  if (!yaml.ok) throw problem(yaml.problems.map((p) => `${path}:${p.line}: ${p.message}`));
  const parsed = directoryFileSchema.safeParse(yaml.value.data);
  if (parsed.success) return parsed.data;
  throw problem(
    parsed.error.issues.slice(0, 20).map((issue) => {
      const at = issue.path.filter((p): p is string | number => typeof p !== 'symbol');
      return `${path}:${yaml.value.lineOf(at)}: ${at.join('.')}: ${issue.message}`;
    }),
  );
}
