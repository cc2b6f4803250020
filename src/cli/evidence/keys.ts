/** Keys and anchors that a verifier brings along. */
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { KeyError, readKeyFile } from '#src/adapters/keys/key-files.ts';
import { openLastSigned } from '#src/adapters/keys/last-signed.ts';
import type { Config } from '#src/config.ts';
import type { Anchor } from '#src/evidence/anchors.ts';
import type { Checkpoint } from '#src/evidence/checkpoint.ts';
import { EvidenceError } from '#src/evidence/errors.ts';
import { formatVerifierKey, parseVerifierKey } from '#src/evidence/note.ts';
import type { Crypto } from '#src/evidence/ports.ts';
import { type CliContext, CommandError } from '../context.ts';
import { readInput } from '../input.ts';

/** Verifier keys from `--vkey`: texts, or files with one a line. Throws CommandError `input_invalid`. */
export async function givenKeys(
  context: CliContext,
  crypto: Crypto,
  given: readonly string[],
): Promise<readonly string[]> {
  const keys: string[] = [];
  for (const value of given) {
    const isFile = await stat(resolve(context.cwd, value)).then(
      (found) => found.isFile(),
      () => false,
    );
    const lines = isFile ? (await readInput(context, value)).split('\n').map((line) => line.trim()) : [value];
    for (const text of lines.filter((line) => line !== '')) {
      try {
        await parseVerifierKey(crypto, text);
      } catch (error) {
        if (!(error instanceof EvidenceError)) throw error;
        throw new CommandError(
          'input_invalid',
          `${text.slice(0, 80)} is no verifier key.`,
          'It has the form NAME+8 HEX DIGITS+BASE64, as "countersign evidence checkpoint --json" prints it.',
        );
      }
      keys.push(text);
    }
  }
  return keys;
}

/** Checkpoints from `--anchor`. Throws CommandError `file_unreadable`. */
export async function givenAnchors(context: CliContext, files: readonly string[]): Promise<readonly Anchor[]> {
  const anchors: Anchor[] = [];
  for (const name of files) anchors.push({ name, note: await readInput(context, name) });
  return anchors;
}

/**
 * Verifier keys from the checkpoint key files beside the database: they are not in it, so that a database swapped for
 * another one does not verify. Empty where this user may not read them.
 */
export async function ownKeys(config: Config, crypto: Crypto, origin: string): Promise<readonly string[]> {
  const folder = join(config.dataDir, 'keys');
  const names = await readdir(folder).catch(() => []);
  const inFolder = names.filter((name) => /^checkpoint-.*\.pem$/.test(name)).map((name) => join(folder, name));
  const files = config.checkpointKeyFile === null ? inFolder : [config.checkpointKeyFile];
  const keys: string[] = [];
  for (const file of files.sort()) {
    try {
      const { publicKey } = await readKeyFile(file, 'checkpoint');
      keys.push(await formatVerifierKey(crypto, origin, publicKey));
    } catch (error) {
      if (!(error instanceof KeyError)) throw error;
    }
  }
  return keys;
}

/**
 * What was signed last with the keys of this data folder, which a database put back to an earlier state has forgotten.
 * Null where nothing was, or this user may not read it. Throws CommandError `file_unreadable` for a damaged note.
 */
export async function signedHere({ dataDir }: Pick<Config, 'dataDir'>): Promise<Checkpoint | null> {
  const folder = join(dataDir, 'keys');
  return openLastSigned(folder)
    .read()
    .catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EACCES') return null;
      throw new CommandError(
        'file_unreadable',
        `The note of what was signed last, in ${folder}, cannot be read. Nothing was verified or changed.`,
        'Restore the file from a backup. Without one, remove it and give a checkpoint kept elsewhere (--anchor).',
      );
    });
}
