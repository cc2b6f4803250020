/** `file capture` and `file attest`: evidence kept by its hash, and somebody who stands for it. */
import { basename } from 'node:path';
import { parseMoment } from '#src/approvals/duration.ts';
import { createEvidenceDesk, type EvidenceResult, FILE_REFUSALS } from '#src/delivery/systems/evidence.ts';
import { reachWords } from '#src/delivery/systems/files.ts';
import { wordsFor } from '#src/systems/evidence-files.ts';
import { type CliContext, CommandError, type ExitCode } from './context.ts';
import type { AttestFlags, CaptureFlags, WithdrawFlags } from './flags.ts';
import { type Desks, personOf, withDesks } from './governance/session.ts';
import { readBytes } from './input.ts';
import { deskOf } from './reading.ts';
import { paragraph } from './terminal.ts';

/** Keeps a file as evidence, and prints the line that goes into a request's form. Throws CommandError `input_invalid`. */
export function captureFile(context: CliContext, path: string, flags: CaptureFlags): Promise<ExitCode> {
  return withDesks(context, async (desks) => {
    const bytes = await readBytes(context, path);
    const date = momentOf('--date', flags.date);
    const about = {
      kind: flags.kind,
      title: flags.title ?? basename(path),
      version: flags.fileVersion ?? '1',
      date,
      validUntil: flags.validUntil === undefined ? null : momentOf('--valid-until', flags.validUntil),
      systems: [...flags.system],
      source: flags.source,
    };
    const by = { person: await personOf(desks, flags.by), commandId: desks.commandId('capture') };
    const { file } = settled(await evidenceDesk(context, desks).capture(new Uint8Array(bytes), about, by));
    const line = `${file.kind}: ${file.source ?? flags.source}#sha256=${file.sha256} ${file.date.slice(0, 10)}`;
    if (flags.json) context.json({ sha256: file.sha256, type: file.type, sizeBytes: file.sizeBytes, line });
    else
      context.text(
        `sha256 ${file.sha256}`,
        ...paragraph('Somebody else who holds a role must stand for it before it serves:'),
        `  countersign file attest ${file.sha256} --role "Legal Team" --by USER`,
        ...paragraph('Then name it in the request:'),
        line,
      );
    return 0;
  });
}

/** Stands for a file in a role. Throws CommandError `input_invalid` with exit 1 where that does not count. */
export function attestFile(context: CliContext, sha256: string, flags: AttestFlags): Promise<ExitCode> {
  return withDesks(context, async (desks) => {
    const by = { person: await personOf(desks, flags.by), commandId: desks.commandId('attest') };
    const said = { systems: [...flags.system], organisation: flags.organisation === true };
    const { file } = settled(await evidenceDesk(context, desks).attest(sha256.toLowerCase(), flags.role, said, by));
    const word = wordsFor(file).at(-1) ?? said;
    const { systems, organisation } = word;
    if (flags.json) context.json({ ok: true, sha256: file.sha256, role: flags.role, systems, organisation });
    else context.text(...paragraph(`Attested as ${flags.role}, for ${reachWords(word)}.`));
    return 0;
  });
}

/** Takes a file back. Throws CommandError `input_invalid` with exit 1 where that does not count. */
export function withdrawFile(context: CliContext, sha256: string, flags: WithdrawFlags): Promise<ExitCode> {
  return withDesks(context, async (desks) => {
    const by = { person: await personOf(desks, flags.by), commandId: desks.commandId('withdraw') };
    const { file } = settled(await evidenceDesk(context, desks).withdraw(sha256.toLowerCase(), flags.reason, by));
    if (flags.json) context.json({ ok: true, sha256: file.sha256 });
    else
      context.text(
        ...paragraph(
          `${file.withdrawn ? 'Withdrawn' : 'The word that extended it is taken back'}. Requests that rest on it are looked at again.`,
        ),
      );
    return 0;
  });
}

function evidenceDesk(context: CliContext, { deps, session }: Desks) {
  return createEvidenceDesk({ ...deps, roster: () => deskOf(session, context).roster() });
}

function momentOf(option: string, text: string): string {
  const moment = parseMoment(text);
  if (moment !== null) return moment;
  throw new CommandError('usage', `${option} ${text} is no day.`, 'Write it as 2027-01-31.');
}

function settled(result: EvidenceResult): Extract<EvidenceResult, { ok: true }> {
  if (result.ok) return result;
  const detail = result.detail.length > 0 ? `: ${result.detail.join(', ')}` : '';
  throw new CommandError('input_invalid', `${FILE_REFUSALS[result.reason]}${detail}`, 'Nothing was recorded.', 1);
}
