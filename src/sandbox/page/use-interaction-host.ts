import { useCallback, useMemo, useState } from 'react';
import { placedElements } from '../element-values.ts';
import type { Container } from '../interactions.ts';
import { heldValue } from './element-state.tsx';
import type { Interaction, RawValue, RawValues } from './interaction-context.ts';
import { useNotify } from './notices.tsx';
import type { Block } from './page-types.ts';
import { callServer } from './server-calls.ts';

const withValue = (values: RawValues, blockId: string, actionId: string, value: RawValue): RawValues => ({
  ...values,
  [blockId]: { ...values[blockId], [actionId]: value },
});

const STATELESS = new Set(['button', 'overflow', 'workflow_button', 'feedback_buttons', 'icon_button']);

/** What every field of these blocks holds now: typed, chosen, or set by the app at first. */
export const allValues = (blocks: readonly Block[], held: RawValues): RawValues => {
  let values: RawValues = {};
  for (const { blockId, actionId, element } of placedElements(blocks)) {
    if (STATELESS.has(String(element['type']))) continue;
    values = withValue(values, blockId, actionId, heldValue(element, held[blockId]?.[actionId]));
  }
  return values;
};

export type InteractionHost = {
  readonly interaction: Interaction;
  readonly setErrors: (errors: Readonly<Record<string, string>>) => void;
};

/** The state and the calls behind the blocks of one message or view. */
export const useInteractionHost = (as: string, container: Container, blocks: readonly Block[]): InteractionHost => {
  const notify = useNotify();
  const [values, setValues] = useState<RawValues>({});
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const setValue = useCallback<Interaction['setValue']>((blockId, actionId, value) => {
    setValues((held) => withValue(held, blockId, actionId, value));
    setErrors(({ [blockId]: _fixed, ...others }) => others);
  }, []);
  const act = useCallback<Interaction['act']>(
    (blockId, actionId, value) => {
      const key = `${blockId} ${actionId}`;
      const send = async (): Promise<void> => {
        setBusy((keys) => new Set(keys).add(key));
        const all = allValues(blocks, withValue(values, blockId, actionId, value));
        const result = await callServer('action', {
          as,
          container,
          block_id: blockId,
          action_id: actionId,
          value,
          values: all,
        });
        setBusy((keys) => new Set([...keys].filter((other) => other !== key)));
        if (!result.ok) notify(result.message ?? 'That did not work.');
      };
      void send();
    },
    [as, container, blocks, values, notify],
  );
  const interaction = useMemo(() => ({ values, setValue, act, busy, errors }), [values, setValue, act, busy, errors]);
  return { interaction, setErrors };
};
