/** `evidence checkpoint` and `evidence proof`. */
import { toBase64, toHex } from '#src/evidence/encoding.ts';
import { proofFileFor } from '#src/evidence/log.ts';
import { parseProofFile } from '#src/evidence/proof-file.ts';
import { vkeysOf } from '#src/wire/evidence/log-keys.ts';
import { type CliContext, CommandError, type ExitCode } from '../context.ts';
import { type Session, withSession } from '../session.ts';
import { count } from '../terminal.ts';

type Flags = { readonly json?: true };

/** Prints the latest signed checkpoint, byte for byte: it can be kept as an anchor. Throws CommandError `not_published`. */
export function printCheckpoint(context: CliContext, flags: Flags): Promise<ExitCode> {
  return withSession<ExitCode>(context, async (session) => {
    const checkpoint = await latest(session);
    const unpublished = (await session.stores.evidence.sequencedSize()) - checkpoint.size;
    if (flags.json) {
      context.json({
        origin: session.stamp.logOrigin,
        size: checkpoint.size,
        root: toHex(checkpoint.root),
        signedAt: checkpoint.signedAt.toISOString(),
        note: checkpoint.note,
        vkeys: await vkeysOf(session.crypto, session.stamp.logOrigin, session.stores.evidence),
        unpublished,
      });
      return 0;
    }
    context.raw(checkpoint.note);
    if (unpublished > 0) context.note(`${count(unpublished, 'entry', 'entries')} committed since; not under it yet.`);
    return 0;
  });
}

/** Prints the proof of one entry. Throws CommandError `unknown_id` or `not_published`. */
export function printProof(context: CliContext, index: number, flags: Flags): Promise<ExitCode> {
  return withSession<ExitCode>(context, async (session) => {
    const { evidence } = session.stores;
    const size = await evidence.sequencedSize();
    if (index >= size) {
      throw new CommandError(
        'unknown_id',
        `The log has no entry ${index}; it holds ${count(size, 'entry', 'entries')}.`,
        `Give an index from 0 to ${size - 1}.`,
      );
    }
    const checkpoint = await latest(session);
    if (index >= checkpoint.size) {
      throw new CommandError(
        'not_published',
        `Entry ${index} is committed, but the latest checkpoint covers ${count(checkpoint.size, 'entry', 'entries')}.`,
        'The running server signs the next checkpoint within moments; try again.',
        1,
      );
    }
    const file = await proofFileFor(session.crypto, evidence, index, checkpoint);
    if (!flags.json) {
      context.raw(file);
      return 0;
    }
    const [entry] = await evidence.readEntries(index, 1);
    context.json({
      origin: session.stamp.logOrigin,
      index,
      size: checkpoint.size,
      root: toHex(checkpoint.root),
      proof: parseProofFile(file).proof.map(toBase64),
      entry: entry === undefined ? null : toBase64(entry.leaf),
      checkpoint: checkpoint.note,
      vkeys: await vkeysOf(session.crypto, session.stamp.logOrigin, session.stores.evidence),
    });
    return 0;
  });
}

async function latest({ stores }: Session) {
  const checkpoint = await stores.evidence.latestCheckpoint();
  if (checkpoint !== null) return checkpoint;
  throw new CommandError(
    'not_published',
    'No checkpoint is signed yet.',
    'The running server signs one within moments of the first entry; start it and try again.',
    1,
  );
}
