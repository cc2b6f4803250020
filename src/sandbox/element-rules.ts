/** Slack's limits on text objects and interactive elements (Block Kit, November 2026). */

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;
/** Notes a problem. It returns undefined so that a check can end with `return report(...)`. */
export type Report = (problem: string, pointer: string) => undefined;

/** Whether a value is a JSON object. */
export const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** Length of a string, 0 for anything else. */
export const lengthOf = (value: unknown): number => (typeof value === 'string' ? value.length : 0);

/** Elements of an actions block or accessory. */
export const ACTION_ELEMENTS = new Set(
  'button checkboxes datepicker datetimepicker overflow radio_buttons timepicker workflow_button'
    .split(' ')
    .concat(
      ['static', 'external', 'users', 'conversations', 'channels'].flatMap((kind) => [
        `${kind}_select`,
        `multi_${kind}_select`,
      ]),
    ),
);
/** Elements of an input block. */
export const INPUT_ELEMENTS = new Set([
  ...[...ACTION_ELEMENTS].filter((type) => !['button', 'overflow', 'workflow_button'].includes(type)),
  'plain_text_input',
  'email_text_input',
  'url_text_input',
  'number_input',
  'file_input',
  'rich_text_input',
]);

/** Checks a text object: its type and length. */
export const checkText = (
  value: unknown,
  max: number,
  pointer: string,
  report: Report,
  plainOnly = false,
): undefined => {
  if (!isRecord(value)) return report('must be a text object', pointer);
  const type = value['type'];
  if (type !== 'plain_text' && (plainOnly || type !== 'mrkdwn')) {
    report(`unsupported type: ${String(type)}`, `${pointer}/type`);
  }
  if (lengthOf(value['text']) === 0) report('must be more than 0 characters', `${pointer}/text`);
  if (lengthOf(value['text']) > max) report(`must be less than ${max + 1} characters`, `${pointer}/text`);
};

/** Checks the length of a string that may be absent. */
export const checkMax = (value: unknown, max: number, pointer: string, report: Report): undefined => {
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

/** Checks an interactive element that must be of one of the allowed types. */
export const checkElement = (
  element: unknown,
  allowed: ReadonlySet<string>,
  pointer: string,
  report: Report,
): undefined => {
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
  if (type === 'file_input') {
    const max = element['max_files'];
    if (max !== undefined && !(Number.isInteger(max) && Number(max) >= 1 && Number(max) <= 10)) {
      report('must be between 1 and 10', `${pointer}/max_files`);
    }
  }
  checkChoices(element, pointer, report);
};

/** Checks a list of 1 to `max` and returns it; empty when it is none. */
export const checkList = (value: unknown, max: number, pointer: string, report: Report): readonly unknown[] => {
  if (!Array.isArray(value) || value.length === 0) {
    report('must contain at least one element', pointer);
    return [];
  }
  if (value.length > max) report(`no more than ${max} items allowed`, pointer);
  return value;
};
