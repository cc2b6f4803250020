import { type ReactNode, useState } from 'react';
import { ConfirmDialog, type ConfirmText } from './confirm.tsx';
import { type RawValue, useInteraction } from './interaction-context.ts';

/** A block element as it came: JSON. */
export type BlockElement = Readonly<Record<string, unknown>>;
/** An option of a select, radio, checkbox or overflow element. */
export type Option = { readonly value?: string; readonly text?: unknown; readonly description?: unknown };

export type ElementProps = { readonly element: BlockElement; readonly blockId: string };

/** Options of an element, none when it has no list. */
export const optionsOf = (value: unknown): readonly Option[] =>
  Array.isArray(value) ? (value as readonly Option[]) : [];

/** Value of an element as the page holds it: what was chosen, else what the app set at first. */
export const heldValue = (element: BlockElement, held: RawValue | undefined): RawValue => {
  if (held !== undefined) return held;
  const initial = element['initial_option'] as Option | undefined;
  if (initial?.value) return initial.value;
  if (Array.isArray(element['initial_options'])) return optionsOf(element['initial_options']).map((o) => o.value ?? '');
  for (const name of ['value', 'date', 'time', 'user', 'channel', 'conversation']) {
    const single = element[`initial_${name}`];
    if (typeof single === 'string') return single;
    const many = element[`initial_${name}s`];
    if (Array.isArray(many)) return many as readonly string[];
  }
  return null;
};

/** Value and setter of one element. Outside an input block a choice is sent to the app at once. */
export const useElement = (element: BlockElement, blockId: string, dispatch: boolean) => {
  const { values, setValue, act, busy } = useInteraction();
  const actionId = String(element['action_id'] ?? '');
  const value = heldValue(element, values[blockId]?.[actionId]);
  return {
    actionId,
    value,
    busy: busy.has(`${blockId} ${actionId}`),
    set: (next: RawValue): void => {
      setValue(blockId, actionId, next);
      if (dispatch) act(blockId, actionId, next);
    },
    act: (next: RawValue): void => act(blockId, actionId, next),
  };
};

/** A value as a list: empty, one or several. */
export const asList = (value: RawValue): readonly string[] =>
  value === null || value === '' ? [] : typeof value === 'string' ? [value] : value;

/** Runs an action after the element's confirm dialog, if it has one. */
export const useConfirm = (
  element: BlockElement,
): { readonly ask: (run: () => void) => void; readonly dialog: ReactNode } => {
  const [run, setRun] = useState<(() => void) | null>(null);
  const confirm = element['confirm'] as ConfirmText | undefined;
  return {
    ask: (action) => (confirm ? setRun(() => action) : action()),
    dialog: confirm && run && (
      <ConfirmDialog
        text={confirm}
        onAnswer={(yes) => {
          setRun(null);
          if (yes) run();
        }}
      />
    ),
  };
};
