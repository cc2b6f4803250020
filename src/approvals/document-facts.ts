/** What every kind of request says in its own field: what it is for, and which systems it is about. Pure. */
import type { RequestDocument, RequestKind } from './document.ts';

/** First part of the short id by kind: `DR-12`, `EX-3`, `UC-1`. */
export const PREFIX_OF = { deployment: 'DR', exception: 'EX', 'use-case': 'UC' } as const satisfies Readonly<
  Record<RequestKind, string>
>;

/** What it is for, in the requester's words. */
export function purposeOf(document: RequestDocument): string {
  return document.kind === 'exception' ? document.circumstances : document.purpose;
}

/** The systems it is about; empty where an exception names none. */
export function systemsOf(document: RequestDocument): readonly string[] {
  return document.kind === 'exception' ? document.systems : [document.system];
}
