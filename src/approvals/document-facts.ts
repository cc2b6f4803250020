/** What every kind of request says in its own field: what it is for, and which systems it is about. Pure. */
import type { ExceptionId, RequestDocument, RequestKind } from './document.ts';

/** First part of the short id by kind: `DR-12`, `EX-3`, `UC-1`. */
export const PREFIX_OF = {
  deployment: 'DR',
  exception: 'EX',
  'use-case': 'UC',
  policy: 'PC',
} as const satisfies Readonly<Record<RequestKind, string>>;

/** Whether a text is the short id of an exception. */
export function isExceptionId(text: string): text is ExceptionId {
  return /^EX-\d{1,9}$/.test(text);
}

/** What it is for, in the requester's words. */
export function purposeOf(document: RequestDocument): string {
  return document.kind === 'exception' ? document.circumstances : document.purpose;
}

/** The one system it is about; null for an exception, which may be about several, and for a change of the rules. */
export function systemOf(document: RequestDocument): string | null {
  return document.kind === 'deployment' || document.kind === 'use-case' ? document.system : null;
}

/** The systems it is about; empty where an exception names none, and for a change of the rules. */
export function systemsOf(document: RequestDocument): readonly string[] {
  if (document.kind === 'policy') return [];
  return document.kind === 'exception' ? document.systems : [document.system];
}
