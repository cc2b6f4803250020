/**
 * Evidence as whoever decides sees it: the kept file itself and not the address it was typed with, what it is, and who
 * stands for it. A bare link says that it is one. Each piece once. Pure.
 */
import type { EvidenceItem } from '#src/approvals/document.ts';
import type { EvidenceStatus } from '#src/approvals/policy.ts';
import { isExcluded } from '#src/approvals/seats.ts';
import type { SubmittedState } from '#src/approvals/types.ts';
import { type EvidenceFile, evidenceKindWords, FILE_TYPES, wordsFor } from '#src/systems/evidence-files.ts';
import { link } from './modal.ts';
import { inline } from './text.ts';

export type EvidenceContext = {
  /** The captured files of the request and its conditions, by sha256. */
  readonly files: ReadonlyMap<string, EvidenceFile>;
  /** Address of a kept file on the evidence pages, behind their sign-in; null where no such address is known. */
  readonly keptAt: (shortId: string, sha256: string) => string | null;
};

/** Why a demanded piece does not count, in words. */
const WHY: Readonly<Record<NonNullable<EvidenceStatus['why']>, string>> = {
  missing: 'missing',
  undated: 'without a usable date',
  too_old: 'too old',
  before_last_change: 'older than the last change',
  not_captured: 'only linked; this tier wants the file: the requester adds it with Edit',
  not_attested: 'waits for somebody of another side to stand for it (More, Stand for a file)',
};

const NOBODY = 'nobody stands for it yet';

/** Everything that is demanded and everything that was given. `demanded` as the tally judges it. */
export function evidenceLines(
  state: SubmittedState,
  demanded: readonly EvidenceStatus[],
  context: EvidenceContext,
): readonly string[] {
  const left = new Set(state.document.evidence);
  const lines = demanded.flatMap(({ demand, why }) => {
    const given = [...left].filter(({ kind }) => kind === demand.kind || demand.accepts.includes(kind));
    for (const item of given) left.delete(item);
    const flaw = why === null ? '' : `: *${WHY[why]}*`;
    const serves = demand.serves.length === 0 ? '' : ` (${demand.serves.join(', ')})`;
    if (given.length === 0) return [`• ${inline(`${demand.title}${serves}`, 200)}${flaw}`];
    // What waits for a word says so itself.
    const nobody = why === 'not_attested' ? null : NOBODY;
    return given.map((item) => `• ${evidenceText(item, state, context, nobody)}${flaw}`);
  });
  return [...lines, ...[...left].map((item) => `• ${evidenceText(item, state, context)}`)];
}

/** One piece: a link to what was kept, with type, hash, date and the roles that stand for it. */
export function evidenceText(
  item: EvidenceItem,
  state: SubmittedState,
  context: EvidenceContext,
  nobody: string | null = NOBODY,
): string {
  const { sha256, url, date } = item;
  const name = item.title || evidenceKindWords(item.kind);
  const day = date === null ? [] : [date.slice(0, 10)];
  if (sha256 === null) return `${link(url, name)} (${['a link, not kept', ...day].join(', ')})`;
  const file = context.files.get(sha256);
  const type = file === undefined ? [] : [FILE_TYPES[file.type]];
  const address = context.keptAt(state.shortId, sha256) ?? url.replace(/#sha256=.*$/, '');
  const word = wordOf(file, state) ?? nobody;
  const facts = [...type, `sha256 ${sha256.slice(0, 12)}…`, ...day, ...(word === null ? [] : [word])];
  return `${link(address, name)} (${facts.map((fact) => inline(fact, 120)).join(', ')})`;
}

/** Who outside the asking side stands for a file; null for nobody. */
function wordOf(file: EvidenceFile | undefined, state: SubmittedState): string | null {
  const words = file === undefined ? [] : wordsFor(file).filter(({ by }) => !isExcluded(state, by));
  const roles = [...new Set(words.map(({ role }) => role))];
  if (file?.withdrawn === true) return 'taken back';
  return roles.length === 0 ? null : `attested as ${roles.join(', ')}`;
}
