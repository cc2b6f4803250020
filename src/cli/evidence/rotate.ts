/** `evidence rotate-key`. */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createKeyFile, KEY_REMEDIES, KeyError, readKeyFile } from '#src/adapters/keys/key-files.ts';
import { formatVerifierKey } from '#src/evidence/note.ts';
import type { Signer } from '#src/evidence/ports.ts';
import { rotateKey } from '#src/wire/evidence/keys.ts';
import { type CliContext, CommandError, type ExitCode } from '../context.ts';
import type { RotateFlags } from '../flags.ts';
import { type Session, withSession } from '../session.ts';
import { table } from '../terminal.ts';
import { openWriting } from '../writing.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Replaces a key. Throws CommandError `usage` or `file_unreadable`, StartRefusedError `keys`. */
export function rotate(context: CliContext, flags: RotateFlags): Promise<ExitCode> {
  return withSession<ExitCode>(context, async (session) => {
    const { recorder, publish } = await openWriting(context, session);
    const { key, overlapUntil, entry } = await rotateKey({
      stores: session.stores,
      recorder,
      now: context.now,
      purpose: flags.purpose,
      next: (announced) => nextKey(context, session, flags, announced),
      overlapMs: flags.overlap * DAY_MS,
    });
    await publish();
    const vkey =
      flags.purpose === 'checkpoint'
        ? await formatVerifierKey(session.crypto, session.stamp.logOrigin, key.publicKey)
        : null;
    const result = { purpose: flags.purpose, keyId: key.keyId, vkey, overlapUntil: overlapUntil.toISOString(), entry };
    if (flags.json) context.json(result);
    else {
      context.text(
        `The ${flags.purpose} key is replaced; entry ${entry} announces the new one.`,
        '',
        ...table([
          ['key', key.keyId],
          ...(vkey === null ? [] : [['verifier key', `${vkey} (give it to your auditors)`]]),
          ['old key', `counts until ${overlapUntil.toISOString()}; keep it: nothing is signed anew`],
          ['next', 'copy the new key file to every replica, then restart each of them'],
        ]),
      );
    }
    return 0;
  });
}

async function nextKey(
  context: CliContext,
  { config }: Session,
  { purpose, key }: RotateFlags,
  announced: string | null,
): Promise<Signer> {
  const folder = join(config.dataDir, 'keys');
  try {
    if (key !== undefined) return await readKeyFile(resolve(context.cwd, key), purpose);
    const setting = purpose === 'statement' ? config.signingKeyFile : config.checkpointKeyFile;
    if (setting !== null) {
      throw new CommandError(
        'usage',
        'This key was given by a file, so the new one is given by a file too. Nothing was changed.',
        'Make one with "openssl genpkey -algorithm ed25519", and pass it with --key.',
      );
    }
    if (announced !== null) {
      for (const name of await readdir(folder)) {
        if (!name.startsWith(`${purpose}-${announced.slice(0, 16)}`)) continue;
        return await readKeyFile(join(folder, name), purpose);
      }
    }
    return await createKeyFile(folder, purpose);
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    throw new CommandError('file_unreadable', `${error.path} cannot be used as a key.`, `${KEY_REMEDIES[error.code]}.`);
  }
}
