/**
 * How far the log was followed: the follower's own note, which no event makes and no signature covers. The entries vouch
 * for it all the same: it is only written together with what following a request led to.
 */
import type { SubmittedState } from '#src/approvals/types.ts';
import type { StoredEvent } from '../ports.ts';
import type { RecordRow } from './ports.ts';

/** Key of the note among the records. */
export const CURSOR = { kind: 'cursor', id: 'systems' } as const;

type Seen = Pick<StoredEvent, 'stream' | 'actor' | 'commandId' | 'logIndex'>;

/** Command that takes a request's state over into the inventory. */
export function followCommand({ id, version }: Pick<SubmittedState, 'id' | 'version'>): string {
  return `follow:${id}:${version}`;
}

/** Written with what following the event at `index` led to. */
export function cursorRow(index: number): RecordRow {
  return { ...CURSOR, parent: null, status: 'open', version: index, state: {} };
}

/**
 * Holds a note against events seen in any order. It is vouched for when a request's event stands at its index and a
 * later entry follows that request: following goes in order, so that everything before was followed too.
 */
export function createCursorCheck(cursor: number): { see(event: Seen): void; vouched(): boolean } {
  let request: string | null = null;
  const followed = new Set<string>();
  return {
    see({ stream, actor, commandId, logIndex }) {
      if (logIndex === cursor && stream.startsWith('request:')) request = stream.slice('request:'.length);
      const id = /^follow:([^:]+):/.exec(commandId)?.[1];
      if (id !== undefined && logIndex > cursor && actor === 'service') followed.add(id);
    },
    vouched: () => request !== null && followed.has(request),
  };
}
