/** State rows as a stream of events makes them. */
import type { Projection } from '../ports.ts';
import type { StreamEvent } from './stream.ts';

/** A row, and the event that touched it last. */
export type MadeRow = { readonly row: Projection; readonly by: Pick<StreamEvent, 'type' | 'logIndex'> };

/** Events in groups of one command each: its rows were written together, with the position of its last event. */
export function byCommand(events: readonly StreamEvent[]): readonly (readonly StreamEvent[])[] {
  return [...Map.groupBy(events, ({ commandId }) => commandId).values()];
}
