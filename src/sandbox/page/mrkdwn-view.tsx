import type { ReactNode } from 'react';
import { emojiText } from './emoji.ts';
import { formatDate, type Inline, type MrkdwnBlock, parseInline, parseMrkdwn, safeHref } from './mrkdwn.ts';
import { useWorkspaceView, type WorkspaceView } from './workspace-context.ts';

const Mention = ({
  inline,
}: {
  readonly inline: Extract<Inline, { kind: 'user' | 'channel' | 'group' }>;
}): ReactNode => {
  const { users, channels, me, goTo } = useWorkspaceView();
  if (inline.kind === 'channel') {
    const channel = channels.find((other) => other.id === inline.id);
    return (
      <button type="button" className="mention" onClick={() => channel && goTo(channel.id)}>
        #{channel?.name ?? (inline.label || 'channel')}
      </button>
    );
  }
  if (inline.kind === 'group') return <span className="mention">{inline.label || '@group'}</span>;
  const user = users.get(inline.id);
  return <span className={inline.id === me ? 'mention mention-me' : 'mention'}>@{user?.real_name ?? inline.id}</span>;
};

/** A link that leaves the page in a tab of its own; one of this server's own stays in reach the same way. */
export const OutLink = ({ href, children }: { readonly href: string; readonly children: ReactNode }): ReactNode => {
  const safe = safeHref(href);
  return safe ? (
    <a href={safe} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  ) : (
    children
  );
};

const Piece = ({ inline }: { readonly inline: Inline }): ReactNode => {
  switch (inline.kind) {
    case 'text':
      return inline.text;
    case 'bold':
      return <strong>{pieces(inline.children)}</strong>;
    case 'italic':
      return <em>{pieces(inline.children)}</em>;
    case 'strike':
      return <s>{pieces(inline.children)}</s>;
    case 'code':
      return <code>{inline.text}</code>;
    case 'link':
      return <OutLink href={inline.href}>{inline.label}</OutLink>;
    case 'broadcast':
      return <span className="mention mention-me">@{inline.range}</span>;
    case 'emoji':
      return <span title={`:${inline.name}:`}>{emojiText(inline.name)}</span>;
    case 'date': {
      const stamp = new Date(inline.seconds * 1000);
      const shown = formatDate(inline.seconds, inline.format, new Date());
      const time = (
        <time dateTime={stamp.toISOString()} title={stamp.toLocaleString()}>
          {shown}
        </time>
      );
      return inline.href ? <OutLink href={inline.href}>{time}</OutLink> : time;
    }
    default:
      return <Mention inline={inline} />;
  }
};

// The pieces of a parsed text never move, so their position is their identity.
const pieces = (inlines: readonly Inline[]): ReactNode =>
  inlines.map((inline, i) => <Piece key={String(i)} inline={inline} />);

const lines = (block: Extract<MrkdwnBlock, { kind: 'lines' | 'quote' }>): ReactNode =>
  block.lines.map((line, i) => (
    <span key={String(i)}>
      {i > 0 && <br />}
      {pieces(line)}
    </span>
  ));

/** Escaped mrkdwn as Slack shows it. Never raw HTML. */
export const Mrkdwn = ({ text }: { readonly text: string }): ReactNode => (
  <div className="mrkdwn">
    {parseMrkdwn(text).map((block, i) => {
      const key = String(i);
      if (block.kind === 'pre') return <pre key={key}>{block.text}</pre>;
      if (block.kind === 'quote') return <blockquote key={key}>{lines(block)}</blockquote>;
      return <p key={key}>{lines(block)}</p>;
    })}
  </div>
);

/** A Block Kit text object: mrkdwn, or plain text with emoji names. */
export const TextObject = ({ value }: { readonly value: unknown }): ReactNode => {
  const { type, text } = (value ?? {}) as { readonly type?: string; readonly text?: string };
  if (typeof text !== 'string') return null;
  return type === 'mrkdwn' ? <Mrkdwn text={text} /> : <span className="plain">{plainText(value)}</span>;
};

/** The words of a text object, without formatting: for labels and buttons. */
export const plainText = (value: unknown): string => {
  const { text } = (value ?? {}) as { readonly text?: string };
  return (text ?? '').replace(/:([a-z0-9_+-]{1,60}):/g, (_all, name: string) => emojiText(name));
};

const flatten = (inline: Inline, view: WorkspaceView): string => {
  switch (inline.kind) {
    case 'text':
    case 'code':
      return inline.text;
    case 'bold':
    case 'italic':
    case 'strike':
      return inline.children.map((child) => flatten(child, view)).join('');
    case 'link':
      return inline.label;
    case 'user':
      return `@${view.users.get(inline.id)?.real_name ?? inline.id}`;
    case 'date':
      return formatDate(inline.seconds, inline.format, new Date());
    case 'emoji':
      return emojiText(inline.name);
    case 'broadcast':
      return `@${inline.range}`;
    default:
      return inline.label;
  }
};

/** A message's text in words, for the live region and for previews. */
export const spokenText = (text: string, view: WorkspaceView): string =>
  parseInline(text)
    .map((inline) => flatten(inline, view))
    .join('');
