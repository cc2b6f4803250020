import { type ChangeEvent, type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import { DateField, Select, Ticks } from './choice-fields.tsx';
import { type BlockElement, useElement } from './element-state.tsx';
import { FileField } from './file-field.tsx';
import { Icon } from './icons.tsx';
import { useInteraction } from './interaction-context.ts';
import { plainText } from './mrkdwn-view.tsx';
import type { Block } from './page-types.ts';

const TYPING_PAUSE_MS = 350;

const INPUT_TYPES: Readonly<Record<string, string>> = {
  email_text_input: 'email',
  url_text_input: 'url',
  number_input: 'text',
};

const triggersOf = (element: BlockElement): readonly string[] => {
  const config = element['dispatch_action_config'] as { readonly trigger_actions_on?: readonly string[] } | undefined;
  return config?.trigger_actions_on ?? ['on_enter_pressed'];
};

type TextProps = {
  readonly element: BlockElement;
  readonly blockId: string;
  readonly id: string;
  readonly dispatch: boolean;
  readonly invalid: boolean;
  readonly describedBy: string | undefined;
};

/** One or many lines of text, a number, an address. */
const TextField = ({ element, blockId, id, dispatch, invalid, describedBy }: TextProps): ReactNode => {
  const { value, set, act } = useElement(element, blockId, false);
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const triggers = dispatch ? triggersOf(element) : [];
  const change = (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>): void => {
    const next = event.target.value || null;
    set(next);
    window.clearTimeout(timer.current);
    if (triggers.includes('on_character_entered')) timer.current = window.setTimeout(() => act(next), TYPING_PAUSE_MS);
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !triggers.includes('on_enter_pressed')) return;
    // As in Slack: Enter dispatches the field and does not submit the modal around it; text of many lines breaks.
    if (event.currentTarget instanceof HTMLInputElement) event.preventDefault();
    act(value);
  };
  const shared = {
    id,
    className: 'field',
    value: typeof value === 'string' ? value : '',
    placeholder: plainText(element['placeholder']),
    'aria-invalid': invalid,
    'aria-describedby': describedBy,
    onChange: change,
    onKeyDown: key,
  };
  if (element['type'] === 'plain_text_input' && element['multiline'] === true) return <textarea rows={4} {...shared} />;
  const type = INPUT_TYPES[String(element['type'])] ?? 'text';
  return (
    <input
      type={type}
      inputMode={element['type'] === 'number_input' ? 'decimal' : undefined}
      autoComplete="off"
      {...shared}
    />
  );
};

const Left = ({ element, blockId }: { readonly element: BlockElement; readonly blockId: string }): ReactNode => {
  const { value } = useElement(element, blockId, false);
  const max = Number(element['max_length'] ?? 3000);
  const left = max - (typeof value === 'string' ? value.length : 0);
  return left < Math.min(200, max / 4) ? <span className={left < 0 ? 'left left-over' : 'left'}>{left}</span> : null;
};

const TICKS = new Set(['radio_buttons', 'checkboxes']);
const DATES = new Set(['datepicker', 'timepicker']);

/** An input block: label, element, hint and what is wrong. */
export const InputBlock = ({ block }: { readonly block: Block }): ReactNode => {
  const id = useId();
  const { errors } = useInteraction();
  const element = (block['element'] ?? {}) as BlockElement;
  const blockId = block.block_id ?? '';
  const error = errors[blockId];
  const type = String(element['type']);
  const label = plainText(block['label']);
  const described =
    [error ? `${id}-error` : '', block['hint'] ? `${id}-hint` : ''].filter(Boolean).join(' ') || undefined;
  const field = {
    element,
    blockId,
    id,
    label,
    dispatch: block['dispatch_action'] === true,
    invalid: error !== undefined,
    ...(described ? { describedBy: described } : {}),
  };
  const pick = type.endsWith('select');
  return (
    <div className={`input-block ${error ? 'input-wrong' : ''}`} data-block-id={blockId}>
      <label className="input-label" htmlFor={TICKS.has(type) ? undefined : id}>
        {label}
        {block['optional'] === true && <span className="input-optional"> (optional)</span>}
      </label>
      {pick && <Select {...field} />}
      {TICKS.has(type) && <Ticks {...field} />}
      {DATES.has(type) && <DateField {...field} />}
      {type === 'file_input' && <FileField {...field} />}
      {!pick && !TICKS.has(type) && !DATES.has(type) && type !== 'file_input' && (
        <>
          <TextField {...field} describedBy={described} />
          <Left element={element} blockId={blockId} />
        </>
      )}
      {error && (
        <p className="input-error" id={`${id}-error`} role="alert">
          <Icon name="warn" size={15} /> {error}
        </p>
      )}
      {Boolean(block['hint']) && (
        <p className="input-hint" id={`${id}-hint`}>
          {plainText(block['hint'])}
        </p>
      )}
    </div>
  );
};
