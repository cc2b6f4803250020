/** What all modals are made of: the frame, the loading view, one with a single text, one that only shows lines. Pure. */
import type { KnownBlock } from '@slack/types';
import { plain, section, sections, textInput } from './build.ts';
import { cut, escapeText, inline } from './text.ts';

/** A modal view as `views.open` takes it. */
export type Modal = {
  readonly type: 'modal';
  readonly callback_id?: string;
  readonly private_metadata?: string;
  readonly title: ReturnType<typeof plain>;
  readonly submit?: ReturnType<typeof plain>;
  readonly close: ReturnType<typeof plain>;
  readonly blocks: KnownBlock[];
};

/** A form: blocks under a title, sent with a word. `about` comes back with it. */
export function formModal(
  form: string,
  about: string,
  title: string,
  blocks: readonly KnownBlock[],
  submit = 'Send',
): Modal {
  return {
    type: 'modal',
    callback_id: form,
    private_metadata: about,
    title: plain(title, 24),
    submit: plain(submit, 24),
    close: plain('Cancel', 24),
    blocks: blocks.slice(0, 100),
  };
}

/** Shown at once, because a trigger lives three seconds; the form replaces it. */
export function loadingModal(): Modal {
  return {
    type: 'modal',
    title: plain('Countersign', 24),
    close: plain('Cancel', 24),
    blocks: [section('One moment …')],
  };
}

/** A modal with one text: ask for information, give it, withdraw, suspend, answer a consultation. */
export function textModal(
  form: string,
  about: string,
  title: string,
  intro: string,
  label: string,
  options: {
    readonly optional?: boolean;
    readonly extra?: readonly KnownBlock[];
    readonly submit?: string;
    readonly hint?: string;
  } = {},
): Modal {
  const hint = options.hint === undefined ? {} : { hint: options.hint };
  return formModal(
    form,
    about,
    title,
    [
      section(cut(intro, 2900)),
      ...(options.extra ?? []),
      textInput('text', label, { multiline: true, charsMax: 1000, optional: options.optional ?? false, ...hint }),
    ],
    options.submit,
  );
}

/** A modal that only shows lines; blocks that are ready go behind them. */
export function readingModal(title: string, lines: readonly string[], after: readonly KnownBlock[] = []): Modal {
  const room = 100 - Math.min(after.length, 60);
  return {
    type: 'modal',
    title: plain(title, 24),
    close: plain('Close', 24),
    blocks: [...sections(lines).slice(0, room), ...after.slice(0, 60)],
  };
}

/** A link to an address somebody typed: only http and https, escaped; anything else stays text. */
export function link(url: string, title: string): string {
  const safe = /^https?:\/\/[^\s<>|]{1,500}$/i.test(url);
  return safe ? `<${escapeText(url)}|${inline(title.replace(/\|/g, ' '), 120)}>` : inline(`${title} ${url}`, 300);
}
