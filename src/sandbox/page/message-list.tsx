import { Fragment, type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import { dateOf, MessageItem, type ThreadSummary } from './message.tsx';
import type { SandboxMessage, ShortcutHint } from './page-types.ts';

const TOGETHER_S = 300;
const NEAR_BOTTOM_PX = 120;

const dayOf = (ts: string): string => dateOf(ts).toDateString();

const dayText = (ts: string): string => {
  const date = dateOf(ts);
  const today = new Date();
  const yesterday = new Date(today.getTime() - 86_400_000);
  if (date.toDateString() === today.toDateString()) return 'Today';
  if (date.toDateString() === yesterday.toDateString()) return 'Yesterday';
  return new Intl.DateTimeFormat(undefined, { weekday: 'long', month: 'long', day: 'numeric' }).format(date);
};

const follows = (message: SandboxMessage, before: SandboxMessage | undefined): boolean =>
  before !== undefined &&
  before.user === message.user &&
  !message.ephemeral_to &&
  !before.ephemeral_to &&
  !before.tombstone &&
  Number(message.ts) - Number(before.ts) < TOGETHER_S;

/** Keeps a list scrolled to its end while the reader is there; `key` starts anew at the end. */
const useStickToEnd = (box: RefObject<HTMLDivElement | null>, key: string): void => {
  const stuck = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another conversation starts at its end
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    stuck.current = true;
    element.scrollTop = element.scrollHeight;
    const onScroll = (): void => {
      stuck.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_BOTTOM_PX;
    };
    const grown = new ResizeObserver(() => {
      if (stuck.current) element.scrollTop = element.scrollHeight;
    });
    for (const child of element.children) grown.observe(child);
    grown.observe(element);
    element.addEventListener('scroll', onScroll);
    return () => {
      grown.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [box, key]);
};

export type MessageListProps = {
  readonly label: string;
  /** Identity of the conversation. */
  readonly listKey: string;
  readonly messages: readonly SandboxMessage[];
  readonly summaries: ReadonlyMap<string, ThreadSummary>;
  readonly shortcuts: readonly ShortcutHint[];
  /** Messages of others after this ts get a "New" line above the first; null for no line. */
  readonly unreadAfter: string | null;
  readonly me: string;
  readonly onThread: ((ts: string) => void) | null;
  /** Shown above the first message. */
  readonly intro?: ReactNode;
  readonly status: string;
  /** A message to scroll to, from a permalink. */
  readonly target?: string | null;
};

/** The messages of a channel or thread, oldest first, with days, the "New" line and what the app is doing. */
export const MessageList = (props: MessageListProps): ReactNode => {
  const { messages, unreadAfter } = props;
  const box = useRef<HTMLDivElement>(null);
  useStickToEnd(box, props.listKey);
  useEffect(() => {
    if (props.target) document.getElementById(`m-${props.target}`)?.scrollIntoView({ block: 'center' });
  }, [props.target]);
  const firstNew =
    unreadAfter === null
      ? undefined
      : messages.find((m) => m.user !== props.me && !m.ephemeral_to && Number(m.ts) > Number(unreadAfter));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
    <section ref={box} className="message-scroll" aria-label={props.label} tabIndex={0}>
      <div className="message-stack">
        {props.intro}
        <ol className="message-list">
          {messages.map((message, i) => {
            const before = messages[i - 1];
            const newDay = before === undefined || dayOf(before.ts) !== dayOf(message.ts);
            const isNew = message === firstNew;
            return (
              <Fragment key={`${message.ephemeral_to ?? ''}${message.ts}`}>
                {newDay && (
                  <li className="day-line">
                    <span>{dayText(message.ts)}</span>
                  </li>
                )}
                {isNew && (
                  <li className="new-line">
                    <span>New</span>
                  </li>
                )}
                <MessageItem
                  message={message}
                  compact={!newDay && !isNew && follows(message, before)}
                  summary={props.summaries.get(message.ts)}
                  shortcuts={props.shortcuts}
                  onThread={props.onThread}
                />
              </Fragment>
            );
          })}
        </ol>
        {props.status !== '' && (
          <p className="app-status" role="status">
            <span className="dots" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            Countersign {props.status}
          </p>
        )}
      </div>
    </section>
  );
};
