import type { Block } from './model.ts';

/** Where blocks stand: some are allowed on one surface only. */
export type Surface = 'message' | 'modal' | 'home';

/** What is wrong with blocks, in the words and order of Slack's `response_metadata.messages`. */
export type BlockProblems = readonly string[];

type Json = Readonly<Record<string, unknown>>;
/** Notes a problem. It returns undefined so that a check can end with `return report(...)`. */
type Report = (problem: string, pointer: string) => undefined;

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const lengthOf = (value: unknown): number => (typeof value === 'string' ? value.length : 0);

const SURFACES: Readonly<Record<string, readonly Surface[]>> = {
  actions: ['message', 'modal', 'home'],
  alert: ['modal'],
  card: ['message', 'modal', 'home'],
  carousel: ['message'],
  container: ['message'],
  context: ['message', 'modal', 'home'],
  context_actions: ['message'],
  data_table: ['message', 'modal', 'home'],
  divider: ['message', 'modal', 'home'],
  file: ['message'],
  header: ['message', 'modal', 'home'],
  image: ['message', 'modal', 'home'],
  input: ['message', 'modal', 'home'],
  markdown: ['message'],
  plan: ['message'],
  rich_text: ['message', 'modal', 'home'],
  section: ['message', 'modal', 'home'],
  table: ['message'],
  task_card: ['message'],
  video: ['message', 'modal', 'home'],
};

const ACTION_ELEMENTS = new Set(
  'button checkboxes datepicker datetimepicker overflow radio_buttons timepicker workflow_button'
    .split(' ')
    .concat(
      ['static', 'external', 'users', 'conversations', 'channels'].flatMap((kind) => [
        `${kind}_select`,
        `multi_${kind}_select`,
      ]),
    ),
);
const INPUT_ELEMENTS = new Set([
  ...[...ACTION_ELEMENTS].filter((type) => !['button', 'overflow', 'workflow_button'].includes(type)),
  'plain_text_input',
  'email_text_input',
  'url_text_input',
  'number_input',
  'file_input',
  'rich_text_input',
]);

const checkText = (value: unknown, max: number, pointer: string, report: Report, plainOnly = false): undefined => {
  if (!isRecord(value)) return report('must be a text object', pointer);
  const type = value['type'];
  if (type !== 'plain_text' && (plainOnly || type !== 'mrkdwn')) {
    report(`unsupported type: ${String(type)}`, `${pointer}/type`);
  }
  if (lengthOf(value['text']) === 0) report('must be more than 0 characters', `${pointer}/text`);
  if (lengthOf(value['text']) > max) report(`must be less than ${max + 1} characters`, `${pointer}/text`);
};

const checkMax = (value: unknown, max: number, pointer: string, report: Report): undefined => {
  if (lengthOf(value) > max) report(`must be less than ${max + 1} characters`, pointer);
};

const checkConfirm = (value: unknown, pointer: string, report: Report): undefined => {
  if (value === undefined) return;
  if (!isRecord(value)) return report('must be a confirm object', pointer);
  checkText(value['title'], 100, `${pointer}/title`, report, true);
  checkText(value['text'], 300, `${pointer}/text`, report);
  checkText(value['confirm'], 30, `${pointer}/confirm`, report, true);
  checkText(value['deny'], 30, `${pointer}/deny`, report, true);
};

const checkOptions = (options: unknown, max: number, pointer: string, report: Report): undefined => {
  if (!Array.isArray(options) || options.length === 0) return report('must contain at least one option', pointer);
  if (options.length > max) report(`no more than ${max} items allowed`, pointer);
  const values = new Set<unknown>();
  for (const [i, option] of options.entries()) {
    const at = `${pointer}/${i}`;
    if (!isRecord(option)) {
      report('must be an option', at);
      continue;
    }
    checkText(option['text'], 75, `${at}/text`, report);
    if (lengthOf(option['value']) === 0) report('missing required field: value', at);
    checkMax(option['value'], 150, `${at}/value`, report);
    if (values.has(option['value'])) report('duplicate option value', at);
    values.add(option['value']);
    if (option['description'] !== undefined) checkText(option['description'], 75, `${at}/description`, report);
  }
};

const checkChoices = (element: Json, pointer: string, report: Report): undefined => {
  const type = String(element['type']);
  if (type === 'radio_buttons' || type === 'checkboxes') {
    return checkOptions(element['options'], 10, `${pointer}/options`, report);
  }
  if (type === 'overflow') return checkOptions(element['options'], 5, `${pointer}/options`, report);
  if (!type.endsWith('static_select')) return;
  if (!Array.isArray(element['option_groups'])) {
    return checkOptions(element['options'], 100, `${pointer}/options`, report);
  }
  for (const [i, group] of element['option_groups'].entries()) {
    const at = `${pointer}/option_groups/${i}`;
    const label = isRecord(group) ? group['label'] : undefined;
    checkText(label, 75, `${at}/label`, report, true);
    checkOptions(isRecord(group) ? group['options'] : undefined, 100, `${at}/options`, report);
  }
};

const checkElement = (element: unknown, allowed: ReadonlySet<string>, pointer: string, report: Report): undefined => {
  if (!isRecord(element)) return report('must be an element', pointer);
  const type = String(element['type']);
  if (!allowed.has(type)) return report(`unsupported type: ${type}`, `${pointer}/type`);
  checkMax(element['action_id'], 255, `${pointer}/action_id`, report);
  checkConfirm(element['confirm'], `${pointer}/confirm`, report);
  if (element['placeholder'] !== undefined)
    checkText(element['placeholder'], 150, `${pointer}/placeholder`, report, true);
  if (type === 'button') {
    checkText(element['text'], 75, `${pointer}/text`, report, true);
    checkMax(element['value'], 2000, `${pointer}/value`, report);
    checkMax(element['url'], 3000, `${pointer}/url`, report);
    const style = element['style'];
    if (style !== undefined && style !== 'primary' && style !== 'danger') report('invalid style', `${pointer}/style`);
  }
  if (type === 'plain_text_input') {
    checkMax(element['initial_value'], 3000, `${pointer}/initial_value`, report);
    const max = element['max_length'];
    if (max !== undefined && !(Number.isInteger(max) && Number(max) >= 1 && Number(max) <= 3000)) {
      report('must be between 1 and 3000', `${pointer}/max_length`);
    }
  }
  checkChoices(element, pointer, report);
};

const checkList = (value: unknown, max: number, pointer: string, report: Report): readonly unknown[] => {
  if (!Array.isArray(value) || value.length === 0) {
    report('must contain at least one element', pointer);
    return [];
  }
  if (value.length > max) report(`no more than ${max} items allowed`, pointer);
  return value;
};

const checkSection = (block: Json, at: string, report: Report): undefined => {
  if (block['text'] === undefined && block['fields'] === undefined)
    return report('must define either text or fields', at);
  if (block['text'] !== undefined) checkText(block['text'], 3000, `${at}/text`, report);
  if (block['fields'] !== undefined) {
    checkList(block['fields'], 10, `${at}/fields`, report).forEach((field, i) => {
      checkText(field, 2000, `${at}/fields/${i}`, report);
    });
  }
  if (block['accessory'] !== undefined) {
    checkElement(block['accessory'], new Set([...ACTION_ELEMENTS, 'image']), `${at}/accessory`, report);
  }
};

const checkContext = (block: Json, at: string, report: Report): undefined => {
  checkList(block['elements'], 10, `${at}/elements`, report).forEach((element, i) => {
    if (isRecord(element) && element['type'] === 'image') return;
    checkText(element, 3000, `${at}/elements/${i}`, report);
  });
};

const checkElements = (
  block: Json,
  max: number,
  allowed: ReadonlySet<string>,
  at: string,
  report: Report,
): undefined => {
  for (const [i, element] of checkList(block['elements'], max, `${at}/elements`, report).entries()) {
    checkElement(element, allowed, `${at}/elements/${i}`, report);
  }
};

const checkInput = (block: Json, at: string, report: Report): undefined => {
  checkText(block['label'], 2000, `${at}/label`, report, true);
  if (block['hint'] !== undefined) checkText(block['hint'], 2000, `${at}/hint`, report, true);
  checkElement(block['element'], INPUT_ELEMENTS, `${at}/element`, report);
};

const checkCard = (block: Json, at: string, report: Report): undefined => {
  if (block['title'] !== undefined) checkText(block['title'], 150, `${at}/title`, report);
  if (block['subtitle'] !== undefined) checkText(block['subtitle'], 150, `${at}/subtitle`, report);
  if (block['body'] !== undefined) checkText(block['body'], 200, `${at}/body`, report);
  if (block['actions'] === undefined) return;
  checkList(block['actions'], 3, `${at}/actions`, report).forEach((element, i) => {
    checkElement(element, new Set(['button']), `${at}/actions/${i}`, report);
  });
};

const checkTable = (block: Json, at: string, report: Report): undefined => {
  checkList(block['rows'], 100, `${at}/rows`, report).forEach((row, i) => {
    checkList(row, 20, `${at}/rows/${i}`, report);
  });
};

/** Blocks inside a container or carousel: at most ten, checked like those outside. */
const checkNested = (value: unknown, at: string, report: Report): undefined => {
  for (const [i, block] of checkList(value, 10, at, report).entries()) {
    const nested = isRecord(block) && block['type'] !== 'container' && block['type'] !== 'carousel';
    if (nested) checkBlock(block, `${at}/${i}`, report);
    else report('unsupported type', `${at}/${i}/type`);
  }
};

const checkBlock = (block: Json, at: string, report: Report): undefined => {
  switch (block['type']) {
    case 'section':
      return checkSection(block, at, report);
    case 'header':
      return checkText(block['text'], 150, `${at}/text`, report, true);
    case 'context':
      return checkContext(block, at, report);
    case 'actions':
      return checkElements(block, 25, ACTION_ELEMENTS, at, report);
    case 'context_actions':
      return checkElements(block, 5, new Set(['feedback_buttons', 'icon_button']), at, report);
    case 'input':
      return checkInput(block, at, report);
    case 'markdown':
      if (lengthOf(block['text']) === 0) report('must be more than 0 characters', `${at}/text`);
      return checkMax(block['text'], 12_000, `${at}/text`, report);
    case 'image':
      if (lengthOf(block['alt_text']) === 0) report('missing required field: alt_text', at);
      return checkMax(block['alt_text'], 2000, `${at}/alt_text`, report);
    case 'card':
      return checkCard(block, at, report);
    case 'table':
      return checkTable(block, at, report);
    case 'container':
      return checkNested(block['child_blocks'], `${at}/child_blocks`, report);
    case 'carousel':
      return checkNested(block['elements'], `${at}/elements`, report);
  }
};

/** The most blocks a surface takes. */
export const maxBlocks = (surface: Surface): number => (surface === 'message' ? 50 : 100);

/**
 * Checks blocks as Slack does (limits of Block Kit, November 2026; `notes/slack-platform.md`). Returns Slack-like
 * messages with a JSON pointer; empty when all is well.
 */
export const checkBlocks = (blocks: readonly unknown[], surface: Surface, root = '/blocks'): BlockProblems => {
  const problems: string[] = [];
  const report: Report = (problem, pointer) => {
    problems.push(`[ERROR] ${problem} [json-pointer:${pointer}]`);
  };
  if (blocks.length > maxBlocks(surface)) report(`no more than ${maxBlocks(surface)} items allowed`, root);
  const ids = new Set<string>();
  for (const [i, block] of blocks.entries()) {
    const at = `${root}/${i}`;
    const type = isRecord(block) ? String(block['type']) : '';
    if (!isRecord(block) || !SURFACES[type]?.includes(surface)) {
      report(`unsupported type: ${type}`, `${at}/type`);
      continue;
    }
    checkMax(block['block_id'], 255, `${at}/block_id`, report);
    const id = block['block_id'];
    if (typeof id === 'string' && id !== '') {
      if (ids.has(id)) report('block_id already exists', `${at}/block_id`);
      ids.add(id);
    }
    checkBlock(block, at, report);
  }
  return problems;
};

const withActionId = (element: unknown, id: () => string): unknown =>
  isRecord(element) && element['action_id'] === undefined && element['type'] !== 'image' && 'type' in element
    ? { ...element, action_id: id() }
    : element;

/** Gives blocks and interactive elements without an id one, as Slack does when it stores them. */
export const withIds = (blocks: readonly unknown[], id: () => string): readonly Block[] =>
  blocks.map((raw) => {
    const block = raw as Block;
    const filled: Record<string, unknown> = { ...block, block_id: block.block_id || id() };
    if (block['accessory'] !== undefined) filled['accessory'] = withActionId(block['accessory'], id);
    if (block['element'] !== undefined) filled['element'] = withActionId(block['element'], id);
    const lists = block.type === 'actions' || block.type === 'context_actions' ? ['elements'] : ['actions'];
    for (const key of lists) {
      const list = block[key];
      if (Array.isArray(list)) filled[key] = list.map((element: unknown) => withActionId(element, id));
    }
    const inner = block.type === 'container' ? 'child_blocks' : block.type === 'carousel' ? 'elements' : null;
    const children = inner === null ? undefined : block[inner];
    if (inner !== null && Array.isArray(children)) filled[inner] = withIds(children as readonly unknown[], id);
    return filled as Block;
  });
