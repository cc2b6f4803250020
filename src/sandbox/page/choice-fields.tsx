import type { ReactNode } from 'react';
import { Avatar } from './avatar.tsx';
import {
  asList,
  type BlockElement,
  type ElementProps,
  type Option,
  optionsOf,
  useConfirm,
  useElement,
} from './element-state.tsx';
import { plainText, TextObject } from './mrkdwn-view.tsx';
import { Picker, type PickerOption } from './picker.tsx';
import { useWorkspaceView } from './workspace-context.ts';

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

export type FieldProps = ElementProps & {
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
