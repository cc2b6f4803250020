/** `/governance withdraw-file`: whoever brought a captured file, or stood for it, takes it back. */
import { FILE_REFUSALS } from '../../systems/evidence.ts';
import type { Asked, GovernanceHandlerDeps, Said } from './handler.ts';

/** Fewest hex digits by which a file is named; a card shows more. */
const PREFIX_MIN = 8;

/** `withdraw-file 9f86d081884c the test was wrong`: requests that rest on it are looked at again. */
export async function withdrawFile(deps: GovernanceHandlerDeps, asked: Asked): Promise<Said> {
  const [named = '', ...why] = asked.words;
  const prefix = named.toLowerCase().replace(/^sha256:/, '');
  if (!/^[0-9a-f]{8,64}$/.test(prefix) || why.length === 0)
    return {
      title: 'Which file, and why? Nothing was withdrawn.',
      lines: [
        `By the first ${PREFIX_MIN} or more digits of its sha256: /governance withdraw-file 9f86d081884c the test was wrong`,
      ],
    };
  const rows = await deps.records.list({ kind: 'evidence-file', limit: 10_000 });
  const meant = rows.filter((row) => row.id.startsWith(prefix));
  const [file] = meant;
  if (file === undefined) return { title: `${FILE_REFUSALS.unknown_file} Nothing was withdrawn.` };
  if (meant.length > 1)
    return { title: `${meant.length} files begin so; write more of its digits. Nothing was withdrawn.` };
  const by = { person: asked.person, commandId: asked.commandId };
  const result = await deps.files.withdraw(file.id, why.join(' '), by);
  if (result.ok && !result.file.withdrawn)
    return {
      title: `Your word for the ${result.file.kind.replace(/-/g, ' ')} ${file.id.slice(0, 12)} is taken back.`,
      lines: ['It serves other systems by the word of others; requests that rest on it are looked at again.'],
    };
  if (result.ok)
    return {
      title: `Withdrawn: the ${result.file.kind.replace(/-/g, ' ')} ${file.id.slice(0, 12)}.`,
      lines: ['It serves no request any more; those that rest on it are looked at again.'],
    };
  const who = 'Only who brought a file, or stood for it, withdraws it.';
  return { title: `${result.reason === 'role_missing' ? who : FILE_REFUSALS[result.reason]} Nothing was withdrawn.` };
}
