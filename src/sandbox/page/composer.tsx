import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { Avatar } from './avatar.tsx';
import { AttachButton, type Attached, AttachedFiles, useAttached } from './composer-files.tsx';
import { type Suggestion, suggestionsFor } from './composer-suggestions.ts';
import { Icon } from './icons.tsx';
import { useNotify } from './notices.tsx';
import type { CommandHint, ShortcutHint } from './page-types.ts';
import { callServer } from './server-calls.ts';
import { ShortcutButton } from './shortcut-menu.tsx';
import { useWorkspaceView } from './workspace-context.ts';

const TEXT_MAX = 40_000;

export type ComposerProps = {
  readonly channel: string;
  readonly threadTs: string | null;
  readonly placeholder: string;
  readonly commands: readonly CommandHint[];
  readonly shortcuts: readonly ShortcutHint[];
  /** Takes the focus when it appears. */
  readonly focused: boolean;
  readonly onSent: () => void;
};

const messageId = (): string => crypto.randomUUID();

/** Sends what was typed: a command when it starts with one, else a message. Returns whether it went out. */
const useSend = (props: ComposerProps): ((text: string, files: readonly string[]) => Promise<boolean>) => {
  const { me } = useWorkspaceView();
  const notify = useNotify();
  return async (text, files) => {
    const { channel, threadTs } = props;
    const slash = /^\/[a-z0-9_-]+/i.exec(text.trim())?.[0];
    if (slash) {
      if (!props.commands.some((hint) => hint.command === slash)) {
        notify(`${slash} is no command here. Try ${props.commands.map((hint) => hint.command).join(', ')}.`);
        return false;
      }
      if (threadTs !== null) {
        notify('Commands do not work in threads. Use them in the channel.');
        return false;
      }
      const done = await callServer('command', { as: me, channel, text: text.trim() });
      if (!done.ok) notify(done.message ?? 'That did not work.');
      return done.ok;
    }
    const body = { as: me, channel, text, files, thread_ts: threadTs, client_msg_id: messageId() };
    const result = await callServer('message', body);
    if (!result.ok) notify(result.message ?? 'The message was not sent.');
    if (result.cut) notify('The message was cut at 40,000 characters.', 'note');
    return result.ok;
  };
};

const SuggestionList = (props: {
  readonly id: string;
  readonly suggestions: readonly Suggestion[];
  readonly active: number;
  readonly onPick: (suggestion: Suggestion) => void;
}): ReactNode => (
  <div id={props.id} role="listbox" aria-label="Suggestions" className="suggestions">
    {props.suggestions.map((suggestion, i) => (
      // biome-ignore lint/a11y/useKeyWithClickEvents: the composer handles the keys and names the active option
      <div
        key={suggestion.key}
        id={`${props.id}-${i}`}
        role="option"
        tabIndex={-1}
        aria-selected={i === props.active}
        className={`suggestion ${i === props.active ? 'suggestion-active' : ''}`}
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => props.onPick(suggestion)}
      >
        {suggestion.user ? <Avatar user={suggestion.user} size={24} /> : <Icon name="bolt" />}
        <span className="suggestion-title">{suggestion.title}</span>
        <span className="faint">{suggestion.detail}</span>
      </div>
    ))}
  </div>
);

/** Text, caret and completions of a composer. */
const useTyping = (commands: readonly CommandHint[]) => {
  const { users } = useWorkspaceView();
  const [text, setText] = useState('');
  const [caret, setCaret] = useState(0);
  const [active, setActive] = useState(0);
  const [dismissed, setDismissed] = useState<string | null>(null);
  const suggestions = dismissed === text ? [] : suggestionsFor(text, caret, commands, users.values());
  return {
    text,
    suggestions,
    active: Math.min(active, Math.max(0, suggestions.length - 1)),
    setActive,
    dismiss: () => setDismissed(text),
    change: (next: string, at: number): void => {
      setText(next);
      setCaret(at);
      setActive(0);
    },
    moveCaret: setCaret,
  };
};

const Foot = (props: {
  readonly text: string;
  readonly attached: Attached;
  readonly inThread: boolean;
  readonly sending: boolean;
  readonly shortcuts: readonly ShortcutHint[];
  readonly onReplace: (text: string, caret: number) => void;
  readonly onSend: () => void;
}): ReactNode => {
  const { text, onReplace } = props;
  const over = text.length > TEXT_MAX;
  const mention = (): void => {
    const before = text === '' || /\s$/.test(text) ? text : `${text} `;
    onReplace(`${before}@`, before.length + 1);
  };
  return (
    <div className="composer-foot">
      {!props.inThread && (
        <button
          type="button"
          className="icon-button"
          aria-label="Commands"
          title="Commands"
          onClick={() => onReplace('/', 1)}
        >
          <Icon name="slash" />
        </button>
      )}
      <button
        type="button"
        className="icon-button"
        aria-label="Mention someone"
        title="Mention someone"
        onClick={mention}
      >
        <Icon name="at" />
      </button>
      <AttachButton attached={props.attached} />
      {!props.inThread && (
        <ShortcutButton kind="global" icon="bolt" label="Shortcuts" shortcuts={props.shortcuts} message={null} />
      )}
      <span className={over ? 'composer-hint composer-over' : 'composer-hint'}>
        {over
          ? `${text.length.toLocaleString()} characters: will be cut at 40,000`
          : 'Enter to send · Shift+Enter for a new line'}
      </span>
      <button
        type="button"
        className="send"
        aria-label="Send"
        disabled={(text.trim() === '' && props.attached.files.length === 0) || props.sending}
        onClick={props.onSend}
      >
        <Icon name="send" />
      </button>
    </div>
  );
};

/** Makes the box as high as its text and puts the caret where a completion wants it. */
const useGrowingBox = (box: RefObject<HTMLTextAreaElement | null>, text: string): ((caret: number) => void) => {
  const wanted = useRef<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the box follows its text
  useLayoutEffect(() => {
    const area = box.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${Math.min(area.scrollHeight, 280)}px`;
    if (wanted.current !== null) area.setSelectionRange(wanted.current, wanted.current);
    wanted.current = null;
  }, [box, text]);
  return (caret) => {
    wanted.current = caret;
  };
};

/** Where people write. Enter sends, Shift+Enter breaks the line, `/` and `@` complete. */
export const Composer = (props: ComposerProps): ReactNode => {
  const box = useRef<HTMLTextAreaElement>(null);
  const typing = useTyping(props.threadTs === null ? props.commands : []);
  const send = useSend(props);
  const listId = useId();
  const [sending, setSending] = useState(false);
  const attached = useAttached();
  const wantCaret = useGrowingBox(box, typing.text);
  useEffect(() => {
    if (props.focused) box.current?.focus();
  }, [props.focused]);
  const replace = (text: string, caret: number): void => {
    wantCaret(caret);
    typing.change(text, caret);
    box.current?.focus();
  };
  const submit = async (): Promise<void> => {
    if ((typing.text.trim() === '' && attached.files.length === 0) || sending) return;
    setSending(true);
    const files = attached.files.map((file) => file.id);
    const sent = await send(typing.text, files);
    setSending(false);
    if (sent) {
      attached.clear();
      typing.change('', 0);
      props.onSent();
    }
  };
  const { suggestions, active } = typing;
  const onKey = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const chosen = suggestions[active];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (chosen && step) typing.setActive((active + step + suggestions.length) % suggestions.length);
    else if (chosen && event.key === 'Escape') {
      typing.dismiss();
      event.stopPropagation();
    } else if (chosen && (event.key === 'Tab' || (event.key === 'Enter' && !event.shiftKey)))
      replace(chosen.text, chosen.caret);
    else if (event.key === 'Enter' && !event.shiftKey) void submit();
    else return;
    event.preventDefault();
  };
  return (
    <div className="composer">
      {suggestions.length > 0 && (
        <SuggestionList
          id={listId}
          suggestions={suggestions}
          active={active}
          onPick={(s) => replace(s.text, s.caret)}
        />
      )}
      <textarea
        ref={box}
        rows={1}
        value={typing.text}
        placeholder={props.placeholder}
        aria-label={props.placeholder}
        role="combobox"
        aria-expanded={suggestions.length > 0}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={suggestions.length > 0 ? `${listId}-${active}` : undefined}
        onChange={(event) => typing.change(event.target.value, event.target.selectionStart)}
        onSelect={(event) => typing.moveCaret(event.currentTarget.selectionStart)}
        onKeyDown={onKey}
      />
      <AttachedFiles attached={attached} />
      <Foot
        text={typing.text}
        attached={attached}
        inThread={props.threadTs !== null}
        sending={sending}
        shortcuts={props.shortcuts}
        onReplace={replace}
        onSend={() => void submit()}
      />
    </div>
  );
};
