import {
  ACTION_ELEMENTS,
  checkElement,
  checkList,
  checkMax,
  checkText,
  INPUT_ELEMENTS,
  isRecord,
  type Json,
  lengthOf,
  type Report,
} from './element-rules.ts';
import type { Block } from './model.ts';

/** Where blocks stand: some are allowed on one surface only. */
export type Surface = 'message' | 'modal' | 'home';

/** What is wrong with blocks, in the words and order of Slack's `response_metadata.messages`. */
export type BlockProblems = readonly string[];

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
