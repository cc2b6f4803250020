import type { Block } from './model.ts';
import type { Workspace } from './workspace.ts';

type Json = Readonly<Record<string, unknown>>;
/** What the page sends for one element: a string, a list of strings, or null when empty. */
export type RawValue = string | readonly string[] | null;
/** Raw values by block_id and action_id. */
export type RawValues = Readonly<Record<string, Readonly<Record<string, RawValue>>>>;

/** An interactive element of a block. */
export type PlacedElement = {
  readonly blockId: string;
  readonly actionId: string;
  readonly element: Json;
  readonly block: Block;
};

/** A raw value as Slack's element state, or what is wrong with it in a sentence for the person. */
type ElementState =
  | { readonly ok: true; readonly state: Json; readonly empty: boolean }
  | { readonly ok: false; readonly message: string };

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const elementsOf = (block: Block): readonly unknown[] => {
  const lists = [block['elements'], block['actions']].flatMap((list) =>
    Array.isArray(list) ? (list as unknown[]) : [],
  );
  return [block['accessory'], block['element'], ...lists];
};

const nested = (block: Block): readonly Block[] => {
  if (Array.isArray(block['child_blocks'])) return block['child_blocks'] as readonly Block[];
  return block.type === 'carousel' && Array.isArray(block['elements']) ? (block['elements'] as readonly Block[]) : [];
};

/** Interactive elements of blocks, those inside containers too. */
export const placedElements = (blocks: readonly Block[], depth = 0): readonly PlacedElement[] =>
  blocks.flatMap((block) => {
    const inner = nested(block);
    const own = (block.type === 'carousel' ? [] : elementsOf(block)).flatMap((element): PlacedElement[] => {
      if (!isRecord(element) || typeof element['action_id'] !== 'string') return [];
      return [{ blockId: block.block_id ?? '', actionId: element['action_id'], element, block }];
    });
    return depth > 2 ? own : [...own, ...placedElements(inner, depth + 1)];
  });

const optionsOf = (element: Json): readonly Json[] => {
  const groups = Array.isArray(element['option_groups']) ? (element['option_groups'] as readonly Json[]) : [];
  const lists = [element['options'], ...groups.map((group) => group['options'])];
  return lists.flatMap((list) => (Array.isArray(list) ? (list as readonly Json[]) : [])).filter(isRecord);
};

const bad = (message: string): ElementState => ({ ok: false, message });
const good = (type: unknown, fields: Json, empty: boolean): ElementState => ({
  ok: true,
  state: { type, ...fields },
  empty,
});

const oneOption = (element: Json, raw: RawValue): ElementState => {
  if (raw === null || raw === '') return good(element['type'], { selected_option: null }, true);
  const option = optionsOf(element).find((other) => other['value'] === raw);
  return option ? good(element['type'], { selected_option: option }, false) : bad('Choose one of the options.');
};

const manyOptions = (element: Json, raw: RawValue): ElementState => {
  const wanted = Array.isArray(raw) ? (raw as readonly string[]) : [];
  const chosen = optionsOf(element).filter((option) => wanted.includes(String(option['value'])));
  if (chosen.length !== new Set(wanted).size) return bad('Choose from the options.');
  const max = Number(element['max_selected_items'] ?? Number.POSITIVE_INFINITY);
  if (chosen.length > max) return bad(`Choose at most ${max}.`);
  return good(element['type'], { selected_options: chosen }, chosen.length === 0);
};

const PLACE: Readonly<Record<string, readonly [string, 'users' | 'channels']>> = {
  users_select: ['selected_user', 'users'],
  multi_users_select: ['selected_users', 'users'],
  channels_select: ['selected_channel', 'channels'],
  multi_channels_select: ['selected_channels', 'channels'],
  conversations_select: ['selected_conversation', 'channels'],
  multi_conversations_select: ['selected_conversations', 'channels'],
};

const chosenIds = (element: Json, raw: RawValue, workspace: Workspace): ElementState => {
  const [field, kind] = PLACE[String(element['type'])] ?? ['selected_user', 'users'];
  const ids = raw === null || raw === '' ? [] : Array.isArray(raw) ? (raw as readonly string[]) : [raw as string];
  if (ids.some((id) => !workspace[kind].has(id))) return bad('Choose from the list.');
  const many = String(element['type']).startsWith('multi_');
  return good(element['type'], { [field]: many ? ids : (ids[0] ?? null) }, ids.length === 0);
};

const chosenFiles = (element: Json, raw: RawValue, workspace: Workspace): ElementState => {
  const ids = Array.isArray(raw) ? (raw as readonly string[]) : [];
  const files = ids.flatMap((id) => workspace.files.get(id) ?? []);
  if (files.length !== ids.length) return bad('Upload the file again.');
  const max = Number(element['max_files'] ?? 10);
  if (files.length > max) return bad(`Upload at most ${max}.`);
  const wanted = Array.isArray(element['filetypes']) ? (element['filetypes'] as readonly string[]) : [];
  const odd = files.find((file) => wanted.length > 0 && !wanted.includes(file.filetype));
  return odd
    ? bad(`${odd.name}: this kind of file is not taken here.`)
    : good('file_input', { files }, ids.length === 0);
};

const date = (element: Json, raw: RawValue): ElementState => {
  const value = typeof raw === 'string' && raw !== '' ? raw : null;
  if (value === null) return good(element['type'], { selected_date: null }, true);
  const real = /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(`${value}T00:00:00Z`));
  return real ? good(element['type'], { selected_date: value }, false) : bad('Give a date as year-month-day.');
};

const time = (element: Json, raw: RawValue): ElementState => {
  const value = typeof raw === 'string' && raw !== '' ? raw : null;
  if (value === null) return good(element['type'], { selected_time: null }, true);
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(value)
    ? good(element['type'], { selected_time: value }, false)
    : bad('Give a time as hours:minutes.');
};

const numberIssue = (element: Json, value: string): string | null => {
  const decimals = element['is_decimal_allowed'] === true;
  if (!(decimals ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/).test(value))
    return decimals ? 'Give a number.' : 'Give a whole number.';
  const min = element['min_value'];
  const max = element['max_value'];
  if (min !== undefined && Number(value) < Number(min)) return `Give ${String(min)} or more.`;
  if (max !== undefined && Number(value) > Number(max)) return `Give ${String(max)} or less.`;
  return null;
};

const textIssue = (element: Json, value: string): string | null => {
  const min = Number(element['min_length'] ?? 0);
  const max = Number(element['max_length'] ?? 3000);
  switch (element['type']) {
    case 'number_input':
      return numberIssue(element, value);
    case 'email_text_input':
      return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? null : 'Give an email address.';
    case 'url_text_input':
      return /^https?:$/.test(URL.parse(value)?.protocol ?? '') ? null : 'Give a web address, with https://.';
    default:
      if (value.length < min) return `Give at least ${min} characters.`;
      return value.length > max ? `Give at most ${max} characters (${value.length} now).` : null;
  }
};

const text = (element: Json, raw: RawValue): ElementState => {
  const value = typeof raw === 'string' && raw !== '' ? raw : null;
  if (value === null) return good(element['type'], { value: null }, true);
  const issue = textIssue(element, value);
  return issue ? bad(issue) : good(element['type'], { value }, false);
};

/** Turns what the page sent for an element into Slack's state of it. */
const elementState = (element: Json, raw: RawValue, workspace: Workspace): ElementState => {
  const type = String(element['type']);
  if (type in PLACE) return chosenIds(element, raw, workspace);
  if (type === 'static_select' || type === 'radio_buttons' || type === 'external_select')
    return oneOption(element, raw);
  if (type === 'multi_static_select' || type === 'checkboxes') return manyOptions(element, raw);
  if (type === 'file_input') return chosenFiles(element, raw, workspace);
  if (type === 'datepicker') return date(element, raw);
  if (type === 'timepicker') return time(element, raw);
  return text(element, raw);
};

const STATELESS = new Set(['button', 'overflow', 'workflow_button', 'feedback_buttons', 'icon_button', 'image']);

/**
 * The `state.values` of blocks from what the page sent, and what is wrong by block_id. With `strict`, as for a
 * submission, an empty input that is not optional is an error too.
 */
export const stateOf = (
  blocks: readonly Block[],
  raw: RawValues,
  workspace: Workspace,
  strict: boolean,
): { readonly values: Json; readonly errors: Readonly<Record<string, string>> } => {
  const values: Record<string, Record<string, unknown>> = {};
  const errors: Record<string, string> = {};
  for (const { blockId, actionId, element, block } of placedElements(blocks)) {
    if (STATELESS.has(String(element['type']))) continue;
    const state = elementState(element, raw[blockId]?.[actionId] ?? null, workspace);
    if (!state.ok) {
      errors[blockId] = state.message;
      continue;
    }
    if (strict && state.empty && block.type === 'input' && block['optional'] !== true) {
      errors[blockId] = 'Please complete this required field.';
    }
    values[blockId] = { ...values[blockId], [actionId]: state.state };
  }
  return { values, errors };
};

/** The entry of a block_actions payload's `actions` for one element; null when the value does not belong to it. */
export const actionOf = (placed: PlacedElement, raw: RawValue, workspace: Workspace, actionTs: string): Json | null => {
  const { element, blockId, actionId } = placed;
  const base = { type: element['type'], block_id: blockId, action_id: actionId, action_ts: actionTs };
  const type = String(element['type']);
  if (type === 'button' || type === 'workflow_button' || type === 'icon_button') {
    const { text: label, value, url, style } = element;
    return {
      ...base,
      ...(label ? { text: label } : {}),
      ...(value ? { value } : {}),
      ...(url ? { url } : {}),
      ...(style ? { style } : {}),
    };
  }
  if (type === 'feedback_buttons') {
    const chosen = [element['positive_button'], element['negative_button']].find(
      (b) => isRecord(b) && b['value'] === raw,
    );
    return isRecord(chosen) ? { ...base, value: chosen['value'], text: chosen['text'] } : null;
  }
  const state = type === 'overflow' ? oneOption(element, raw) : elementState(element, raw, workspace);
  return state.ok ? { ...base, ...state.state } : null;
};
