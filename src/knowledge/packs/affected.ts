/** Who relies on an item that changed: requests, exceptions and answers that cited it. */
import type { PackDiff } from './diff.ts';

/** A citation as kept with a request, an exception or an answer. */
export type Citation = {
  /** What cites: `DR-12`, `EX-3`. */
  readonly subject: string;
  readonly itemId: string;
  /** Hash of the item when it was cited; null when it was not kept. */
  readonly itemHash: string | null;
};

/** A citing subject and why it should be looked at again. */
export type Affected = {
  readonly subject: string;
  readonly itemId: string;
  readonly because: 'changed' | 'meaning_changed' | 'removed' | 'renamed';
};

/** Citations of items that a diff changes, in the order given; what only gained names or questions does not count. */
export function affectedBy(diff: PackDiff, citations: readonly Citation[]): readonly Affected[] {
  const curation = new Set(['aliases', 'questions', 'related']);
  const changed = new Map(
    diff.changed
      .filter((change) => change.fields.some((field) => !curation.has(field.field)))
      .map((change) => [change.id, change]),
  );
  const removed = new Set(diff.removed.map((item) => item.id));
  const renamed = new Map(diff.renamed.map((entry) => [entry.from, entry]));
  return citations.flatMap((citation): readonly Affected[] => {
    const { subject, itemId } = citation;
    const change = changed.get(itemId);
    if (renamed.has(itemId))
      return [{ subject, itemId, because: renamed.get(itemId)?.meaning === 'changed' ? 'meaning_changed' : 'renamed' }];
    if (removed.has(itemId)) return [{ subject, itemId, because: 'removed' }];
    if (change === undefined) return [];
    return [{ subject, itemId, because: change.meaning === 'changed' ? 'meaning_changed' : 'changed' }];
  });
}
