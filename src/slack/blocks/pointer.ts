/** Where a question about the desk itself is settled: the command, and the form behind a button where it has one. Pure. */
import type { KnownBlock } from '@slack/types';
import { type PointedTo, pointerWords } from '#src/delivery/answers/pointer.ts';
import type { Intent } from '#src/delivery/inbox/intents.ts';
import { button, section } from './build.ts';
import { escapeText } from './text.ts';

const FORMS: Readonly<Partial<Record<PointedTo, readonly [label: string, action: string]>>> = {
  deployment: ['Request a deployment', 'open_deploy'],
  exception: ['Request an exception', 'open_exception'],
  use_case: ['Put a use case forward', 'open_use_case'],
};

/** One section; null where there is nothing to point to. */
export function renderPointer(pointer: Extract<Intent, { intent: 'answer' }>['pointer']): KnownBlock | null {
  if (pointer === null) return null;
  const { to, shortId, requestId } = pointer;
  if (shortId !== null && requestId === null)
    return section(`There is no request ${escapeText(shortId)} here; \`/governance status\` lists what is open.`);
  if (requestId !== null)
    return section(pointerWords(pointer), button('Details', 'open_details', JSON.stringify({ r: requestId, v: '' })));
  const form = FORMS[to];
  return section(pointerWords(pointer), form === undefined ? undefined : button(form[0], form[1], ''));
}
