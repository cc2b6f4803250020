import { memo, type ReactNode, useMemo, useState } from 'react';
import { Avatar } from './avatar.tsx';
import { Blocks } from './blocks.tsx';
import { emojiText } from './emoji.ts';
import { Icon } from './icons.tsx';
import { InteractionContext } from './interaction-context.ts';
import { MessageFiles } from './message-files.tsx';
import { Mrkdwn } from './mrkdwn-view.tsx';
import type { SandboxMessage, ShortcutHint } from './page-types.ts';
import { callServer } from './server-calls.ts';
import { ShortcutButton } from './shortcut-menu.tsx';
import { useInteractionHost } from './use-interaction-host.ts';
import { useWorkspaceView } from './workspace-context.ts';

/** Replies of a thread in brief. */
export type ThreadSummary = { readonly count: number; readonly users: readonly string[]; readonly latest: string };

export type MessageProps = {
  readonly message: SandboxMessage;
  /** Follows another message of the same author: no avatar, no name. */
  readonly compact: boolean;
  readonly summary?: ThreadSummary | undefined;
  readonly shortcuts: readonly ShortcutHint[];
  /** Null inside a thread. */
  readonly onThread: ((ts: string) => void) | null;
};

const CUT_FROM = 39_400;
const FOLD_FROM = 3_000;

/** Date of a message's ts. */
export const dateOf = (ts: string): Date => new Date(Number(ts) * 1000);

const timeText = (ts: string): string =>
  new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' }).format(dateOf(ts));

const LongText = ({ text }: { readonly text: string }): ReactNode => {
  const [open, setOpen] = useState(false);
  const long = text.length > FOLD_FROM;
  return (
    <>
      <div className={long && !open ? 'folded' : undefined}>
        <Mrkdwn text={text} />
      </div>
      {long && (
        <button type="button" className="link-button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Show less' : 'Show more'}
        </button>
      )}
      {text.length > CUT_FROM && <p className="faint">Cut at 40,000 characters, as Slack does.</p>}
    </>
  );
};

const Body = ({ message }: { readonly message: SandboxMessage }): ReactNode => {
  const { me } = useWorkspaceView();
  const blocks = useMemo(() => message.blocks ?? [], [message.blocks]);
  const container = useMemo(
    () => ({ type: 'message' as const, channel: message.channel, ts: message.ts }),
    [message.channel, message.ts],
  );
  const { interaction } = useInteractionHost(me, container, blocks);
  if (message.tombstone) return <p className="faint">This message was deleted.</p>;
  if (blocks.length === 0) return <LongText text={message.text} />;
  return (
    <InteractionContext value={interaction}>
      <Blocks blocks={blocks} />
    </InteractionContext>
  );
};

const Reactions = ({ message }: { readonly message: SandboxMessage }): ReactNode => {
  const { users } = useWorkspaceView();
  if (!message.reactions || message.reactions.length === 0) return null;
  return (
    <div className="reactions">
      {message.reactions.map((reaction) => (
        <span
          key={reaction.name}
          className="reaction"
          title={`${reaction.users.map((id) => users.get(id)?.real_name ?? id).join(', ')} reacted with :${reaction.name}:`}
        >
          {emojiText(reaction.name)} <span>{reaction.users.length}</span>
        </span>
      ))}
    </div>
  );
};

const ThreadBar = ({
  summary,
  onOpen,
}: {
  readonly summary: ThreadSummary;
  readonly onOpen: () => void;
}): ReactNode => {
  const { users } = useWorkspaceView();
  return (
    <button type="button" className="thread-bar" onClick={onOpen}>
      {summary.users.slice(0, 4).map((id) => (
        <Avatar key={id} user={users.get(id)} size={22} />
      ))}
      <span className="thread-count">
        {summary.count} {summary.count === 1 ? 'reply' : 'replies'}
      </span>
      <span className="faint">Last reply {timeText(summary.latest)}</span>
    </button>
  );
};

const Tools = ({
  message,
  shortcuts,
  onThread,
}: Pick<MessageProps, 'message' | 'shortcuts' | 'onThread'>): ReactNode => {
  const { me } = useWorkspaceView();
  if (message.ephemeral_to) {
    const dismiss = (): void => void callServer('dismiss', { as: me, ts: message.ts });
    return (
      <div className="message-tools">
        <button type="button" className="icon-button" aria-label="Dismiss this message" onClick={dismiss}>
          <Icon name="close" size={16} />
        </button>
      </div>
    );
  }
  return (
    <div className="message-tools">
      {onThread && (
        <button
          type="button"
          className="icon-button"
          aria-label="Reply in thread"
          title="Reply in thread"
          onClick={() => onThread(message.thread_ts ?? message.ts)}
        >
          <Icon name="thread" size={16} />
        </button>
      )}
      <ShortcutButton
        kind="message"
        icon="more"
        label="More actions"
        shortcuts={shortcuts}
        message={{ channel: message.channel, ts: message.ts }}
      />
    </div>
  );
};

/** One message with its author, blocks, thread and tools. */
export const MessageItem = memo((props: MessageProps): ReactNode => {
  const { message, compact, summary, onThread } = props;
  const { users } = useWorkspaceView();
  const author = users.get(message.user);
  const stamp = dateOf(message.ts);
  const time = (
    <time className="message-time" dateTime={stamp.toISOString()} title={stamp.toLocaleString()}>
      {timeText(message.ts)}
    </time>
  );
  const classes = ['message', compact ? 'message-compact' : '', message.ephemeral_to ? 'message-ephemeral' : ''];
  return (
    <li
      className={classes.join(' ')}
      id={`m-${message.ts}`}
      data-ts={message.ts}
      aria-label={`${author?.real_name ?? message.user}, ${timeText(message.ts)}`}
    >
      <div className="message-side">{compact ? time : <Avatar user={author} />}</div>
      <div className="message-main">
        {message.ephemeral_to && (
          <div className="only-you">
            <Icon name="eye" size={14} /> Only visible to you
          </div>
        )}
        {!compact && (
          <div className="message-head">
            <span className="message-author">{author?.real_name ?? message.user}</span>
            {author?.is_bot ? (
              <span className="app-badge">APP</span>
            ) : (
              <span className="message-title">{author?.title}</span>
            )}
            {time}
          </div>
        )}
        {message.reply_broadcast && onThread && <div className="faint">replied to a thread</div>}
        <div className="message-body">
          {(message.text !== '' || message.blocks) && <Body message={message} />}
          {message.files && !message.tombstone && <MessageFiles files={message.files} />}
          {message.edited && !message.blocks && <span className="edited"> (edited)</span>}
        </div>
        <Reactions message={message} />
        {summary && onThread && <ThreadBar summary={summary} onOpen={() => onThread(message.ts)} />}
      </div>
      {!message.tombstone && <Tools {...props} />}
    </li>
  );
});
