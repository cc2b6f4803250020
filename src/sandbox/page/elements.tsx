import { type ReactNode, useRef, useState } from 'react';
import { Avatar } from './avatar.tsx';
import { ConfirmDialog, type ConfirmText } from './confirm.tsx';
import { Icon } from './icons.tsx';
import { type RawValue, useInteraction } from './interaction-context.ts';
import { safeHref } from './mrkdwn.ts';
import { plainText, TextObject } from './mrkdwn-view.tsx';
import { Picker, type PickerOption } from './picker.tsx';
import { Popup } from './popup.tsx';
import { useWorkspaceView } from './workspace-context.ts';

/** A block element as it came: JSON. */
export type BlockElement = Readonly<Record<string, unknown>>;
type Option = { readonly value?: string; readonly text?: unknown; readonly description?: unknown };

type ElementProps = { readonly element: BlockElement; readonly blockId: string };

const optionsOf = (value: unknown): readonly Option[] => (Array.isArray(value) ? (value as readonly Option[]) : []);

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

const asList = (value: RawValue): readonly string[] =>
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

const Button = ({ element, blockId }: ElementProps): ReactNode => {
  const { act, busy } = useElement(element, blockId, true);
  const { ask, dialog } = useConfirm(element);
  const style = element['style'];
  const href = typeof element['url'] === 'string' ? safeHref(element['url']) : null;
  const label = element['accessibility_label'];
  const className = `button ${style === 'primary' || style === 'danger' ? `button-${style}` : ''}`;
  const press = (): void =>
    ask(() => {
      if (href) window.open(href, '_blank', 'noopener,noreferrer');
      act(null);
    });
  return (
    <>
      <button
        type="button"
        className={className}
        aria-label={typeof label === 'string' ? label : undefined}
        aria-busy={busy}
        disabled={busy}
        onClick={press}
      >
        {busy && <span className="spinner" />}
        {plainText(element['text'])}
      </button>
      {dialog}
    </>
  );
};

const Overflow = ({ element, blockId }: ElementProps): ReactNode => {
  const { act } = useElement(element, blockId, true);
  const { ask, dialog } = useConfirm(element);
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={button}
        type="button"
        className="button button-icon"
        aria-label="More options"
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="more" />
      </button>
      {open && (
        <Popup anchor={button} align="end" onClose={() => setOpen(false)} className="popup-menu">
          <div role="menu">
            {optionsOf(element['options']).map((option, i) => (
              <button
                key={option.value}
                type="button"
                role="menuitem"
                // biome-ignore lint/a11y/noAutofocus: a menu that was opened takes the focus
                autoFocus={i === 0}
                className="menu-item"
                onClick={() => {
                  setOpen(false);
                  ask(() => act(option.value ?? null));
                }}
              >
                {plainText(option.text)}
              </button>
            ))}
          </div>
        </Popup>
      )}
      {dialog}
    </>
  );
};

const useOptions = (element: BlockElement): readonly PickerOption[] => {
  const { users, channels } = useWorkspaceView();
  const type = String(element['type']);
  if (type.endsWith('users_select')) {
    return [...users.values()]
      .filter((user) => !user.is_bot)
      .map((user) => ({
        value: user.id,
        label: user.real_name,
        detail: user.title,
        mark: <Avatar user={user} size={20} />,
      }));
  }
  if (type.endsWith('channels_select') || type.endsWith('conversations_select')) {
    return channels.filter((c) => c.kind === 'channel').map((c) => ({ value: c.id, label: `#${c.name}` }));
  }
  const toOption = (option: Option, group?: string): PickerOption => ({
    value: option.value ?? '',
    label: plainText(option.text),
    ...(option.description ? { detail: plainText(option.description) } : {}),
    ...(group ? { group } : {}),
  });
  const groups = Array.isArray(element['option_groups']) ? (element['option_groups'] as readonly BlockElement[]) : [];
  return [
    ...optionsOf(element['options']).map((option) => toOption(option)),
    ...groups.flatMap((group) =>
      optionsOf(group['options']).map((option) => toOption(option, plainText(group['label']))),
    ),
  ];
};

type FieldProps = ElementProps & {
  readonly dispatch: boolean;
  readonly label: string;
  readonly id?: string;
  readonly invalid?: boolean;
  readonly describedBy?: string;
};

/** Every kind of select menu. */
export const Select = (props: FieldProps): ReactNode => {
  const { element, blockId } = props;
  const { value, set } = useElement(element, blockId, props.dispatch);
  const { ask, dialog } = useConfirm(element);
  const options = useOptions(element);
  const multi = String(element['type']).startsWith('multi_');
  return (
    <>
      <Picker
        {...(props.id ? { id: props.id } : {})}
        label={props.label}
        options={options}
        chosen={asList(value)}
        multi={multi}
        invalid={props.invalid === true}
        {...(props.describedBy ? { describedBy: props.describedBy } : {})}
        {...(element['placeholder'] ? { placeholder: plainText(element['placeholder']) } : {})}
        onChange={(chosen) => ask(() => set(multi ? chosen : (chosen[0] ?? null)))}
      />
      {dialog}
    </>
  );
};

/** Radio buttons and checkboxes. */
export const Ticks = (props: FieldProps): ReactNode => {
  const { element, blockId } = props;
  const { value, set, actionId } = useElement(element, blockId, props.dispatch);
  const radio = element['type'] === 'radio_buttons';
  const chosen = asList(value);
  const toggle = (option: string, on: boolean): void => {
    if (radio) set(option);
    else set(on ? [...chosen, option] : chosen.filter((other) => other !== option));
  };
  return (
    <fieldset className="ticks" aria-label={props.label} aria-describedby={props.describedBy}>
      {optionsOf(element['options']).map((option) => (
        <label key={option.value} className="tick">
          <input
            type={radio ? 'radio' : 'checkbox'}
            name={`${blockId}-${actionId}`}
            aria-invalid={props.invalid}
            checked={chosen.includes(option.value ?? '')}
            onChange={(event) => toggle(option.value ?? '', event.target.checked)}
          />
          <span>
            <TextObject value={option.text} />
            {option.description ? (
              <span className="tick-detail">
                <TextObject value={option.description} />
              </span>
            ) : null}
          </span>
        </label>
      ))}
    </fieldset>
  );
};

/** Date and time pickers. */
export const DateField = (props: FieldProps): ReactNode => {
  const { element, blockId } = props;
  const { value, set } = useElement(element, blockId, props.dispatch);
  return (
    <input
      id={props.id}
      type={element['type'] === 'timepicker' ? 'time' : 'date'}
      className="field field-date"
      aria-label={props.id ? undefined : props.label}
      aria-invalid={props.invalid}
      aria-describedby={props.describedBy}
      value={typeof value === 'string' ? value : ''}
      onChange={(event) => set(event.target.value || null)}
    />
  );
};

/** Thumbs under an answer. */
const Feedback = ({ element, blockId }: ElementProps): ReactNode => {
  const { act } = useElement(element, blockId, true);
  const [given, setGiven] = useState<string | null>(null);
  return (['positive_button', 'negative_button'] as const).map((name) => {
    const button = element[name] as BlockElement | undefined;
    const value = String(button?.['value'] ?? '');
    return (
      <button
        key={name}
        type="button"
        className="button button-quiet"
        aria-pressed={given === value}
        onClick={() => {
          setGiven(value);
          act(value);
        }}
      >
        <Icon name={name === 'positive_button' ? 'up' : 'down'} size={15} />
        {plainText(button?.['text'])}
      </button>
    );
  });
};

const IconButton = ({ element, blockId }: ElementProps): ReactNode => {
  const { act } = useElement(element, blockId, true);
  return (
    <button type="button" className="button button-quiet" onClick={() => act(null)}>
      {plainText(element['text'])}
    </button>
  );
};

/** An element of an actions block, a section's accessory or a context_actions block. */
export const ActionElement = ({ element, blockId }: ElementProps): ReactNode => {
  const type = String(element['type']);
  if (type === 'button' || type === 'workflow_button') return <Button element={element} blockId={blockId} />;
  if (type === 'overflow') return <Overflow element={element} blockId={blockId} />;
  if (type === 'feedback_buttons') return <Feedback element={element} blockId={blockId} />;
  if (type === 'icon_button') return <IconButton element={element} blockId={blockId} />;
  const label = plainText(element['placeholder']) || 'Choose';
  const field = { element, blockId, dispatch: true, label };
  if (type.endsWith('select')) return <Select {...field} />;
  if (type === 'radio_buttons' || type === 'checkboxes') return <Ticks {...field} />;
  if (type === 'datepicker' || type === 'timepicker') return <DateField {...field} />;
  return null;
};
