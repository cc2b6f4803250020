/** A choice or a small button inside an open form: the form is drawn anew from what was answered so far. Pure. */
import { LIMITS } from '#src/approvals/text-limits.ts';
import { aboutFormSchema, aboutRequestSchema, aboutRulesSchema, readAbout } from '../forms/about.ts';
import { isRequestForm } from '../forms/forms.ts';
import { RULES_FORM } from '../forms/policy-choices.ts';
import type { OutgoingMessage } from '../ports.ts';
import type { Incoming } from './incoming.ts';
import { outgoing } from './intents.ts';

/** Nobody looks at a form that was left this long ago, in milliseconds. */
const REDRAW_MS = 60_000;
/** The form itself shows as many groups as its request can hold. */
const GROUPS_MAX = Math.max(LIMITS.controls, LIMITS.conditionsPerVote);

/** The row that redraws the form; empty where nothing is to be done, null where the press is something else. */
export function redraw(
  press: Extract<Incoming, { kind: 'press' }>,
  receivedAt: Date,
): readonly OutgoingMessage[] | null {
  const { view, action } = press;
  if (!['value', 'form_again', 'form_more', 'form_add', 'form_draft'].includes(action)) return null;
  if (view === null) return [];
  const values = Object.fromEntries(
    Object.entries(view.values).map(([field, value]) => [field, Array.isArray(value) ? [...value] : value]),
  ) as Record<string, string | string[] | null>;
  if (action === 'form_draft') {
    if (!isRequestForm(view.form)) return [];
    const draft = { user: press.user.id, form: view.form, about: view.about, values };
    return [outgoing(`draft:${view.id}`, { intent: 'draft', ...draft })];
  }
  const about = changedAbout(view.form, view.about, action);
  if (about === null) return [];
  return [
    // One row a view: of several quick choices only the last has to be drawn.
    outgoing(`redraw:${view.id}`, {
      intent: 'redraw',
      user: press.user.id,
      viewId: view.id,
      expiresAt: new Date(receivedAt.getTime() + REDRAW_MS).toISOString(),
      form: view.form,
      about,
      values,
    }),
  ];
}

function changedAbout(form: string, about: string, action: string): string | null {
  if (form === RULES_FORM) return readAbout(aboutRulesSchema, about) === null ? null : about;
  const parsed = readAbout(isRequestForm(form) ? aboutFormSchema : aboutRequestSchema, about);
  if (parsed === null) return null;
  const k = Math.min(GROUPS_MAX, (parsed.k ?? 1) + 1);
  return JSON.stringify({
    ...parsed,
    ...(action === 'form_more' ? { x: 1 } : {}),
    ...(action === 'form_add' ? { k } : {}),
  });
}
