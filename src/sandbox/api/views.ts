import { checkBlocks, withIds } from '../block-rules.ts';
import type { Core } from '../core.ts';
import { LIMITS, type SandboxView } from '../model.ts';
import { type ApiAnswer, type ApiRefusal, type Args, refuse, str, structured } from './args.ts';
import type { ApiContext, ApiMethod, ApiMethods } from './context.ts';
import { viewShape } from './shapes.ts';

type Title = { readonly type: string; readonly text: string };
/** The parts of a view that its app writes. */
export type ViewContent = Pick<
  SandboxView,
  | 'type'
  | 'title'
  | 'submit'
  | 'close'
  | 'blocks'
  | 'private_metadata'
  | 'callback_id'
  | 'external_id'
  | 'clear_on_close'
  | 'notify_on_close'
>;

const VIEW_BYTES_MAX = 250_000;

const checkTitle = (value: unknown, pointer: string, required: boolean, problems: string[]): Title | null => {
  if (value === undefined || value === null) {
    if (required) problems.push(`[ERROR] missing required field: ${pointer.slice(6)} [json-pointer:/view]`);
    return null;
  }
  const title = value as Title;
  if (typeof value !== 'object' || title.type !== 'plain_text' || typeof title.text !== 'string') {
    problems.push(`[ERROR] must be a plain_text object [json-pointer:${pointer}]`);
    return null;
  }
  if (title.text.length === 0) problems.push(`[ERROR] must be more than 0 characters [json-pointer:${pointer}/text]`);
  if (title.text.length > 24) problems.push(`[ERROR] must be less than 25 characters [json-pointer:${pointer}/text]`);
  return title;
};

const textField = (view: Record<string, unknown>, name: string, max: number, problems: string[]): string => {
  const value = view[name];
  if (typeof value !== 'string') return '';
  if (value.length > max) problems.push(`[ERROR] must be less than ${max + 1} characters [json-pointer:/view/${name}]`);
  return value;
};

/** Checks a view as Slack does: `invalid_arguments` with messages, or `view_too_large`. */
export const checkView = (
  core: Core,
  raw: unknown,
): { readonly ok: true; readonly content: ViewContent } | ApiRefusal => {
  if (typeof raw !== 'object' || raw === null)
    return refuse('invalid_arguments', ['[ERROR] missing required field: view']);
  const view = raw as Record<string, unknown>;
  const type = view['type'];
  if (type !== 'modal' && type !== 'home') {
    return refuse('invalid_arguments', ['[ERROR] unsupported type [json-pointer:/view/type]']);
  }
  if (JSON.stringify(raw).length > VIEW_BYTES_MAX) return refuse('view_too_large');
  const problems: string[] = [];
  const modal = type === 'modal';
  const title = checkTitle(view['title'], '/view/title', modal, problems);
  const submit = checkTitle(view['submit'], '/view/submit', false, problems);
  const close = checkTitle(view['close'], '/view/close', false, problems);
  const blocks = Array.isArray(view['blocks']) ? (view['blocks'] as readonly unknown[]) : null;
  if (!blocks) problems.push('[ERROR] missing required field: blocks [json-pointer:/view]');
  problems.push(...checkBlocks(blocks ?? [], type, '/view/blocks'));
  const hasInput = (blocks ?? []).some((block) => (block as { type?: unknown } | null)?.type === 'input');
  if (modal && hasInput && !submit) {
    problems.push('[ERROR] `submit` must be present when an input block is present [json-pointer:/view]');
  }
  const content: ViewContent = {
    type,
    title,
    submit,
    close,
    private_metadata: textField(view, 'private_metadata', 3000, problems),
    callback_id: textField(view, 'callback_id', 255, problems),
    external_id: textField(view, 'external_id', 255, problems),
    clear_on_close: view['clear_on_close'] === true,
    notify_on_close: view['notify_on_close'] === true,
    blocks: problems.length > 0 ? [] : withIds(blocks ?? [], () => core.randomId(3)),
  };
  return problems.length > 0 ? refuse('invalid_arguments', problems) : { ok: true, content };
};

const newHash = (core: Core): string => `${Math.floor(core.now().getTime() / 1000)}.${core.randomId(4).toLowerCase()}`;

/** Makes a view of checked content, on top of another one or as the first. */
export const makeView = (core: Core, user: string, content: ViewContent, below: SandboxView | null): SandboxView => {
  const id = `V0${core.randomId(5)}`;
  return {
    ...content,
    id,
    user,
    hash: newHash(core),
    root_view_id: below?.root_view_id ?? id,
    previous_view_id: below?.id ?? null,
  };
};

/** The same view with other content and a new hash. */
export const changedView = (core: Core, view: SandboxView, content: ViewContent): SandboxView => ({
  ...view,
  ...content,
  hash: newHash(core),
});

const shown = (view: SandboxView): ApiAnswer => ({ ok: true, view: viewShape(view) });

const readView = (
  args: Args,
  context: ApiContext,
): { readonly ok: true; readonly content: ViewContent } | ApiRefusal => {
  const raw = structured(args, 'view');
  return raw.ok ? checkView(context.core, raw.value) : refuse('invalid_arguments', ['[ERROR] view is not valid JSON']);
};

const open =
  (push: boolean): ApiMethod =>
  async (args, context) => {
    const view = readView(args, context);
    if (!view.ok) return view;
    if (view.content.type !== 'modal')
      return refuse('invalid_arguments', ['[ERROR] unsupported type [json-pointer:/view/type]']);
    const triggerId = str(args, 'trigger_id') ?? str(args, 'interactivity_pointer') ?? '';
    const trigger = context.triggers.take(triggerId);
    if (!trigger.ok) return refuse(trigger.reason);
    const { core } = context;
    const stack = core.workspace.stacks.get(trigger.user) ?? [];
    const below = stack.at(-1) ?? null;
    if (push && below === null) return refuse('not_found');
    if (push && stack.length >= LIMITS.viewsPerStack) return refuse('push_limit_reached');
    const { external_id: externalId } = view.content;
    if (externalId !== '' && findByExternalId(core, externalId)) return refuse('duplicate_external_id');
    const made = makeView(core, trigger.user, view.content, push ? below : null);
    const closed = push ? [] : stack.map((old) => ({ op: 'view_close' as const, user: old.user, view_id: old.id }));
    await core.commit([...closed, { op: 'view', view: made }]);
    return shown(made);
  };

const findByExternalId = (core: Core, externalId: string): SandboxView | undefined =>
  [...core.workspace.stacks.values(), [...core.workspace.homes.values()]]
    .flat()
    .find((view) => view.external_id === externalId);

/** An open modal or App Home by its id. */
const findView = (core: Core, viewId: string): SandboxView | undefined =>
  [...core.workspace.stacks.values(), [...core.workspace.homes.values()]].flat().find((view) => view.id === viewId);

const update: ApiMethod = async (args, context) => {
  const checked = readView(args, context);
  if (!checked.ok) return checked;
  const { core } = context;
  const viewId = str(args, 'view_id');
  const externalId = str(args, 'external_id');
  if (viewId && externalId)
    return refuse('invalid_arguments', ['[ERROR] Cannot provide both `view_id` and `external_id`']);
  const found = viewId ? findView(core, viewId) : externalId ? findByExternalId(core, externalId) : undefined;
  if (!found) return refuse('not_found');
  const hash = str(args, 'hash');
  if (hash !== undefined && hash !== found.hash) return refuse('hash_conflict');
  if (checked.content.type !== found.type)
    return refuse('invalid_arguments', ['[ERROR] the type of a view cannot change']);
  const changed = changedView(core, found, checked.content);
  await core.commit([{ op: found.type === 'home' ? 'home' : 'view', view: changed }]);
  return shown(changed);
};

const publish: ApiMethod = async (args, context) => {
  const checked = readView(args, context);
  if (!checked.ok) return checked;
  const { core } = context;
  const user = str(args, 'user_id') ?? '';
  if (checked.content.type !== 'home')
    return refuse('invalid_arguments', ['[ERROR] unsupported type [json-pointer:/view/type]']);
  if (!core.workspace.users.has(user)) return refuse('user_not_found');
  const existing = core.workspace.homes.get(user);
  const hash = str(args, 'hash');
  if (hash !== undefined && existing && hash !== existing.hash) return refuse('hash_conflict');
  const view = existing ? changedView(core, existing, checked.content) : makeView(core, user, checked.content, null);
  await core.commit([{ op: 'home', view }]);
  return shown(view);
};

/** Modals and App Home. */
export const VIEW_METHODS: ApiMethods = {
  'views.open': open(false),
  'views.push': open(true),
  'views.update': update,
  'views.publish': publish,
};
