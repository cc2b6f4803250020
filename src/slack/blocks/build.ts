/** Small constructors of Block Kit objects, so that renderers read like the screen they make. Pure. */
import type {
  ActionsBlock,
  Button,
  ContextBlock,
  HeaderBlock,
  InputBlock,
  KnownBlock,
  PlainTextElement,
  SectionBlock,
} from '@slack/types';
import { cut, LIMITS } from './text.ts';

/** A message: blocks, and the one sentence that says the same where blocks are not shown. */
export type Message = { readonly text: string; readonly blocks: KnownBlock[] };

/** Text that Slack shows as it is, cut to `charsMax` UTF-16 units. */
export const plain = (text: string, charsMax: number = LIMITS.section): PlainTextElement => ({
  type: 'plain_text',
  text: cut(text, charsMax),
  emoji: false,
});

/** A heading, cut to what Slack takes. */
export const header = (text: string): HeaderBlock => ({ type: 'header', text: plain(text, LIMITS.header) });

/** A paragraph of mrkdwn, with a button beside it where one is given; what people wrote in it must be escaped. */
export const section = (mrkdwn: string, accessory?: Button): SectionBlock => ({
  type: 'section',
  text: { type: 'mrkdwn', text: cut(mrkdwn, LIMITS.section) },
  ...(accessory ? { accessory } : {}),
});

/** Lines joined to as few sections as Slack's limit allows. */
export function sections(lines: readonly string[]): SectionBlock[] {
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + line.length < 2800) texts[texts.length - 1] = `${last}\n${line}`;
    else texts.push(line);
  }
  return texts.map((text) => section(text));
}

/** Small grey lines, at most ten. */
export const context = (...lines: string[]): ContextBlock => ({
  type: 'context',
  elements: lines.slice(0, 10).map((line) => ({ type: 'mrkdwn', text: cut(line, LIMITS.context) })),
});

/** A line across. */
export const divider = (): KnownBlock => ({ type: 'divider' });

/** A button; `value` comes back with the press, at most 2,000 UTF-16 units. */
export const button = (label: string, actionId: string, value: string, style?: 'primary' | 'danger'): Button => ({
  type: 'button',
  text: plain(label, LIMITS.button),
  action_id: actionId,
  value: value.slice(0, 2000),
  ...(style ? { style } : {}),
});

/** A row of at most 25 buttons. */
export const actions = (blockId: string, elements: readonly Button[]): ActionsBlock => ({
  type: 'actions',
  block_id: blockId,
  elements: elements.slice(0, 25),
});

type FieldOptions = {
  readonly hint?: string;
  readonly optional?: boolean;
  /** The form is drawn anew when this changes, or when enter is pressed in it. */
  readonly redraws?: boolean;
};

/** Any field: what all of them have in common. */
const input = (field: string, label: string, element: InputBlock['element'], options: FieldOptions): InputBlock => ({
  type: 'input',
  block_id: field,
  optional: options.optional ?? false,
  ...(options.redraws ? { dispatch_action: true } : {}),
  label: plain(label, 2000),
  ...(options.hint ? { hint: plain(options.hint, 2000) } : {}),
  element,
});

/** A field to type into; `charsMax` is 300 where nothing is said. */
export const textInput = (
  field: string,
  label: string,
  options: FieldOptions & {
    readonly multiline?: boolean;
    readonly charsMax?: number;
    readonly initial?: string;
    readonly placeholder?: string;
  } = {},
): InputBlock => {
  const charsMax = options.charsMax ?? 300;
  const element: InputBlock['element'] = {
    type: 'plain_text_input',
    action_id: 'value',
    multiline: options.multiline ?? false,
    max_length: charsMax,
    ...(options.initial ? { initial_value: options.initial.slice(0, charsMax) } : {}),
    ...(options.placeholder ? { placeholder: plain(options.placeholder, 150) } : {}),
  };
  return input(field, label, element, options);
};

type Option = { readonly value: string; readonly label: string; readonly about?: string };
const option = (o: Option) => ({
  value: o.value,
  text: plain(o.label, 75),
  ...(o.about ? { description: plain(o.about, 75) } : {}),
});

/** One of some options: at most 10 as radio buttons, 100 as a menu. */
export const choice = (
  field: string,
  label: string,
  options: readonly Option[],
  settings: FieldOptions & { readonly initial?: string; readonly as?: 'radio' | 'select' } = {},
): InputBlock => {
  const chosen = options.find((o) => o.value === settings.initial);
  const initial = chosen ? { initial_option: option(chosen) } : {};
  const element: InputBlock['element'] =
    settings.as === 'select'
      ? { type: 'static_select', action_id: 'value', options: options.slice(0, 100).map(option), ...initial }
      : { type: 'radio_buttons', action_id: 'value', options: options.slice(0, 10).map(option), ...initial };
  return input(field, label, element, settings);
};

/** Several of the options; those that are chosen already are given by their values. */
export const choices = (
  field: string,
  label: string,
  options: readonly Option[],
  { initial, ...settings }: FieldOptions & { readonly initial: readonly string[] },
): InputBlock => {
  const chosen = options.filter(({ value }) => initial.includes(value)).map(option);
  const element: InputBlock['element'] = {
    type: 'multi_static_select',
    action_id: 'value',
    options: options.slice(0, 100).map(option),
    ...(chosen.length > 0 ? { initial_options: chosen } : {}),
  };
  return input(field, label, element, settings);
};

/** One person, picked from the workspace. */
export const userInput = (
  field: string,
  label: string,
  { initial, ...options }: FieldOptions & { readonly initial?: string | null } = {},
): InputBlock => {
  const set = initial ? { initial_user: initial } : {};
  return input(field, label, { type: 'users_select', action_id: 'value', ...set }, options);
};

/** Several people. */
export const usersInput = (field: string, label: string, options: FieldOptions = {}): InputBlock =>
  input(field, label, { type: 'multi_users_select', action_id: 'value' }, options);

/** One file, uploaded from the person's machine. */
export const fileInput = (field: string, label: string, options: FieldOptions = {}): InputBlock =>
  input(field, label, { type: 'file_input', action_id: 'value', max_files: 1 }, options);

/** A day. */
export const dateInput = (
  field: string,
  label: string,
  { initial, ...options }: FieldOptions & { readonly initial?: string | null } = {},
): InputBlock => {
  const set = initial && /^\d{4}-\d{2}-\d{2}$/.test(initial) ? { initial_date: initial } : {};
  return input(field, label, { type: 'datepicker', action_id: 'value', ...set }, options);
};
